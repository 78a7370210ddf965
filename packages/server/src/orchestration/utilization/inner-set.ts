/**
 * Inner set: the twins that a spatial relation names, of any agency. It is found first; its places are what the others are asked to compare with,
 * and who was asked for it is reported like everybody else.
 */
import {
  areasFilter,
  type FederatedFilter,
  limits,
  placeOf,
  type Relation,
  type Result,
  relationsOf,
  type SourceReport,
  type TwinFilter,
  withAreas,
} from '@cityweave/core';
import type { FederatedAnswer, FederatedQuestion } from './federated-twin.ts';
import { type Desk, joinReports } from './source-asking.ts';

export type AskInner = (question: FederatedQuestion) => Promise<Result<FederatedAnswer>>;

type Resolving = { readonly desk: Desk; readonly at?: FederatedQuestion['at']; readonly signal: AbortSignal; readonly ask: AskInner };

export type InnerSet = { readonly filter: TwinFilter; readonly reports: readonly SourceReport[]; readonly isKnown: boolean };

/** All inner sets of a question: false where nothing of one was found while somebody who may keep it was missing. */
export type InnerSets = { readonly isKnown: boolean; readonly reports: readonly SourceReport[] };

export const isMissing = ({ status }: SourceReport): boolean => ['LATE', 'FAILED', 'PARTIAL'].includes(status);

export const isComplete = (reports: readonly SourceReport[]): boolean => !reports.some(isMissing);

const joinAll = (reports: readonly SourceReport[]): readonly SourceReport[] =>
  [...Map.groupBy(reports, ({ agency }) => agency).values()].map((same) => same.reduce(joinReports));

/** The places of an inner set, walked to its end. */
const placesOf = async ({ at, signal, ask }: Resolving, relation: Relation): Promise<InnerSet> => {
  const places: NonNullable<ReturnType<typeof placeOf>>[] = [];
  const reports: SourceReport[] = [];
  let after: string | undefined;
  do {
    const page = await ask({ filter: relation.to, terms: [], first: limits.pageMax, after, at });
    if (!page.ok) break;
    places.push(...page.value.rows.flatMap(({ twin }) => twin.representations.flatMap((own) => placeOf(own) ?? [])));
    reports.push(...page.value.sources.filter(({ status }) => status !== 'NOT_ASKED'));
    after = page.value.next;
  } while (after !== undefined && !signal.aborted);
  return { filter: areasFilter(relation, places), reports: joinAll(reports), isKnown: places.length > 0 || isComplete(reports) };
};

/** Inner sets that are being walked now: several questions of one request name the same zone. */
const sharedPlaces = (resolving: Resolving, relation: Relation): Promise<InnerSet> => {
  const { resolving: underWay, federation } = resolving.desk;
  const key = JSON.stringify([federation.id, relation, resolving.at]);
  const known = underWay.get(key) ?? placesOf(resolving, relation).finally(() => underWay.delete(key));
  underWay.set(key, known);
  return known;
};

export const resolveRelations = async (resolving: Resolving, filter: FederatedFilter): Promise<InnerSet> => {
  const relations = [...new Set(relationsOf(filter))];
  const resolved = new Map(await Promise.all(relations.map(async (relation) => [relation, await sharedPlaces(resolving, relation)] as const)));
  const sets = [...resolved.values()];
  return {
    filter: withAreas(filter, (relation) => resolved.get(relation)?.filter ?? { any: [] }),
    reports: joinAll(sets.flatMap(({ reports }) => reports)),
    isKnown: sets.every(({ isKnown }) => isKnown),
  };
};

/** Who was asked for the inner set alone says what became of that; who failed there has answered the whole in part at most. */
const withReport = (outer: SourceReport, inner: SourceReport | undefined): SourceReport => {
  if (!inner) return outer;
  if (outer.status === 'NOT_ASKED') return { ...inner, rows: 0 };
  return isMissing(inner) && outer.status === 'ANSWERED' ? { ...outer, ...inner, status: 'PARTIAL', rows: outer.rows } : outer;
};

export const withInner = (sources: readonly SourceReport[], inner: readonly SourceReport[]): readonly SourceReport[] =>
  sources.map((report) =>
    withReport(
      report,
      inner.find(({ agency }) => agency === report.agency),
    ),
  );
