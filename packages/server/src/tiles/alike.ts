/**
 * Alike: what one agency keeps twice, in two of its sources, as the same thing in the same place: it is drawn once. Nothing is said of it but in the scene.
 */
import { boxOf } from '@cityweave/core';
import type { Drawn } from './drawn.ts';

/** About a metre: what two surveys of one thing differ by, and the cells in which they are looked for. */
const sameDegrees = 0.000_01;
const cellDegrees = 0.000_1;
const sameMetres = 1;

const sourceOf = ({ id }: Drawn): string => id.slice(0, id.indexOf('/'));
const agencyOf = ({ id }: Drawn): string => id.split(':')[3] ?? '';

type Boxed = { readonly drawn: Drawn; readonly box: readonly number[] };

const isAlike = (a: Boxed, b: Boxed): boolean =>
  sourceOf(a.drawn) !== sourceOf(b.drawn) &&
  agencyOf(a.drawn) === agencyOf(b.drawn) &&
  Math.abs(a.drawn.base + a.drawn.height - b.drawn.base - b.drawn.height) < sameMetres &&
  a.box.every((side, at) => Math.abs(side - (b.box[at] ?? 0)) < sameDegrees);

/** What stands of agencies that keep some in one source and some in another. */
const suspects = (all: readonly Drawn[]): readonly Drawn[] => {
  const standing = all.filter(({ form }) => form === 'prism');
  const sources = Map.groupBy(new Set(standing.map(sourceOf)), (source) => source.split(':')[3] ?? '');
  return standing.filter((drawn) => (sources.get(agencyOf(drawn))?.length ?? 0) > 1);
};

/** Pairs of twins that are one thing: of what stands, within one agency, never two of one source. */
export const findAlike = (all: readonly Drawn[]): readonly (readonly [string, string])[] => {
  const cells = new Map<string, Boxed[]>();
  const pairs: [string, string][] = [];
  for (const drawn of suspects(all)) {
    const boxed = { drawn, box: boxOf(drawn.place) };
    const [column, line] = [Math.floor((boxed.box[0] ?? 0) / cellDegrees), Math.floor((boxed.box[1] ?? 0) / cellDegrees)];
    const near = [-1, 0, 1].flatMap((dx) => [-1, 0, 1].flatMap((dy) => cells.get(`${column + dx} ${line + dy}`) ?? []));
    const found = near.find((other) => isAlike(boxed, other));
    if (found) pairs.push([found.drawn.id, drawn.id]);
    const key = `${column} ${line}`;
    cells.set(key, [...(cells.get(key) ?? []), boxed]);
  }
  return pairs;
};
