/**
 * Filter: what is looked at, as the schema's filter and as the rows of the scene: the table, the tree and the city show the same twins.
 */
import type { Scene } from '@cityweave/core/scene';
import type { Filter } from '../../graphql/queries.ts';
import type { Values as Column } from '../../scene/staged.ts';
import type { PropertyRange, TwinChoice } from './person.ts';

const testsOf = ({ term, unit, from, to, among }: PropertyRange): readonly object[] => {
  const inUnit = unit === undefined ? {} : { unit };
  return [
    ...(from === undefined ? [] : [{ term, op: 'GTE', value: from, ...inUnit }]),
    ...(to === undefined ? [] : [{ term, op: 'LTE', value: to, ...inUnit }]),
    ...(among === undefined ? [] : [{ term, op: 'IN', value: among }]),
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

type Shown = {
  readonly scene: Pick<Scene, 'agencies' | 'kinds' | 'layers'>;
  readonly choice: TwinChoice;
  readonly turned: ReadonlySet<string>;
  readonly hiddenByLook: readonly boolean[];
  /** kinds that a question asks somebody to pick from: shown whatever the look says */
  readonly wanted: readonly string[];
};

export const isOneOf = ({ kind, broader }: Scene['kinds'][number], kinds: readonly string[]): boolean =>
  kinds.includes(kind) || broader.some((wider) => kinds.includes(wider));

/** What a filter of kinds and agencies leaves out, of a twin that several agencies may keep. */
export const isLeftOut = (
  { kinds, agencies }: Pick<Shown['choice'], 'kinds' | 'agencies'>,
  kind: Scene['kinds'][number],
  keepers: readonly string[],
): boolean => (kinds.length > 0 && !isOneOf(kind, kinds)) || (agencies.length > 0 && !keepers.some((id) => agencies.includes(id)));

/** Kinds that lie on the ground: they stay as the ground on which the others stand, whatever is filtered. */
const groundOf = ({ layers }: Shown['scene']): ReadonlySet<number> =>
  new Set(layers.filter(({ form }) => form === 'area' || form === 'line').flatMap(({ kinds }) => kinds));

/** By the numbers of agency and kind in the scene. A filter that names a kind shows it, also where it is not shown by itself. */
export const createIsHidden = ({ scene, choice, turned, hiddenByLook, wanted }: Shown) => {
  const ground = groundOf(scene);
  return (agencyAt: number, kindAt: number): boolean => {
    const [agency, kind] = [scene.agencies[agencyAt], scene.kinds[kindAt]];
    if (!(agency && kind)) return false;
    const isNamed = isOneOf(kind, choice.kinds);
    if (isLeftOut(choice, kind, [agency.id]) && !ground.has(kindAt)) return true;
    const isShownBySelf = !(hiddenByLook[kindAt] ?? false) || isNamed || isOneOf(kind, wanted);
    return isShownBySelf === turned.has(`${agency.id}|${kind.kind}`);
  };
};

const holds = (value: number, range: PropertyRange, { categories }: Column): boolean => {
  if (Number.isNaN(value)) return false;
  if (range.among) return range.among.includes(categories?.[value] ?? '');
  // a column has numbers of four bytes: its bounds must be cut as they were
  return value >= Math.fround(range.from ?? Number.NEGATIVE_INFINITY) && value <= Math.fround(range.to ?? Number.POSITIVE_INFINITY);
};

/** One that asks for nothing yet holds for all. */
export const isTelling = ({ from, to, among }: PropertyRange): boolean => from !== undefined || to !== undefined || among !== undefined;

/** Numbers are compared in one unit only. */
export const isComparable = (range: Pick<PropertyRange, 'unit'>, column: Pick<Column, 'unit'>): boolean =>
  range.unit === undefined || column.unit === undefined || range.unit === column.unit;

/** The rows for which all ranges hold. */
export const rowsWithin = (ranges: readonly (readonly [PropertyRange, Column])[]): readonly number[] => {
  const [first] = ranges;
  if (!first) return [];
  const rows: number[] = [];
  for (let row = 0; row < first[1].values.length; row += 1)
    if (ranges.every(([range, column]) => holds(column.values[row] ?? Number.NaN, range, column))) rows.push(row);
  return rows;
};
