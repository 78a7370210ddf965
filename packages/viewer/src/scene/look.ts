/**
 * Look: how a kind of twin is drawn, by one table. A kind without a row looks like the nearest broader one that has one.
 */
import type { Scene } from '@cityweave/core/scene';

/** The order is that of the shader. Shapes are told apart without colour. */
export const glyphShapes = ['dot', 'disc', 'square', 'diamond', 'triangle'] as const;
/** The order is that of the atlas. */
export const glyphSigns = [
  'none',
  'cross',
  'bolt',
  'drop',
  'bus',
  'plug',
  'flame',
  'roof',
  'book',
  'heart',
  'wave',
  'parking',
  'leaf',
  'pump',
  'gear',
  'alarm',
] as const;

export type Look = {
  /** light and dark theme, as #rrggbb */
  readonly colours: readonly [string, string];
  /** of points: pixels, and metres above which they do not grow when near */
  readonly size: number;
  readonly metres: number;
  /** of lines, metres */
  readonly width: number;
  readonly shape: (typeof glyphShapes)[number];
  readonly sign: (typeof glyphSigns)[number];
  /** of what lies on the ground: the higher lies on the lower */
  readonly rank: number;
  /** lies over all else on the ground, like glass */
  readonly isVeil: boolean;
  /** a point that stands as a crown */
  readonly isCrown: boolean;
  /** not shown before somebody asks for it */
  readonly isHidden: boolean;
};

const plain: Look = {
  ...{ colours: ['#8f97a3', '#8c96a6'], size: 8, metres: 8, width: 3, shape: 'disc', sign: 'none' },
  ...{ rank: 4, isVeil: false, isCrown: false, isHidden: false },
};
const look = (light: string, dark: string, more: Partial<Look> = {}): Look => ({ ...plain, colours: [light, dark], ...more });

const looks: Readonly<Record<string, Look>> = {
  'city:Building': look('#f3ede2', '#566376'),
  'city:BuildingPart': look('#f3ede2', '#566376'),
  'city:Structure': look('#e8e3d9', '#4b5768'),
  'city:Deck': look('#e2d2b8', '#5a5244', { rank: 6 }),
  'city:Porch': look('#e2d2b8', '#5a5244', { rank: 6 }),
  'city:RooftopUnit': look('#d3d6da', '#59636f'),
  'city:SolarPanel': look('#4a6b96', '#3f6ea8'),
  'city:Wall': look('#b9b2a5', '#5d6470', { width: 0.6, rank: 8 }),
  'city:HistoricSite': look('#e9d9bd', '#3d362a', { rank: 3 }),
  'city:BusShelter': look('#c9b3c6', '#6d5a70', { rank: 8 }),
  'city:Bridge': look('#d3cec3', '#4d5767', { rank: 8 }),
  'city:Park': look('#cde2bf', '#20392c', { rank: 3 }),
  'city:Vegetation': look('#d5e6ca', '#20382b', { rank: 3 }),
  'city:Tree': look('#86b277', '#3c6b4d', { size: 7, metres: 5, shape: 'dot', isCrown: true }),
  'city:WaterBody': look('#a6cde8', '#17405a', { rank: 5 }),
  'city:River': look('#a6cde8', '#17405a', { width: 24, rank: 5 }),
  'city:LandUse': look('#e6e4d9', '#252c35', { rank: 1 }),
  'city:Road': look('#ffffff', '#4a5668', { width: 7, rank: 7 }),
  'city:RoadSurface': look('#f7f7f7', '#3d4756', { rank: 6 }),
  'city:Sidewalk': look('#f1f0ee', '#343d4a', { width: 2, rank: 6 }),
  'city:ParkingLot': look('#dfe0e4', '#38414e', { rank: 6, sign: 'parking', shape: 'square', size: 10, metres: 14 }),
  'city:RailTrack': look('#b9b3c4', '#5a5568', { width: 3, rank: 8 }),
  'city:TransitLine': look('#b07aa8', '#c79bc0', { width: 4, rank: 9 }),
  'city:BusLine': look('#b07aa8', '#c79bc0', { width: 4, rank: 9 }),
  'city:CycleWay': look('#9bc0a0', '#4c7a58', { width: 2, rank: 8 }),
  'city:Feeder': look('#d99a2b', '#f0b84a', { width: 3, rank: 9 }),
  'city:Parcel': look('#e5e5dc', '#222a33', { rank: 1 }),
  'city:FloodParcel': look('#c9d8ea', '#23384d', { isHidden: true, rank: 2 }),
  'city:AdministrativeArea': look('#dcd8cf', '#2b323c', { isHidden: true, rank: 0 }),
  'city:District': look('#dcd8cf', '#2b323c', { isHidden: true, rank: 0 }),
  'city:FloodZone': look('#3f86c6', '#4fa3e0', { isHidden: true, rank: 9, isVeil: true }),
  'city:Terrain': look('#e8e6df', '#222931', { isHidden: true, rank: 0 }),
  'city:CriticalFacility': look('#b83227', '#ff7a68', { size: 15, metres: 22, shape: 'diamond', sign: 'cross' }),
  'city:UtilitySite': look('#b86e00', '#ffb454', { size: 13, metres: 18, shape: 'square', sign: 'gear' }),
  'city:Substation': look('#b86e00', '#ffb454', { size: 14, metres: 20, shape: 'square', sign: 'bolt' }),
  'city:Hospital': look('#b83227', '#ff7a68', { size: 17, metres: 26, shape: 'square', sign: 'cross' }),
  'city:FireStation': look('#b83227', '#ff7a68', { size: 16, metres: 24, shape: 'disc', sign: 'flame' }),
  'city:Shelter': look('#6a4fb3', '#b59bff', { size: 15, metres: 22, shape: 'diamond', sign: 'roof' }),
  'city:School': look('#2a7f8f', '#5fc4d6', { size: 14, metres: 20, shape: 'square', sign: 'book' }),
  'city:ElderlyHome': look('#2a7f8f', '#5fc4d6', { size: 14, metres: 20, shape: 'disc', sign: 'heart' }),
  'city:TransitStop': look('#8e4a85', '#d59bcc', { size: 10, metres: 12, sign: 'bus' }),
  'city:BusStop': look('#8e4a85', '#d59bcc', { size: 10, metres: 12, sign: 'bus' }),
  'city:Bus': look('#8e4a85', '#ff9bea', { size: 14, metres: 16, shape: 'square', sign: 'bus' }),
  'city:ChargingPoint': look('#1f7a50', '#5fe0a8', { size: 11, metres: 14, sign: 'plug' }),
  'city:RiverGauge': look('#0b5fff', '#7ab0ff', { size: 15, metres: 22, shape: 'triangle', sign: 'wave' }),
  'water:Pegel': look('#0b5fff', '#7ab0ff', { size: 15, metres: 22, shape: 'triangle', sign: 'wave' }),
  'city:Sensor': look('#0b5fff', '#7ab0ff', { size: 13, metres: 18, shape: 'triangle', sign: 'leaf' }),
  'city:PumpingStation': look('#0b5fff', '#7ab0ff', { size: 12, metres: 16, shape: 'square', sign: 'pump' }),
  'city:FloodGate': look('#0b5fff', '#7ab0ff', { size: 13, metres: 18, shape: 'diamond', sign: 'wave' }),
  'city:SolarInstallation': look('#8a6d00', '#e6c229', { size: 9, metres: 9, shape: 'square', sign: 'bolt' }),
  'city:UtilityPole': look('#8a7a63', '#a8987f', { size: 3, metres: 2, shape: 'dot' }),
  'city:Hydrant': look('#3f7fb5', '#6aa9de', { size: 4, metres: 3, shape: 'dot' }),
  'city:Light': look('#c9a646', '#e6c766', { size: 3, metres: 2, shape: 'dot' }),
  'city:Intersection': look('#b0b4bb', '#596474', { size: 3, metres: 3, shape: 'dot', isHidden: true }),
  'energy:ServicePoint': look('#c9a646', '#a8893a', { size: 3, metres: 2, shape: 'dot', isHidden: true }),
};

/** Narrow before broad: the first ancestor that has a row. */
/** A point is drawn around a place above the ground, by this share of its metres. */
export const pointAboveShare = 0.35;

export const lookOf = ({ kind, broader }: Pick<Scene['kinds'][number], 'kind' | 'broader'>): Look =>
  looks[kind] ?? broader.map((wider) => looks[wider]).find((found) => found !== undefined) ?? plain;

/** Okabe and Ito, darkened until they can be told from a light ground, lightened for a dark one. */
const agencyColours = [
  ['#0072b2', '#56b4e9'],
  ['#d55e00', '#ff9a4d'],
  ['#007a5e', '#3fc9a4'],
  ['#a8528a', '#e59ac9'],
  ['#8a6d00', '#e6c229'],
  ['#2a6fbb', '#8ab8f0'],
  ['#b23a48', '#ff8a95'],
  ['#4b5563', '#b3bcc9'],
  ['#7a4a1e', '#d9a06b'],
  ['#527d00', '#b5dd4f'],
  ['#7d3cc9', '#c9a4ff'],
  ['#007f8c', '#5fd3dc'],
] as const;
export const agencyColoursMax = agencyColours.length;

/** From here on colours lie near to others: a sign beside them tells them apart, too. */
const agencyColoursPlain = 8;

export const agencyColour = (index: number, theme: 'light' | 'dark' = 'light'): string =>
  (agencyColours[index % agencyColours.length] ?? agencyColours[0])[theme === 'light' ? 0 : 1];

/** Of a swatch of an agency's colour. */
export const agencyClass = (name: string, index: number): string => (index < agencyColoursPlain ? name : `${name} barred`);
