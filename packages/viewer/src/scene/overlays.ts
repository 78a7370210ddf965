/**
 * Overlays: what lies over the city where twins are: arcs between them, rings of alarm, names. Their places may take a while to come.
 */
import type { Scene } from '@cityweave/core/scene';
import type { Group } from 'three';
import type { Appearance } from './look/appearance.ts';
import { agencyColour } from './look.ts';
import { alarmsMax, createAlarms } from './overlay/alarms.ts';
import { arcsMax, createArcs, type DrawnArc } from './overlay/arcs.ts';
import type { Labels } from './overlay/labels.ts';
import type { Arc, Dress, Label, LiveColumn } from './staged.ts';
import { type Layer, placeOfRow } from './tiles/layers.ts';

/** Metres that arcs and labels stand above the highest point of their twin. */
const aboveMetres = 4;
const alarmAboveMetres = 14;

/** What overlays need of the city; its layers may be others later. */
export type Overlaid = {
  readonly room: { readonly changed: () => void };
  readonly scene: Scene;
  readonly layers: readonly Layer[];
  readonly appearance: Appearance;
  readonly labels: Labels;
  readonly group: Group;
};

export const agencyOf = (scene: Scene, row: number): number => scene.layers.findLast(({ firstRow }) => firstRow <= row)?.agency ?? 0;

/** What was asked for last counts: places may take a while to come. */
const latest = <Given>(run: (given: Given, isLatest: () => boolean) => Promise<void>): ((given: Given) => void) => {
  let asked = 0;
  return (given) => {
    asked += 1;
    const own = asked;
    void run(given, () => own === asked);
  };
};

export type Settable = { theme: Dress['theme'] };

export const drawArcs = (made: Overlaid, dress: Settable) => {
  const { room, appearance, group } = made;
  const arcs = createArcs(appearance.uniforms);
  group.add(arcs.mesh);
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
  const link = latest(async (given: readonly Arc[], isLatest) => {
    const found = await Promise.all(given.slice(0, arcsMax).map(placed));
    if (!isLatest()) return;
    arcs.draw(found.filter((arc) => arc !== undefined));
    room.changed();
  });
  return { link, close: arcs.close };
};

/** Rows in alarm, and the ring over each. */
export const ringAlarms = (made: Overlaid) => {
  const alarms = createAlarms(made.appearance.uniforms);
  made.group.add(alarms.points);
  const rows = new Set<number>();
  const draw = latest(async (_: undefined, isLatest) => {
    const places = await Promise.all([...rows].slice(0, alarmsMax).map((row) => placeOfRow(made.layers, row)));
    if (!isLatest()) return;
    alarms.set(places.flatMap((place) => (place ? [[place.east, place.top + alarmAboveMetres, -place.north] as const] : [])));
    made.room.changed();
  });
  const note = (column: LiveColumn, changed: Iterable<number>): void => {
    let isOther = false;
    for (const row of changed) {
      const { alarm } = column.marksOf(row);
      if (alarm === rows.has(row)) continue;
      isOther = true;
      if (alarm) rows.add(row);
      else rows.delete(row);
    }
    if (isOther) draw(undefined);
  };
  const clear = (): void => {
    rows.clear();
    draw(undefined);
  };
  return { note, clear, close: alarms.close };
};

export const placeLabels = (made: Overlaid): ((given: readonly Label[]) => void) =>
  latest(async (given, isLatest) => {
    const { room, labels } = made;
    const found = await Promise.all(
      given.map(async (label) => {
        const place = await placeOfRow(made.layers, label.row);
        return place ? [{ ...label, at: [place.east, place.top + aboveMetres, -place.north] as const }] : [];
      }),
    );
    if (!isLatest()) return;
    labels.set(found.flat());
    room.changed();
  });
