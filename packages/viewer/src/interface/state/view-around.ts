/**
 * View around: from where several places are seen together.
 */
import type { Place, View } from '../../scene/staged.ts';

/** The middle of the picture shows as many metres across as the eye is away, less a margin for what lies over it. */
const awayPerMetre = 1.5;

/** Undefined where there is no place. Heading and tilt stay. */
export const viewAround = (places: readonly Pick<Place, 'east' | 'north'>[], view: View): View | undefined => {
  if (places.length === 0) return undefined;
  const easts = places.map(({ east }) => east);
  const norths = places.map(({ north }) => north);
  const [west, east, south, north] = [Math.min(...easts), Math.max(...easts), Math.min(...norths), Math.max(...norths)];
  return { ...view, east: (west + east) / 2, north: (south + north) / 2, distance: Math.max(east - west, north - south) * awayPerMetre };
};
