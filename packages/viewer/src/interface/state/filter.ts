/**
 * Filter: what is looked at, as the schema's filter and as the rows of the scene: the table, the tree and the city show the same twins.
 */
import { type Flag, valueFlags } from '../../graphql/answers.ts';
import type { Filter } from '../../graphql/queries.ts';
import type { ToldValues, Values } from '../../scene/staged.ts';
import { type Drawn, type IsMeant, isSeenWith } from './drawn.ts';
import type { PropertyRange, TwinChoice } from './person.ts';

type Column = Values & Pick<ToldValues, 'flags'>;

const testsOf = ({ term, unit, from, to, among, flags }: PropertyRange): readonly object[] => {
  const inUnit = unit === undefined ? {} : { unit };
  return [
    ...(from === undefined ? [] : [{ term, op: 'GTE', value: from, ...inUnit }]),
    ...(to === undefined ? [] : [{ term, op: 'LTE', value: to, ...inUnit }]),
    ...(among === undefined ? [] : [{ term, op: 'IN', value: among }]),
    ...(flags === undefined ? [] : [{ term, op: 'FLAGGED', value: flags }]),
  ];
};

/** Undefined where every twin is meant. `ids`: those that an answer found. */
export const toTwinFilter = ({ agencies, kinds, ranges }: TwinChoice, ids?: readonly string[]): Filter | undefined => {
  const property = ranges.flatMap(testsOf);
  const filter = {
    ...(ids && { ids }),
    ...(agencies.length > 0 && { agencies }),
    ...(kinds.length > 0 && { kinds }),
    ...(property.length > 0 && { property }),
  };
  return Object.keys(filter).length > 0 ? filter : undefined;
};

type Kind = { readonly kind: string; readonly broader: readonly string[] };

export const isOneOf = ({ kind, broader }: Kind, kinds: readonly string[]): boolean => kinds.includes(kind) || broader.some((wider) => kinds.includes(wider));

type Choice = Pick<TwinChoice, 'kinds' | 'agencies'>;

const isOfKinds = ({ kinds }: Choice, kind: Kind): boolean => kinds.length === 0 || isOneOf(kind, kinds);
const isKeptBy = ({ agencies }: Choice, keepers: readonly string[]): boolean => agencies.length === 0 || keepers.some((id) => agencies.includes(id));

/** What a filter of kinds and agencies leaves out, of a twin that several agencies may keep. */
export const isLeftOut = (choice: Choice, kind: Kind, keepers: readonly string[]): boolean => !(isOfKinds(choice, kind) && isKeptBy(choice, keepers));

/** The rows that a filter of kinds and agencies does not leave out. */
export const createIsMeant = (choice: Choice, { scene: { agencies, kinds }, rows, keepers }: Drawn): IsMeant => {
  const idsOf = (numbers: readonly number[]): readonly string[] => numbers.flatMap((at) => agencies[at]?.id ?? []);
  const byKind = kinds.map((kind) => isOfKinds(choice, kind));
  const byAgency = agencies.map(({ id }) => isKeptBy(choice, [id]));
  const bySet = keepers?.sets.map((set) => isKeptBy(choice, idsOf(set)));
  return (row) => byKind[rows.kindOf(row)] === true && (byAgency[rows.agencyOf(row)] === true || bySet?.[keepers?.of[row] ?? 0] === true);
};

type Shown = {
  readonly drawn: Drawn;
  readonly isMeant: IsMeant;
  /** kinds that the filter names */
  readonly named: readonly string[];
  readonly turned: ReadonlySet<string>;
  readonly hiddenByLook: readonly boolean[];
  /** kinds that a question asks somebody to pick from: shown whatever the look says */
  readonly wanted: readonly string[];
};

/** Kinds that lie on the ground: they stay as the ground on which the others stand, whatever is filtered. */
export const groundOf = ({ layers }: Drawn['scene']): ReadonlySet<number> =>
  new Set(layers.filter(({ form }) => form === 'area' || form === 'line').flatMap(({ kinds }) => kinds));

/** By row. A filter that names a kind shows it, also where it is not shown by itself. */
export const createIsHidden = ({ drawn: { scene, rows, parts }, isMeant, named, turned, hiddenByLook, wanted }: Shown): ((row: number) => boolean) => {
  const ground = groundOf(scene);
  const isTurnedOff = scene.kinds.map((kind, at) => {
    const isShownBySelf = !(hiddenByLook[at] ?? false) || isOneOf(kind, named) || isOneOf(kind, wanted);
    return scene.agencies.map(({ id }) => isShownBySelf === turned.has(`${id}|${kind.kind}`));
  });
  return (row) => {
    const kind = rows.kindOf(row);
    return (!ground.has(kind) && !isSeenWith(row, isMeant, parts)) || isTurnedOff[kind]?.[rows.agencyOf(row)] === true;
  };
};

/** How the value of a row came about; of a column that tells nothing of that, what is known was measured. */
export const flagAt = ({ flags, values }: Column, row: number): Flag | undefined => {
  const number = flags ? (flags[row] ?? 0) : Number.isNaN(values[row] ?? Number.NaN) ? 0 : 1;
  return valueFlags[number - 1];
};

const isOfFlags = (wanted: readonly Flag[], column: Column, row: number): boolean => {
  const flag = flagAt(column, row);
  return flag !== undefined && wanted.includes(flag);
};

const holds = (row: number, range: PropertyRange, column: Column): boolean => {
  if (range.flags && !isOfFlags(range.flags, column, row)) return false;
  const { from, to, among } = range;
  return (from ?? to ?? among) === undefined || lies(column.values[row] ?? Number.NaN, range, column);
};

const lies = (value: number, range: PropertyRange, { categories }: Column): boolean => {
  if (Number.isNaN(value)) return false;
  if (range.among) return range.among.includes(categories?.[value] ?? '');
  // a column has numbers of four bytes: its bounds must be cut as they were
  return value >= Math.fround(range.from ?? Number.NEGATIVE_INFINITY) && value <= Math.fround(range.to ?? Number.POSITIVE_INFINITY);
};

/** One that asks for nothing yet holds for all. */
export const isTelling = ({ from, to, among, flags }: PropertyRange): boolean => (from ?? to ?? among ?? flags) !== undefined;

/** Numbers are compared in one unit only. */
export const isComparable = (range: Pick<PropertyRange, 'unit'>, column: Pick<Column, 'unit'>): boolean =>
  range.unit === undefined || column.unit === undefined || range.unit === column.unit;

/** Whether it leaves out anything. */
export const isNarrow = ({ agencies, kinds, ranges }: TwinChoice): boolean => agencies.length + kinds.length + ranges.filter(isTelling).length > 0;

type Within = { readonly rows: number; readonly isMeant: IsMeant | undefined; readonly ranges: readonly (readonly [PropertyRange, Column])[] };

/** The rows that are meant and for which all ranges hold. */
export const rowsWithin = ({ rows, isMeant, ranges }: Within): readonly number[] => {
  const within: number[] = [];
  for (let row = 0; row < rows; row += 1) if (isMeant?.(row) !== false && ranges.every(([range, column]) => holds(row, range, column))) within.push(row);
  return within;
};
