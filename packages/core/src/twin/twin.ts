/**
 * Twin: one agency's digital representation of one object of interest.
 */
import { z } from 'zod';
import { AgencyId, ObjectOfInterestId, type TermId, TermId as TermIdSchema, TwinId } from '../ground/id.ts';
import { Instant } from '../ground/instant.ts';
import { LanguageMap } from '../ground/language.ts';
import { limits } from '../ground/limits.ts';
import { boxOf } from '../ground/place/parts.ts';
import { type Box, Geometry, Position } from '../ground/place/place.ts';
import { Provenance, Reading, type Value, valueOf } from './value.ts';

/** Another identifier by which the twin is known, e.g. the number in a register. */
export const AlternativeId = z.object({ scheme: z.string().min(1).max(limits.termCharactersMax), value: z.string().min(1).max(limits.keyCharactersMax) });
export type AlternativeId = z.infer<typeof AlternativeId>;

export const Twin = z.object({
  id: TwinId,
  agency: AgencyId,
  /** term of a dictionary */
  kind: TermIdSchema,
  name: LanguageMap,
  /** other identifiers it is known by */
  altIds: z.array(AlternativeId).readonly().optional(),
  /** the thing in the city, where its owner names it */
  objectOfInterest: ObjectOfInterestId.optional(),
  /** CRS84; z in metres in the named datum */
  position: Position.optional(),
  /** the 2D outline, line or point in CRS84 on which predicates work; absent where the position says it all */
  footprint: Geometry.optional(),
  /** true where the store keeps full 3D geometry of this twin */
  shaped: z.boolean().optional(),
  /** what holds for every value that does not say otherwise */
  provenance: Provenance,
  values: z.record(z.string(), Reading),
  /** 1 at first, one more with each change */
  version: z.int().min(1),
  createdAt: Instant,
  updatedAt: Instant,
});
export type Twin = z.infer<typeof Twin>;

/** Where only its values are wanted. */
export const withoutFootprint = ({ footprint: _, ...twin }: Twin): Twin => twin;

/** What a source gives; the store adds version and times. */
export const TwinInput = Twin.omit({ version: true, createdAt: true, updatedAt: true, shaped: true });
export type TwinInput = z.infer<typeof TwinInput>;

/** CityJSON geometry as given: boundaries index `vertices`, which are in `crs` with heights in `datum`. */
export const Shape = z.object({
  type: z.string(),
  lod: z.string(),
  boundaries: z.unknown(),
  semantics: z.unknown().optional(),
  material: z.unknown().optional(),
  texture: z.unknown().optional(),
  vertices: z.array(z.tuple([z.number(), z.number(), z.number()])),
  crs: z.string(),
  datum: z.string().optional(),
});
export type Shape = z.infer<typeof Shape>;

export const valueOfTerm = (twin: Twin, term: TermId | string): Value | undefined => {
  const reading = Object.hasOwn(twin.values, term) ? twin.values[term] : undefined;
  return reading && valueOf(reading, twin.provenance);
};

/** What spatial predicates look at: the footprint, else the position. */
export const placeOf = (twin: Pick<Twin, 'footprint' | 'position'>): Geometry | undefined =>
  twin.footprint ?? (twin.position && { type: 'Point', coordinates: [twin.position[0], twin.position[1]] });

export const boxOfTwin = (twin: Pick<Twin, 'footprint' | 'position'>): Box | undefined => {
  const place = placeOf(twin);
  return place && boxOf(place);
};

/** The oldest observation in a twin, which tells how old an answer may be; undefined where its file names no time. */
export const oldestObservation = ({ provenance, values }: Twin): Instant | undefined =>
  Object.values(values).reduce<Instant | undefined>(
    (oldest, { observedAt }) => (observedAt !== undefined && (oldest === undefined || observedAt < oldest) ? observedAt : oldest),
    provenance.isFileDate ? undefined : provenance.observedAt,
  );
