/**
 * FederatedTwin: the merged view of all representations of one object, every value with its provenance and every disagreement kept.
 * Merging does not depend on order, grouping or repetition.
 */
import { type AgencyId, compareText, type ObjectOfInterestId, type TermId, type TwinId } from '../ground/id.ts';
import { canonicalJson } from '../ground/json.ts';
import { limits } from '../ground/limits.ts';
import { convert } from '../ground/quantity.ts';
import type { Order, PageKey, TwinRow } from '../twin/query.ts';
import { type Twin, valueOfTerm } from '../twin/twin.ts';
import { compareValues, type Value } from '../twin/value.ts';
import { relevanceOf } from '../twin/words.ts';
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

const ruleOf = (winner: Value, second: Value | undefined, authority: AgencyId | undefined): MergeRule => {
  if (!second) return 'ONLY';
  if (authority === winner.source) return 'AUTHORITATIVE';
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
  if (typeof a.value !== 'number' || typeof b.value !== 'number') return canonicalJson(a.value) === canonicalJson(b.value);
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
  return { term, winner, alternatives, conflict, rule: ruleOf(winner, alternatives[0], rules.authoritative[term]) };
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

const distinct = <T>(items: readonly T[]): T[] => [...new Map(items.map((item) => [canonicalJson(item), item])).values()];

/** Of one version the one that says more stands, then whichever comes first as text: the same from either side. */
const newer = (a: Twin, b: Twin): Twin => {
  const [left, right] = [a, b].map(canonicalJson);
  const difference = b.version - a.version || (right?.length ?? 0) - (left?.length ?? 0) || compareText(left ?? '', right ?? '');
  return difference <= 0 ? a : b;
};

const joinRows = (same: readonly TwinRow[]): TwinRow => {
  const sameAs = [...new Set(same.flatMap((row) => row.sameAs ?? []))].sort(compareText);
  const links = distinct(same.flatMap((row) => row.links ?? []));
  return { twin: same.map(({ twin }) => twin).reduce(newer), ...(sameAs.length > 0 && { sameAs }), ...(links.length > 0 && { links }) };
};

/** Each twin once: as it is in its newest version, with everything that any of its rows says of its links. */
export const newestRows = (rows: readonly TwinRow[]): readonly TwinRow[] =>
  [...Map.groupBy(rows, ({ twin }) => twin.id).values()].flatMap((same) => (same.length === 1 ? same : [joinRows(same)]));

const groupTwins = (rows: readonly TwinRow[]): readonly (readonly TwinRow[])[] => {
  const sets = createSets();
  const known = newestRows(rows);
  for (const { twin, sameAs = [] } of known) {
    if (twin.objectOfInterest) sets.join(twin.id, objectKey(twin.objectOfInterest));
    for (const other of sameAs) sets.join(twin.id, other);
  }
  const groups = new Map<string, TwinRow[]>();
  for (const row of known) {
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
  if ('text' in by) return relevanceOf(twin, by.text);
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

export type Identity = { readonly ids: readonly TwinId[]; readonly objects: readonly ObjectOfInterestId[] };

/** What rows name and nobody has been asked for yet: ids of links, and objects of interest. */
export const unasked = (rows: readonly TwinRow[], asked: readonly Identity[]): Identity => {
  const ids = new Set(rows.flatMap(({ twin, sameAs = [] }) => [twin.id, ...sameAs]));
  const objects = new Set(rows.flatMap(({ twin }) => twin.objectOfInterest ?? []));
  const [known, named] = [new Set(asked.flatMap((one) => one.ids)), new Set(asked.flatMap((one) => one.objects))];
  return { ids: [...ids].filter((id) => !known.has(id)), objects: [...objects].filter((object) => !named.has(object)) };
};

/**
 * What is still to be asked for so that every representation of these rows is known. What an answer brings may name further ones, so it is
 * asked for until nothing is left, `identityRoundsMax` times at most; what is left then makes an answer partial.
 */
export const identityOf = (rows: readonly TwinRow[], asked: readonly Identity[] = []): Identity =>
  asked.length < limits.identityRoundsMax ? unasked(rows, asked) : { ids: [], objects: [] };
