/**
 * Look: how a kind of twin is drawn, by one table. A kind without a row looks like the nearest broader one that has one.
 */
import type { Scene } from '@cityweave/core/scene';

export type Look = {
  /** light and dark theme, as #rrggbb */
  readonly colours: readonly [string, string];
  /** of points: pixels, and metres above which they do not grow when near */
  readonly size: number;
  readonly metres: number;
  /** of lines, metres */
  readonly width: number;
  /** of points: shapes are told apart without colour too */
  readonly shape: 'dot' | 'disc' | 'square' | 'diamond' | 'triangle';
  /** not shown before somebody asks for it */
  readonly isHidden: boolean;
};

const plain: Look = { colours: ['#8a8f98', '#9aa3b2'], size: 8, metres: 8, width: 3, shape: 'disc', isHidden: false };
const look = (light: string, dark: string, more: Partial<Look> = {}): Look => ({ ...plain, colours: [light, dark], ...more });

const looks: Readonly<Record<string, Look>> = {
  'city:Building': look('#f4efe6', '#39424f'),
  'city:BuildingPart': look('#f4efe6', '#39424f'),
  'city:Structure': look('#e6e2da', '#323b47'),
  'city:Bridge': look('#d9d5cc', '#485261'),
  'city:Park': look('#cfe3c4', '#1f3a2c'),
  'city:Vegetation': look('#d5e6ca', '#20382b'),
  'city:Tree': look('#7fae72', '#3f7a54', { size: 7, metres: 5, shape: 'dot' }),
  'city:WaterBody': look('#a9cfe8', '#15394f'),
  'city:River': look('#a9cfe8', '#15394f', { width: 24 }),
  'city:LandUse': look('#e4e2d6', '#262d36'),
  'city:Road': look('#ffffff', '#475264', { width: 7 }),
  'city:RoadSurface': look('#e9e9ea', '#3a4452'),
  'city:Sidewalk': look('#f1f0ee', '#333c48', { width: 2 }),
  'city:RailTrack': look('#b9b3c4', '#5a5568', { width: 3 }),
  'city:TransitLine': look('#b07aa8', '#c79bc0', { width: 4 }),
  'city:BusLine': look('#b07aa8', '#c79bc0', { width: 4 }),
  'city:CycleWay': look('#9bc0a0', '#4c7a58', { width: 2 }),
  'city:Feeder': look('#d99a2b', '#f0b84a', { width: 3 }),
  'city:Parcel': look('#e9e7e0', '#232a33', { isHidden: true }),
  'city:FloodParcel': look('#c9d8ea', '#23384d', { isHidden: true }),
  'city:AdministrativeArea': look('#dcd8cf', '#2b323c', { isHidden: true }),
  'city:District': look('#dcd8cf', '#2b323c', { isHidden: true }),
  'city:FloodZone': look('#7fb2d9', '#2a5f86', { isHidden: true }),
  'city:Terrain': look('#e8e6df', '#222931', { isHidden: true }),
  'city:CriticalFacility': look('#c0392b', '#ff7a68', { size: 15, metres: 22, shape: 'diamond' }),
  'city:UtilitySite': look('#d17f00', '#ffb454', { size: 12, metres: 16, shape: 'square' }),
  'city:Substation': look('#d17f00', '#ffb454', { size: 13, metres: 18, shape: 'square' }),
  'city:Hospital': look('#c0392b', '#ff7a68', { size: 16, metres: 24, shape: 'diamond' }),
  'city:FireStation': look('#c0392b', '#ff7a68', { size: 15, metres: 22, shape: 'triangle' }),
  'city:Shelter': look('#6a4fb3', '#b59bff', { size: 14, metres: 20, shape: 'diamond' }),
  'city:School': look('#2a7f8f', '#5fc4d6', { size: 12, metres: 16, shape: 'square' }),
  'city:ElderlyHome': look('#2a7f8f', '#5fc4d6', { size: 12, metres: 16, shape: 'triangle' }),
  'city:TransitStop': look('#8e4a85', '#d59bcc', { size: 8, metres: 10 }),
  'city:BusStop': look('#8e4a85', '#d59bcc', { size: 8, metres: 10 }),
  'city:Bus': look('#8e4a85', '#ff9bea', { size: 13, metres: 14, shape: 'square' }),
  'city:ChargingPoint': look('#1f8a5b', '#5fe0a8', { size: 9, metres: 12, shape: 'triangle' }),
  'city:RiverGauge': look('#0b5fff', '#7ab0ff', { size: 14, metres: 20, shape: 'triangle' }),
  'city:Sensor': look('#0b5fff', '#7ab0ff', { size: 12, metres: 18, shape: 'triangle' }),
  'city:PumpingStation': look('#0b5fff', '#7ab0ff', { size: 10, metres: 14, shape: 'square' }),
  'city:Hydrant': look('#3f7fb5', '#6aa9de', { size: 4, metres: 3, shape: 'dot' }),
  'city:Light': look('#c9a646', '#e6c766', { size: 3, metres: 2, shape: 'dot' }),
  'city:Intersection': look('#b0b4bb', '#596474', { size: 3, metres: 3, shape: 'dot', isHidden: true }),
  'energy:ServicePoint': look('#c9a646', '#a8893a', { size: 3, metres: 2, shape: 'dot', isHidden: true }),
};

/** Narrow before broad: the first ancestor that has a row. */
export const lookOf = ({ kind, broader }: Pick<Scene['kinds'][number], 'kind' | 'broader'>): Look =>
  looks[kind] ?? broader.map((wider) => looks[wider]).find((found) => found !== undefined) ?? plain;

/** Okabe and Ito, darkened until they can be told from a light ground. */
const agencyColours = ['#0072b2', '#d55e00', '#007a5e', '#a8528a', '#8a6d00', '#2a6fbb', '#b23a48', '#4b5563'] as const;

export const agencyColour = (index: number): string => agencyColours[index % agencyColours.length] ?? agencyColours[0];

export const shapeCodes: Readonly<Record<Look['shape'], number>> = { dot: 0, disc: 1, square: 2, diamond: 3, triangle: 4 };
