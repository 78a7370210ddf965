/**
 * Views: what every contender is to draw, of the same size and from the same eye.
 */
export const picture = { width: 1_280, height: 720, fov: 36.87 } as const;

/** Pixels by which what is drawn may lie from the truth, for everybody who has levels. */
export const errorPixels = 1.5;

export const viewNames = ['overview', 'district'] as const;
export type ViewName = (typeof viewNames)[number];

/** An eye that looks at the middle of the city. */
export type Eye = {
  /** metres */
  readonly distance: number;
  /** degrees from straight down */
  readonly tilt: number;
};

export const eyeOf = (view: ViewName, side: number): Eye => (view === 'overview' ? { distance: side * 1.3, tilt: 55 } : { distance: 1_500, tilt: 60 });

/** What a page is told before it loads anything. */
export type Given = { readonly view: ViewName; readonly side: number; readonly rows: number };

/** Where each contender finds the city. */
export const addresses = {
  federation: 'urn:dtf:federation:bench.example:city',
  changingTerm: 'city:load',
  columns: '/city/columns.bin',
  tileset: '/city/3dtiles/tileset.json',
  vectorTiles: '/city/vector',
} as const;
