/**
 * Lengths on the ellipsoid: for the short steps of which roads are made, by the radii of WGS 84 at their middle: a millimetre in a kilometre.
 */
const semiMajorMetres = 6_378_137;
const eccentricitySquared = 0.006_694_379_990_141_3;
const radians = Math.PI / 180;

export const stepMetres = ([fromLon = 0, fromLat = 0]: readonly number[], [toLon = 0, toLat = 0]: readonly number[]): number => {
  const middle = ((fromLat + toLat) / 2) * radians;
  const curve = 1 - eccentricitySquared * Math.sin(middle) ** 2;
  const northMetres = (semiMajorMetres * (1 - eccentricitySquared)) / curve ** 1.5;
  const eastMetres = (semiMajorMetres / Math.sqrt(curve)) * Math.cos(middle);
  return Math.hypot((toLat - fromLat) * radians * northMetres, (toLon - fromLon) * radians * eastMetres);
};

export const lengthMetres = (line: readonly (readonly number[])[]): number =>
  line.slice(1).reduce((sum, position, at) => sum + stepMetres(line[at] ?? position, position), 0);
