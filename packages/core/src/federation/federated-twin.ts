/**
 * FederatedTwin: the merged view of all representations of one object, every value with its provenance and every disagreement kept.
 * Merging does not depend on order, grouping or repetition.
 */
import { type AgencyId, compareText, type ObjectOfInterestId, type TermId, type TwinId } from '../ground/id.ts';
import { convert } from '../ground/quantity.ts';
import type { Order, PageKey, TwinRow } from '../twin/query.ts';
import { type Twin, valueOfTerm } from '../twin/twin.ts';
import { compareValues, type Value } from '../twin/value.ts';
import type { MergeRules } from './federation.ts';

export type MergeRule = 'ONLY' | 'AUTHORITATIVE' | 'NEWEST' | 'QUALITY';

export type MergedValue = {
  readonly term: TermId;
  readonly winner: Value;
  readonly alternatives: readonly Value[];
  /** some alternative differs from the winner by more than the tolerance of its term */
  readonly conflict: boolean;
  readonly rule: MergeRule;
};

export type FederatedTwin = {
  /** the declared object of interest, else the id of the founding representation */
  readonly id: string;
  /** the founding one first, then by id */
  readonly representations: readonly Twin[];
};

const ruleOf = (term: string, winner: Value, second: Value | undefined, rules: MergeRules): MergeRule => {
  if (!second) return 'ONLY';
  if (rules.authoritative[term] === winner.source) return 'AUTHORITATIVE';
  return winner.observedAt === second.observedAt && winner.recordedAt === second.recordedAt ? 'QUALITY' : 'NEWEST';
};

const byRule =
  (authority: AgencyId | undefined) =>
  (a: Value, b: Value): number => {
    const rank = (value: Value) => (value.flag === 'MISSING' ? 2 : value.source === authority ? 0 : 1);
    return rank(a) - rank(b) || compareValues(a, b);
  };

/** Numbers agree within the tolerance once in one unit; anything else agrees when it is the same JSON. */
const agree = (a: Value, b: Value, tolerance: number): boolean => {
  if (typeof a.value !== 'number' || typeof b.value !== 'number') return JSON.stringify(a.value) === JSON.stringify(b.value);
  const converted =
    a.unit === undefined || b.unit === undefined ? a.unit === b.unit && { ok: true as const, value: b.value } : convert(b.value, b.unit, a.unit);
  return converted !== false && converted.ok && Math.abs(a.value - converted.value) <= tolerance;
};

/** The value of a term over all representations: the authoritative agency's, else the newest, else the better; the others stay beside it. */
export const mergeValue = (term: TermId, twins: readonly Twin[], rules: MergeRules): MergedValue | undefined => {
  const values = twins.flatMap((twin) => valueOfTerm(twin, term) ?? []).sort(byRule(rules.authoritative[term]));
  const [winner, ...alternatives] = values;
  if (!winner) return undefined;
  const tolerance = rules.tolerance[term] ?? 0;
  const conflict = alternatives.some((other) => other.flag !== 'MISSING' && !agree(winner, other, tolerance));
  return { term, winner, alternatives, conflict, rule: ruleOf(term, winner, alternatives[0], rules) };
};

export const termsOf = (twins: readonly Twin[]): readonly TermId[] =>
  [...new Set(twins.flatMap(({ values }) => Object.keys(values)))].sort(compareText) as TermId[]; // branding: keys of values are terms

const objectKey = (object: string): string => `object ${object}`;

/** Disjoint sets by union with path halving. */
const createSets = () => {
  const parents = new Map<string, string>();
  const find = (item: string): string => {
    let at = item;
    for (let up = parents.get(at) ?? at; up !== at; up = parents.get(at) ?? at) {
      parents.set(at, parents.get(up) ?? up);
      at = parents.get(at) ?? up;
    }
    return at;
  };
  const join = (a: string, b: string): void => {
    const [left, right] = [find(a), find(b)];
    if (left !== right) parents.set(left, right);
  };
  return { find, join };
};

const groupTwins = (rows: readonly TwinRow[]): readonly (readonly TwinRow[])[] => {
  const sets = createSets();
  const byId = new Map(rows.map((row) => [row.twin.id, row]));
  for (const { twin, sameAs = [] } of byId.values()) {
    if (twin.objectOfInterest) sets.join(twin.id, objectKey(twin.objectOfInterest));
    for (const other of sameAs) sets.join(twin.id, other);
  }
  const groups = new Map<string, TwinRow[]>();
  for (const row of byId.values()) {
    const root = sets.find(row.twin.id);
    groups.set(root, [...(groups.get(root) ?? []), row]);
  }
  return [...groups.values()];
};

/** The representation that others point to and that points to none: the one with which the object entered the federation. */
const foundingFirst = (rows: readonly TwinRow[]): readonly TwinRow[] => {
  const pointsAway = ({ sameAs = [] }: TwinRow): number => (sameAs.length > 0 ? 1 : 0);
  return [...rows].sort((a, b) => pointsAway(a) - pointsAway(b) || compareText(a.twin.id, b.twin.id));
};

const toFederatedTwin = (rows: readonly TwinRow[]): FederatedTwin => {
  const representations = foundingFirst(rows).map(({ twin }) => twin);
  const declared = representations.flatMap(({ objectOfInterest }) => objectOfInterest ?? []).sort(compareText)[0];
  return { id: declared ?? representations[0]?.id ?? '', representations };
};

/** Rows of several members as federated twins, by sameAs links and shared objects of interest; in order of their ids. */
export const mergeTwins = (rows: readonly TwinRow[]): readonly FederatedTwin[] =>
  groupTwins(rows)
    .map(toFederatedTwin)
    .sort((a, b) => compareText(a.id, b.id));

/** The value by which a twin is ordered; twins without one come last. */
export const orderValueOf = (twin: Twin, order: Order | undefined): PageKey['value'] => {
  const by = order?.by ?? 'id';
  if (by === 'id') return twin.id;
  if (by === 'name') return twin.name['en'] ?? Object.values(twin.name)[0] ?? '';
  if (by === 'kind') return twin.kind;
  if (by === 'updatedAt') return twin.updatedAt;
  const value = valueOfTerm(twin, by.term)?.value;
  return typeof value === 'number' || typeof value === 'string' ? value : null;
};

const rankOfType = (value: PageKey['value']): number => (value === null ? 2 : typeof value === 'number' ? 0 : 1);

/** Numbers before texts, nothing last, in either direction; then the id by code point, always ascending. */
export const comparePageKeys = (a: PageKey, b: PageKey, descending: boolean): number => {
  const type = rankOfType(a.value) - rankOfType(b.value);
  if (type !== 0) return type;
  const sign = descending ? -1 : 1;
  if (typeof a.value === 'number' && typeof b.value === 'number' && a.value !== b.value) return sign * (a.value - b.value);
  if (typeof a.value === 'string' && typeof b.value === 'string' && a.value !== b.value) return sign * compareText(a.value, b.value);
  return compareText(a.id, b.id);
};

export const pageKeyOf = (twin: Twin, order: Order | undefined): PageKey => ({ value: orderValueOf(twin, order), id: twin.id });

/** What is still to be asked for so that every representation of these rows is known: ids that links name, and objects of interest. */
export const identityOf = (rows: readonly TwinRow[]): { readonly ids: readonly TwinId[]; readonly objects: readonly ObjectOfInterestId[] } => ({
  ids: [...new Set(rows.flatMap(({ twin, sameAs = [] }) => [twin.id, ...sameAs]))],
  objects: [...new Set(rows.flatMap(({ twin }) => twin.objectOfInterest ?? []))],
});
