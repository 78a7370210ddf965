/**
 * Drawn: what of a twin a scene shows. The form follows from its kind and its geometry, by one table; what has no place is not drawn.
 */
import {
  convert,
  type Geometry,
  type OutlineForm,
  placeOf,
  type Reading,
  type RoofShape,
  roofShapes,
  type TermId,
  type Twin,
  type TwinId,
  type TwinRow,
  type Vocabulary,
} from '@cityweave/core';
import { type DrawnSolid, toDrawnSolid } from './solid/drawn-solid.ts';

export type Named = {
  readonly id: TwinId;
  /** every name under which the same object may be known: the twin's id, its object of interest, the twins that it is the same as */
  readonly same: readonly string[];
};

/** A twin as it is drawn, still in longitude and latitude. */
export type Drawn = Named & {
  readonly kind: TermId;
  readonly form: OutlineForm;
  readonly place: Geometry;
  /** metres above ground on which it stands: of what is on a roof, the roof */
  readonly base: number;
  /** metres from there to its highest point */
  readonly height: number;
  readonly roof: RoofShape;
  /** it stands on roofs and nowhere else */
  readonly isOfRoof: boolean;
  /** others may stand on its roof */
  readonly carries: boolean;
  /** its true surfaces, where they came */
  readonly solid?: DrawnSolid | undefined;
};

/** The terms that say how a twin looks. */
export const drawnTerms = ['city:height', 'city:storeys', 'city:roofShape', 'city:surfaceHeight'] as const;

const metresPerStorey = 3;
const agencyTwinKind = 'city:AgencyTwin';
/** Higher than anything built. */
const heightMax = 1_000;

/** The kind that is drawn in the place of the whole that it is part of. */
export const partKind = 'city:BuildingPart';

/** Kinds whose true surfaces are drawn. */
export const solidKinds = ['city:Building', partKind] as const;

/** Kinds that stand up where their height is known; all other areas lie on the ground. */
const standingKinds = ['city:Building', 'city:BuildingPart', 'city:Structure'] as const;

/** Kinds that carry others on their roofs, and those that are nowhere else. */
const carryingKinds = ['city:Building', 'city:BuildingPart'] as const;
const roofKinds = ['city:RooftopUnit', 'city:SolarPanel'] as const;
/** So high is what stands on a roof where only its top is told. */
const roofThingMetres = 1;

const numberOf = (reading: Reading | undefined, unit: string): number | undefined => {
  if (typeof reading?.value !== 'number') return undefined;
  if (reading.unit === undefined || reading.unit === unit) return reading.value;
  const converted = convert(reading.value, reading.unit, unit);
  return converted.ok ? converted.value : undefined;
};

/** The height that is said; else three metres a storey. */
const heightOf = ({ values }: Twin): number => {
  const storeys = values['city:storeys']?.value;
  const height = numberOf(values['city:height'], 'm') ?? (typeof storeys === 'number' ? storeys * metresPerStorey : 0);
  return height > 0 && height <= heightMax ? height : 0;
};

/** What stands on a roof begins there; its own height is told from the ground. */
const baseOf = ({ values }: Twin, height: number, isOfRoof: boolean): number => {
  const surface = numberOf(values['city:surfaceHeight'], 'm') ?? 0;
  if (surface > 0 && surface < height) return surface;
  return isOfRoof ? Math.max(0, height - roofThingMetres) : 0;
};

const roofOf = ({ values }: Twin): RoofShape => {
  const said = values['city:roofShape']?.value;
  return roofShapes.find((shape) => shape === said) ?? 'flat';
};

const formOf = (place: Geometry, stands: boolean): OutlineForm => {
  switch (place.type) {
    case 'Polygon':
    case 'MultiPolygon':
      return stands ? 'prism' : 'area';
    case 'LineString':
    case 'MultiLineString':
      return 'line';
    case 'Point':
    case 'MultiPoint':
      return 'point';
  }
};

export const toNamed = ({ twin: { id, objectOfInterest }, sameAs = [] }: TwinRow): Named => ({
  id,
  same: [id, ...(objectOfInterest === undefined ? [] : [objectOfInterest]), ...sameAs],
});

export const toDrawn = (row: TwinRow, vocabulary: Vocabulary): Drawn | undefined => {
  const { twin, shape } = row;
  const place = placeOf(twin);
  // the twin of an agency stands for all of its others: it is the city, not a thing in it
  if (!place || twin.kind === agencyTwinKind) return undefined;
  const solid = shape && toDrawnSolid(shape);
  const top = solid?.height ?? heightOf(twin);
  const isOne = (kinds: readonly string[]): boolean => kinds.some((kind) => vocabulary.isA(twin.kind, kind));
  const isOfRoof = isOne(roofKinds);
  const base = solid ? 0 : baseOf(twin, top, isOfRoof);
  const height = top - base;
  const form = formOf(place, height > 0 && isOne(standingKinds));
  return {
    ...toNamed(row),
    kind: twin.kind,
    form,
    place,
    base: form === 'prism' ? base : 0,
    height: form === 'prism' ? height : form === 'point' ? top : 0,
    roof: form === 'prism' ? roofOf(twin) : 'flat',
    isOfRoof,
    carries: isOne(carryingKinds),
    ...(form === 'prism' && solid && { solid }),
  };
};
