/**
 * Staged: the door between the page and the scene: all that the page may ask of it, and all that it hears. Twins are named by their rows.
 */
import type { Extent, Free, Place, Scene, View } from '@cityweave/core/scene';

export type Theme = 'light' | 'dark';

export type Dress = {
  readonly theme: Theme;
  /** stronger edges, plain grounds, nothing fades */
  readonly contrast: boolean;
  /** false: the camera jumps and nothing flows */
  readonly motion: boolean;
};

export type { Extent, Free, Place, View };

export type RampName = 'sequential' | 'diverging' | 'categories';

/** By what the twins are coloured; `values` has one number a row of the scene, NaN where nothing is known. */
export type Colouring =
  | { readonly by: 'kind' }
  | { readonly by: 'agency' }
  | { readonly by: 'values'; readonly values: Float32Array; readonly from: number; readonly to: number; readonly ramp: RampName };

/** A value and its colour, for the legend. */
export type Stop = { readonly value: number; readonly colour: string };

/** A link between two twins; a strength of 1 is drawn as wide as any. */
export type Arc = { readonly from: number; readonly to: number; readonly strength?: number };

/** What a twin is called in the scene; the heavier stays where two would lie on one another, and the chosen one is never missing. */
export type Label = { readonly row: number; readonly text: string; readonly weight: number; readonly isChosen?: boolean };

/** One property of all that is drawn, as it was when it was asked for. */
export type Values = {
  readonly term: string;
  readonly unit: string | undefined;
  /** the texts that the numbers stand for, where they stand for texts */
  readonly categories: readonly string[] | undefined;
  /** one a row of the scene, NaN where nothing is known */
  readonly values: Float32Array;
};

/** What was told of one property of all that is drawn. */
export type ToldValues = Values & {
  /** how each came about, a number of its flag; 0 where nothing is told. Undefined where all that is known was measured */
  readonly flags?: Uint8Array | undefined;
  /** agencies that could not be asked */
  readonly missing: readonly string[];
  /** as many twins were read; of the others nothing is told */
  readonly firstTwins?: number | undefined;
};

/** What is known of a twin's value beside the value: it is older than allowed, its source is silent or has none, it says that something is wrong. */
export const markBits = { stale: 1, missing: 2, alarm: 4 } as const;

/** Values of one property as they come, one a row of the scene. */
export type LiveColumn = Values & {
  /** seconds since 1970 at which the value was true; NaN where nothing is known */
  readonly observed: Float64Array;
  /** sum of `markBits` */
  readonly marksOf: (row: number) => number;
  /** agencies, by their index in the scene, that are silent now, and since when */
  readonly silent: ReadonlyMap<number, string | undefined>;
};

/** What of a property is out of order. */
export type Bounds = {
  /** seconds after which a value is stale */
  readonly staleAfter?: number | undefined;
  /** values below or above which a twin is in alarm */
  readonly least?: number | undefined;
  readonly most?: number | undefined;
};

export type Live = {
  /** Follows one property of what is in view, or nothing any more. */
  readonly follow: (term: string | undefined, bounds?: Bounds) => void;
  /** Hears nothing any more, or the newest again; what was heard stays. */
  readonly hold: (isHeld: boolean) => void;
  readonly column: () => LiveColumn | undefined;
  /** Told at most four times a second that something of the column is another; React reads what it shows and nothing else. */
  readonly onChanged: (run: () => void) => () => void;
};

/** Why the scene, or a part of it, is not there. */
export type SceneProblem =
  | { readonly kind: 'noWebGl' }
  /** the graphics card takes none of the scene's shaders, or not all of them */
  | { readonly kind: 'shaders' }
  | { readonly kind: 'refused'; readonly reason: string };

export type SceneEvent =
  | { readonly type: 'lost' | 'restored' }
  /** what was drawn was not: a shader is not taken here */
  | { readonly type: 'faulty' }
  /** another revision of the scene is drawn: rows may be other twins */
  | { readonly type: 'revised'; readonly scene: Scene }
  /** how fine it is drawn now; 0 is finest */
  | { readonly type: 'quality'; readonly tier: number }
  /** tiles of this view that are here, and how many it needs */
  | { readonly type: 'progress'; readonly here: number; readonly wanted: number };

/** The twin that each row draws: numbers of its kind and of the agency that draws it, in the scene. */
export type Rows = { readonly kindOf: (row: number) => number; readonly agencyOf: (row: number) => number };

export type City = {
  readonly scene: () => Scene;
  /** agencies with layers, or tiles, that could not be read; an event says where that may be another */
  readonly missing: () => readonly string[];
  /** the twins that an answer found; none: nothing is faded */
  readonly light: (rows: readonly number[]) => void;
  readonly select: (rows: readonly number[]) => void;
  readonly hover: (rows: readonly number[]) => void;
  /** what stands in each row */
  readonly rows: Rows;
  readonly hide: (isHidden: (row: number) => boolean) => void;
  /** agencies whose twins are shown as last known, whatever is followed */
  readonly silence: (agencies: readonly string[]) => void;
  /** what the next pick may find, by the numbers of agency and kind; undefined: all that is shown */
  readonly pickFrom: (isWanted: ((agency: number, kind: number) => boolean) | undefined) => void;
  readonly colourBy: (colouring: Colouring) => void;
  /** of what is coloured by values now: five stops of numbers, one for each of categories */
  readonly legend: () => readonly Stop[];
  readonly link: (arcs: readonly Arc[]) => void;
  readonly label: (labels: readonly Label[]) => void;
  /** the part of the picture over which nothing lies: names stand in it, whole, and a key picks what is in its middle */
  readonly keepFree: (free: Free) => void;
  /** sun and shadow of that moment at this place; undefined: soft light from the south-west */
  readonly sunAt: (moment: Date | undefined) => void;
  readonly live: Live;
  /** Told when twins went into alarm: how many of those shown are in alarm now. */
  readonly onAlarms: (run: (alarms: number) => void) => () => void;
  /** undefined where no twin has that row, or its place cannot be read */
  readonly placeOf: (row: number) => Promise<Extent | undefined>;
  /** rows of the twins in view, from near to far */
  readonly inView: (most: number) => Promise<readonly number[]>;
  /** how many twins are shown of what is in view, a tile being in view or not, and how many of them are in alarm */
  readonly shownInView: () => { readonly twins: number; readonly alarms: number };
};

export type Staged = {
  readonly city: City;
  readonly view: () => View;
  /** flies there; jumps where motion is not welcome */
  readonly move: (view: View) => void;
  /** Flies to where all of these are in the free part of the picture, no nearer than `nearest` metres: a single one is seen whole, with so many metres `around` it; without places it stays. */
  readonly show: (places: readonly Extent[], free: Free, metres: { readonly around: number; readonly nearest: number }) => void;
  /** all of the city */
  readonly home: () => void;
  /** Told when the view rests after it moved. */
  readonly onView: (run: (view: View) => void) => () => void;
  readonly onEvent: (run: (event: SceneEvent) => void) => () => void;
  /** What is seen, for who does not see it: written where the city stands, and nothing is rendered for it. */
  readonly name: (text: string) => void;
  /** Holds what moves and changes by itself, or shows the newest of it again; who is silent is seen all the same. */
  readonly hold: (isHeld: boolean) => void;
  /** Somebody says that the rows are other twins: the scene is looked at again at once. */
  readonly revised: () => void;
};
