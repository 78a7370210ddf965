/**
 * Overlays: what lies over the city where twins are: arcs between them, rings of alarm, names. Their places may take a while to come.
 */
import type { Scene } from '@cityweave/core/scene';
import type { Group } from 'three';
import type { Appearance } from './look/appearance.ts';
import { flags } from './look/state-texture.ts';
import { agencyColour, lookOf, pointAboveShare } from './look.ts';
import { alarmsMax, createAlarms } from './overlay/alarms.ts';
import { arcsMax, createArcs, type DrawnArc } from './overlay/arcs.ts';
import type { Found } from './overlay/badges.ts';
import { type Bundle, bundle, districtMetres } from './overlay/bundles.ts';
import { groupLimits, groupMetres, groupPlaces } from './overlay/groups.ts';
import type { Labels, PlacedLabel } from './overlay/labels.ts';
import { type Arc, type Dress, type Label, type LiveColumn, markBits } from './staged.ts';
import { type Layer, type Placing, placeOfRow, type RowPlace } from './tiles/layers.ts';

/** Metres that arcs and labels stand above the highest point of their twin. */
const aboveMetres = 4;
const alarmAboveMetres = 14;
/** An arc that is shorter would be a dot. */
const arcMetresMin = 20;

/** What overlays need of the city; its layers may be others later. */
export type Overlaid = {
  readonly room: { readonly changed: () => void };
  readonly scene: Scene;
  readonly layers: readonly Layer[];
  readonly appearance: Appearance;
  readonly labels: Labels;
  readonly group: Group;
};

const isPoint = ({ layers }: Scene, row: number): boolean => layers.findLast(({ firstRow }) => firstRow <= row)?.form === 'point';

const agencyOf = (scene: Scene, row: number): number => scene.layers.findLast(({ firstRow }) => firstRow <= row)?.agency ?? 0;

/** What was asked for last counts: places may take a while to come. `again`: places may be others now. */
const latest = <Given>(first: Given, run: (given: Given, isLatest: () => boolean) => Promise<void>) => {
  let [asked, last] = [0, first];
  const ask = (given: Given): void => {
    [asked, last] = [asked + 1, given];
    const own = asked;
    void run(given, () => own === asked);
  };
  return { ask, again: (): void => ask(last) };
};

export type Settable = { theme: Dress['theme'] };

/** As high as the arc itself rises over its middle. */
const topOf = ({ from, to }: Bundle): readonly [number, number, number] => {
  const rise = Math.min(Math.hypot(to[0] - from[0], to[1] - from[1], to[2] - from[2]) / 3, 400);
  return [(from[0] + to[0]) / 2, (from[1] + to[1]) / 2 + rise, (from[2] + to[2]) / 2];
};

/** The rows of twins begin at 0. */
const toCount = (one: Bundle, at: number): PlacedLabel => ({ row: -1 - at, text: `×${one.count}`, weight: 10 + one.count, at: topOf(one) });

const isArc = (arc: DrawnArc | undefined): arc is DrawnArc => arc !== undefined && Math.hypot(arc.to[0] - arc.from[0], arc.to[2] - arc.from[2]) >= arcMetresMin;

export const drawArcs = (made: Overlaid, dress: Settable) => {
  const { room, appearance, group } = made;
  const arcs = createArcs(appearance.uniforms);
  group.add(arcs.mesh);
  let [given, metres]: [readonly DrawnArc[], number | undefined] = [[], undefined];
  const draw = (): void => {
    const bundles = bundle(given, metres);
    arcs.draw(bundles);
    made.labels.setCounts(bundles.filter(({ count }) => count > 1).map(toCount));
  };
  /** Bundles are others where the view is much farther or nearer. */
  const look = (distance: number): void => {
    const wanted = districtMetres(distance);
    if (wanted === metres) return;
    metres = wanted;
    draw();
  };
  const placed = async ({ from, to, strength = 0.5 }: Arc): Promise<DrawnArc | undefined> => {
    const [a, b] = await Promise.all([placeOfRow(made.layers, from), placeOfRow(made.layers, to)]);
    const colour = (row: number): string => agencyColour(agencyOf(made.scene, row), dress.theme);
    return a && b
      ? {
          from: [a.east, a.top + aboveMetres, -a.north],
          to: [b.east, b.top + aboveMetres, -b.north],
          colours: [colour(from), colour(to)],
          strength: Math.max(0, Math.min(1, strength)),
        }
      : undefined;
  };
  const { ask: link, again } = latest<readonly Arc[]>([], async (wanted, isLatest) => {
    const found = await Promise.all(wanted.slice(0, arcsMax).map(placed));
    if (!isLatest()) return;
    given = found.filter(isArc);
    draw();
    room.changed();
  });
  return { link, again, look, close: arcs.close };
};

/** Rows in alarm, and the ring over each that is shown. */
export const ringAlarms = (
  made: Pick<Overlaid, 'room' | 'group'> & { readonly layers: readonly Placing[]; readonly appearance: Pick<Appearance, 'uniforms' | 'state'> },
) => {
  const alarms = createAlarms(made.appearance.uniforms);
  made.group.add(alarms.points);
  const rows = new Set<number>();
  const listeners = new Set<(alarms: number) => void>();
  const shown = (): readonly number[] => [...rows].filter((row) => (made.appearance.state.flagsOf(row) & flags.hidden) === 0);
  const { again: draw } = latest(undefined, async (_, isLatest) => {
    const places = await Promise.all(
      shown()
        .slice(0, alarmsMax)
        .map((row) => placeOfRow(made.layers, row)),
    );
    if (!isLatest()) return;
    alarms.set(places.flatMap((place) => (place ? [[place.east, place.top + alarmAboveMetres, -place.north] as const] : [])));
    made.room.changed();
  });
  const note = (column: LiveColumn, changed: Iterable<number>): void => {
    let [isOther, isMore] = [false, false];
    for (const row of changed) {
      const alarm = (column.marksOf(row) & markBits.alarm) !== 0;
      if (alarm === rows.has(row)) continue;
      isOther = true;
      isMore ||= alarm;
      if (alarm) rows.add(row);
      else rows.delete(row);
    }
    if (isOther) draw();
    if (isMore) for (const run of listeners) run(shown().length);
  };
  const clear = (): void => {
    rows.clear();
    draw();
  };
  return {
    ...{ note, clear, close: alarms.close },
    onMore: (run: (alarms: number) => void): (() => void) => {
      listeners.add(run);
      return () => listeners.delete(run);
    },
    /** what is shown, or where it is, is another */
    again: () => {
      if (rows.size > 0) draw();
    },
  };
};

/** Lights what an answer found, and shows its points from afar, with their number where many lie in one place. */
export const groupLit = (made: Overlaid) => {
  let [points, metres]: [Found['points'], number | undefined] = [[], undefined];
  const draw = (): void => {
    made.appearance.uniforms.grouped.value = metres === undefined ? 0 : 1;
    const places = points.map(([, at]) => at);
    made.labels.setFound({ points, groups: groupPlaces(places, metres) });
  };
  const look = (distance: number, pixels: number): void => {
    const wanted = groupMetres(distance, pixels);
    if (wanted === metres) return;
    metres = wanted;
    draw();
  };
  const { ask, again } = latest<readonly number[]>([], async (rows, isLatest) => {
    const found = await Promise.all(
      rows
        .filter((row) => isPoint(made.scene, row))
        .slice(0, groupLimits.placesMax)
        .map(async (row) => [row, await placeOfRow(made.layers, row)] as const),
    );
    if (!isLatest()) return;
    points = found.flatMap(([row, place]) => (place ? [[row, [place.east, place.top, -place.north]] as const] : []));
    draw();
    made.room.changed();
  });
  const light = (rows: readonly number[]): void => {
    made.appearance.light(rows);
    ask(rows);
  };
  return { light, again, look };
};

/** Where its sign is, of a point: from near that is seen well above the ground. */
const toPlaced = (scene: Scene, label: Label, { east, north, top, kind }: RowPlace): PlacedLabel => {
  const [isOfPoint, known] = [isPoint(scene, label.row), scene.kinds[kind]];
  const above = isOfPoint && known ? lookOf(known).metres * pointAboveShare : aboveMetres;
  return { ...label, isPoint: isOfPoint, at: [east, top + above, -north] };
};

export const placeLabels = (made: Overlaid) =>
  latest<readonly Label[]>([], async (given, isLatest) => {
    const { room, labels } = made;
    const found = await Promise.all(
      given.map(async (label) => {
        const place = await placeOfRow(made.layers, label.row);
        return place ? [toPlaced(made.scene, label, place)] : [];
      }),
    );
    if (!isLatest()) return;
    labels.set(found.flat());
    room.changed();
  });
