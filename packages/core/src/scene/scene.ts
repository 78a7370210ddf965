/**
 * Scene: what a federation looks like, said in one document: its agencies, kinds and layers, and by which names their tiles are fetched.
 */
import { z } from 'zod';
import { AgencyId, FederationId, TermId } from '../ground/id.ts';
import { LanguageMap } from '../ground/language.ts';
import { outlineForms } from './outline-tile.ts';
import { sceneLimits } from './scene-limits.ts';

/** SHA-256 of a file of the scene, in hexadecimal: its name. */
export const ArchiveName = z.string().regex(/^[0-9a-f]{64}$/, 'SHA-256 in hexadecimal');

/** metres east and north of the origin: west, south, east, north */
const LocalBox = z.tuple([z.number(), z.number(), z.number(), z.number()]);

export const SceneLayer = z.object({
  id: z.string(),
  /** index into the agencies */
  agency: z.int().min(0),
  form: z.enum(outlineForms),
  archive: ArchiveName,
  bytes: z.int().min(0),
  /** how many of them are its head, its directory and its first tile */
  beginning: z.int().min(0),
  rowColumns: ArchiveName,
  /** row of the scene of the layer's first twin; rows of one layer follow one another */
  firstRow: z.int().min(0),
  rows: z.int().min(0).max(sceneLimits.layerRowsMax),
  box: LocalBox,
  /** indices into the kinds */
  kinds: z.array(z.int().min(0)),
});
export type SceneLayer = z.infer<typeof SceneLayer>;

export const SceneKind = z.object({ kind: TermId, label: LanguageMap, broader: z.array(TermId), count: z.int().min(0) });
export type SceneKind = z.infer<typeof SceneKind>;

export const SceneAgency = z.object({
  id: AgencyId,
  name: LanguageMap,
  /** false: what is drawn of it is what was last known, or nothing */
  complete: z.boolean(),
  /** its twins are being looked at for the first time: they will be drawn */
  coming: z.literal(true).optional(),
});
export type SceneAgency = z.infer<typeof SceneAgency>;

export const Scene = z.object({
  version: z.literal(2),
  federation: FederationId,
  /** another one where anything is drawn otherwise */
  revision: z.string(),
  /** another one where a row is another twin: what is known by row is to be asked anew */
  rowsRevision: z.string(),
  /** longitude, latitude in CRS84 of east 0, north 0 */
  origin: z.tuple([z.number(), z.number()]),
  box: LocalBox,
  rows: z.int().min(0),
  agencies: z.array(SceneAgency),
  kinds: z.array(SceneKind).max(sceneLimits.sceneKindsMax),
  layers: z.array(SceneLayer).max(sceneLimits.sceneLayersMax),
});
export type Scene = z.infer<typeof Scene>;

/** How far a scene is that is being made: twins looked at, then layers cut, and tiles of the layer that is being cut; 0 of what is not known yet. */
export type SceneProgress = Readonly<Record<'twins' | 'layers' | 'layersCut' | 'tiles' | 'tilesCut', number>>;
