/**
 * Groups: seen from afar, points that an answer found and that would lie on one another become one badge with their number on it. Pure: places in, groups out.
 */

/** East, up, south. */
export type GroupPlace = readonly [number, number, number];
export type PointGroup = { readonly at: GroupPlace; readonly count: number };

/** So wide is a cell on the picture, about; nearer than that every point stands by itself. */
export const groupLimits = { cellPixels: 48, fromMetres: 5_000, placesMax: 5_000, badgesMax: 200 } as const;

/** Powers of two on the ground, so that groups stay as they are while the view moves a little; undefined where nothing is grouped. */
export const groupMetres = (distance: number, pixels: number): number | undefined =>
  distance < groupLimits.fromMetres ? undefined : 2 ** Math.round(Math.log2((groupLimits.cellPixels * distance) / pixels));

/** The largest first; one that stands alone is a group, too: from afar it is not drawn by itself. */
export const groupPlaces = (places: readonly GroupPlace[], metres: number | undefined): readonly PointGroup[] => {
  if (metres === undefined) return [];
  const cells = Map.groupBy(places.slice(0, groupLimits.placesMax), ([east, , south]) => `${Math.floor(east / metres)} ${Math.floor(south / metres)}`);
  const mean = (own: readonly GroupPlace[], axis: 0 | 1 | 2): number => own.reduce((sum, place) => sum + place[axis], 0) / own.length;
  return [...cells.values()]
    .map((own): PointGroup => ({ at: [mean(own, 0), mean(own, 1), mean(own, 2)], count: own.length }))
    .sort((a, b) => b.count - a.count)
    .slice(0, groupLimits.badgesMax);
};
