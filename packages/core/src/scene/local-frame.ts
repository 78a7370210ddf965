/**
 * Local frame: metres east and north of a scene's origin. One formula, so that a place is the same in every tile, on every machine.
 */

export type LocalFrame = {
  /** longitude, latitude in CRS84 */
  readonly origin: readonly [number, number];
  /** metres east, metres north */
  readonly toLocal: (longitude: number, latitude: number) => [number, number];
  /** longitude, latitude */
  readonly toLonLat: (east: number, north: number) => [number, number];
};

/** Of the equator of WGS 84: the equirectangular projection about the origin, true to a centimetre in a hundred metres within 20 km of it. */
const metresPerDegree = 111_319.490_793_273_58;

export const createLocalFrame = (origin: readonly [number, number]): LocalFrame => {
  const [longitude0, latitude0] = origin;
  const perLongitude = metresPerDegree * Math.cos((latitude0 * Math.PI) / 180);
  return {
    origin,
    toLocal: (longitude, latitude) => [(longitude - longitude0) * perLongitude, (latitude - latitude0) * metresPerDegree],
    toLonLat: (east, north) => [longitude0 + east / perLongitude, latitude0 + north / metresPerDegree],
  };
};
