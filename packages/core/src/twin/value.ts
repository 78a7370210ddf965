/**
 * Value: what an agency says of one property of a twin, never bare: unit, when it was true, when the node learnt it, who says so, how good.
 * A twin keeps one provenance and each reading overrides only what differs, so that 100 columns of one file do not repeat it.
 */
import { z } from 'zod';
import { AgencyId, compareText, TwinId } from '../ground/id.ts';
import { Instant, msBetween } from '../ground/instant.ts';
import { canonicalJson, Json } from '../ground/json.ts';

export const ValueFlag = z.enum(['MEASURED', 'INTERPOLATED', 'CARRIED', 'SIMULATED', 'MISSING']);
export type ValueFlag = z.infer<typeof ValueFlag>;

/** Shares of one: how exact, how complete, how sure. */
export const Quality = z.object({
  accuracy: z.number().min(0).max(1).optional(),
  completeness: z.number().min(0).max(1).optional(),
  confidence: z.number().min(0).max(1).optional(),
});
export type Quality = z.infer<typeof Quality>;

export const Provenance = z.object({
  /** when it was true */
  observedAt: Instant,
  /** that is the date of the file from which it came: what the file holds names no time */
  isFileDate: z.literal(true).optional(),
  /** when the node learnt it */
  recordedAt: Instant,
  /** who says so */
  source: AgencyId,
  flag: ValueFlag.optional(),
  quality: Quality.optional(),
  /** the file, feed or request it came from, by name and version, never by path */
  origin: z.string().optional(),
  /** the communication adaptor that converted it, where it came over one */
  via: TwinId.optional(),
});
export type Provenance = z.infer<typeof Provenance>;

/** A value as a twin keeps it: what it does not say itself, the twin's provenance says. */
export const Reading = Provenance.partial().extend({
  value: Json,
  /** UCUM code */
  unit: z.string().optional(),
  /** vertical or horizontal datum of a height or a position, named and never guessed */
  datum: z.string().optional(),
});
export type Reading = z.infer<typeof Reading>;

/** A value with its whole provenance. */
export const Value = Provenance.extend({ value: Json, unit: z.string().optional(), datum: z.string().optional(), flag: ValueFlag });
export type Value = z.infer<typeof Value>;

/** A reading that names its own time does not take the file's for it. */
const timed = (reading: Reading, provenance: Provenance): Provenance => {
  if (provenance.isFileDate === undefined || (provenance.isFileDate && reading.observedAt === undefined)) return provenance;
  const { isFileDate: _, ...without } = provenance;
  return without;
};

export const valueOf = (reading: Reading, provenance: Provenance): Value => ({
  ...timed(reading, provenance),
  ...reading,
  flag: reading.flag ?? provenance.flag ?? 'MEASURED',
  observedAt: reading.observedAt ?? provenance.observedAt,
  recordedAt: reading.recordedAt ?? provenance.recordedAt,
  source: reading.source ?? provenance.source,
});

/** Milliseconds since the value was true. */
export const ageMs = (value: { readonly observedAt: Instant }, now: Instant): number => Math.max(0, msBetween(value.observedAt, now));

const qualityScore = (quality: Quality | undefined): number => {
  const given = [quality?.accuracy, quality?.completeness, quality?.confidence].filter((part) => part !== undefined);
  return given.length === 0 ? 0.5 : given.reduce((sum, part) => sum + part, 0) / given.length;
};

/** Newer first, then better, then by agency: a total order, so that merging does not depend on who speaks first. */
export const compareValues = (a: Value, b: Value): number => {
  if (a.observedAt !== b.observedAt) return a.observedAt > b.observedAt ? -1 : 1;
  if (a.recordedAt !== b.recordedAt) return a.recordedAt > b.recordedAt ? -1 : 1;
  const quality = qualityScore(b.quality) - qualityScore(a.quality);
  if (quality !== 0) return quality;
  return compareText(a.source, b.source) || compareText(canonicalJson(a), canonicalJson(b));
};
