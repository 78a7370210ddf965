/**
 * Sun: where it stands over a place at a moment, after the solar position of NOAA (Meeus), true to a few tenths of a degree, and what light it gives.
 */

export type Sun = {
  /** degrees above the horizon, degrees clockwise from north */
  readonly height: number;
  readonly azimuth: number;
};

const radians = (degrees: number): number => (degrees * Math.PI) / 180;
const degrees = (angle: number): number => (angle * 180) / Math.PI;
const turn = (angle: number): number => ((angle % 360) + 360) % 360;

const julianDayOf1970 = 2_440_587.5;
const julianDayOf2000 = 2_451_545;
const msPerDay = 86_400_000;

export const sunOver = ([longitude, latitude]: readonly [number, number], moment: Date): Sun => {
  const days = moment.getTime() / msPerDay + julianDayOf1970 - julianDayOf2000;
  const anomaly = radians(turn(357.529 + 0.985_600_28 * days));
  const mean = turn(280.459 + 0.985_647_36 * days);
  const ecliptic = radians(mean + 1.915 * Math.sin(anomaly) + 0.02 * Math.sin(2 * anomaly));
  const tilt = radians(23.439 - 0.000_000_36 * days);
  const right = degrees(Math.atan2(Math.cos(tilt) * Math.sin(ecliptic), Math.cos(ecliptic)));
  const declination = Math.asin(Math.sin(tilt) * Math.sin(ecliptic));
  const hour = radians(turn(280.460_618_37 + 360.985_647_366_29 * days + longitude - right));
  const [sin, cos] = [Math.sin(radians(latitude)), Math.cos(radians(latitude))];
  const height = Math.asin(sin * Math.sin(declination) + cos * Math.cos(declination) * Math.cos(hour));
  const azimuth = Math.atan2(-Math.sin(hour), Math.tan(declination) * cos - sin * Math.cos(hour));
  return { height: degrees(height), azimuth: turn(degrees(azimuth)) };
};

/** Soft light from the south-west where nobody asked for a moment. */
export const softSun: Sun = { height: 48, azimuth: 225 };

type Rgb = readonly [number, number, number];

export type Light = {
  /** east, up, south */
  readonly towards: readonly [number, number, number];
  /** red, green, blue, 0 to 1, of the sun and of the sky */
  readonly sun: Rgb;
  readonly sky: Rgb;
  /** what of its colour the ground shows, 1 in soft light */
  readonly ground: Rgb;
};

const fade = (from: number, to: number, value: number): number => {
  const share = Math.max(0, Math.min(1, (value - from) / (to - from)));
  return share * share * (3 - 2 * share);
};

const mix = (a: number, b: number, share: number): number => a + (b - a) * share;

/** Warm and weak near the horizon, none below it; the sky stays bright enough to see the city at night. */
const fallingFrom = ({ height, azimuth }: Sun): Omit<Light, 'ground'> => {
  const [up, along] = [Math.sin(radians(Math.max(2, height))), Math.cos(radians(Math.max(2, height)))];
  const strength = fade(-1, 12, height) * 0.44;
  const day = fade(-10, 8, height);
  const warm = 1 - fade(2, 28, height);
  return {
    towards: [Math.sin(radians(azimuth)) * along, up, -Math.cos(radians(azimuth)) * along],
    sun: [strength, strength * mix(0.96, 0.72, warm), strength * mix(0.88, 0.45, warm)],
    sky: [mix(0.36, 0.66, day), mix(0.42, 0.68, day), mix(0.58, 0.72, day)],
  };
};

/** What the ground gets of the sun and of the sky. */
const onGround = ({ towards, sun, sky }: Omit<Light, 'ground'>): Rgb => [
  sky[0] + sun[0] * towards[1],
  sky[1] + sun[1] * towards[1],
  sky[2] + sun[2] * towards[1],
];

const softGround = onGround(fallingFrom(softSun));

/** A little less than what stands on it, so that roofs are told from the ground without a sun as well. */
const groundPower = 1.2;
const shareOf = (part: number, soft: number): number => Math.min(1, (part / soft) ** groundPower);

/** Where it is dark, it is dark for the ground as for what stands on it. */
export const lightOf = (sun: Sun): Light => {
  const light = fallingFrom(sun);
  const [red, green, blue] = onGround(light);
  return { ...light, ground: [shareOf(red, softGround[0]), shareOf(green, softGround[1]), shareOf(blue, softGround[2])] };
};
