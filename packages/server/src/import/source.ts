/**
 * Source: how one file (or recorded feed) of an agency becomes twins. Declared in the node file; nothing is guessed from content but the format's version.
 */
import { AgencyId, Box, Geometry, Instant, LanguageMap, TermId } from '@cityweave/core';
import { z } from 'zod';

/** A column name, or a list of texts and `{column}` parts: `"{StreetNumber} {StreetName}"`. */
const Template = z.string().min(1).max(1_000);

/** What a row's key is made of. With `geometry`, its coordinates rounded to `tolerance` are part of the key. */
const Key = z.strictObject({
  columns: z.array(z.string()).default([]),
  geometry: z.boolean().default(false),
  /** degrees (or metres in a projected system) by which coordinates may differ and still be the same */
  tolerance: z.number().positive().default(1e-7),
  /** rows that are still equal: number them, refuse all but the first with a reason, or keep the first silently counted */
  onDuplicate: z.enum(['ordinal', 'refuse', 'first']).default('refuse'),
});

/** How one column becomes the value of a term. A value that cannot be read so refuses the record. For the columns that readers work out (`_height` ...) see record.ts. */
const Property = z.strictObject({
  column: z.string(),
  term: TermId,
  /** UCUM code in which the file gives it */
  unit: z.string().optional(),
  datum: z.string().optional(),
  /** read the text as this; `decimalComma` takes 1.234,5. Default: a number where a unit is given, else what the file has; an instant is RFC 3339 text or milliseconds since 1970 */
  as: z.enum(['text', 'number', 'boolean', 'instant', 'json']).optional(),
  decimalComma: z.boolean().default(false),
  /** codes of the file and what they mean here */
  codes: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
  /** texts that mean "no value" */
  missing: z.array(z.string()).default([]),
});
export type SourceProperty = z.infer<typeof Property>;

const Constant = z.strictObject({ value: z.union([z.string(), z.number(), z.boolean()]), unit: z.string().optional(), datum: z.string().optional() });

/** A relation to twins that another agency knows by its own key. */
const JoinRule = z.strictObject({
  /** the column that holds the foreign key; several are joined with `|` */
  columns: z.array(z.string()).min(1),
  kind: TermId,
  agency: AgencyId,
  scheme: z.string(),
});

/** A relation to twins of the same agency, by an identifier of theirs. */
const LinkRule = z.strictObject({ columns: z.array(z.string()).min(1), kind: TermId, scheme: z.string(), direction: z.enum(['out', 'in']).default('out') });

const Identifier = z.strictObject({ scheme: z.string(), columns: z.array(z.string()).min(1) });

/** Several kinds in one file: the value of a column decides. */
const KindByColumn = z.strictObject({ column: z.string(), kinds: z.record(z.string(), TermId), otherwise: TermId.optional() });

export const Source = z.strictObject({
  /** names the source in the ids of its twins */
  id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/),
  format: z.enum(['geojson', 'geojson-lines', 'cityjson', 'cityjson-seq', 'csv', 'feed']),
  /** relative to the file that declares it; `.gz` is unpacked on the way */
  path: z.string(),
  /** the city runs without it where the file is not there, and says so */
  optional: z.boolean().default(false),
  kind: z.union([TermId, KindByColumn]),
  /** only rows with one of these values in the column are read; the others are counted as left out. So several agencies may each read their part of one file */
  where: z.strictObject({ column: z.string(), values: z.array(z.union([z.string(), z.number()])).min(1) }).optional(),
  key: Key.prefault({}),
  name: Template.optional(),
  /** the language of the names */
  language: z
    .string()
    .regex(/^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$/)
    .default('en'),
  objectOfInterest: Template.optional(),
  identifiers: z.array(Identifier).default([]),
  properties: z.array(Property).default([]),
  /** what becomes of columns that are named nowhere: kept under `<vocabulary>:<column>`, or left out */
  otherColumns: z.enum(['keep', 'drop']).default('keep'),
  /** prefix of terms for columns kept as they are; default: the first label of the agency's authority */
  vocabulary: z
    .string()
    .regex(/^[A-Za-z][A-Za-z0-9-]*$/)
    .optional(),
  /** kept and shown, but no change where only they differ */
  ignore: z.array(z.string()).default([]),
  /** never stored */
  drop: z.array(z.string()).default([]),
  constants: z.record(z.string(), Constant).default({}),
  /** reference system of the coordinates; GeoJSON defaults to OGC:CRS84, CityJSON names its own */
  crs: z.string().optional(),
  verticalDatum: z.string().optional(),
  /** for csv: columns of the position */
  position: z.strictObject({ x: z.string(), y: z.string(), z: z.string().optional() }).optional(),
  csv: z.strictObject({ delimiter: z.string().length(1).default(','), quote: z.string().length(1).default('"') }).prefault({}),
  /** for CityJSON: which level of detail gives the footprint and height; the highest where absent. All are kept as shapes */
  lod: z.string().optional(),
  /** a record outside it is refused */
  coverage: z.union([Box, Geometry]).optional(),
  /** when the data was true: a fixed instant, or the column that says so; default: when the file was last changed */
  observedAt: z.union([Instant, z.strictObject({ column: z.string() })]).optional(),
  joins: z.array(JoinRule).default([]),
  links: z.array(LinkRule).default([]),
  attribution: z.string().optional(),
  licence: z.string().optional(),
  title: LanguageMap.optional(),
  /** for feeds: the source whose twins the readings belong to, and the columns of the recording */
  feed: z
    .strictObject({
      /** the scheme under which `key` names the twin */
      scheme: z.string(),
      key: z.string(),
      /** seconds of the day when it was published and observed, or instants */
      publishedAt: z.string(),
      observedAt: z.string(),
      /** a recorded day is played again every day, in step with the clock */
      repeat: z.enum(['daily', 'once']).default('daily'),
      /** column that gives a quality flag, and what its codes mean */
      flag: z
        .strictObject({ column: z.string(), codes: z.record(z.string(), z.enum(['MEASURED', 'INTERPOLATED', 'CARRIED', 'SIMULATED', 'MISSING'])) })
        .optional(),
      /** columns of a moving twin's position */
      position: z.strictObject({ x: z.string(), y: z.string() }).optional(),
    })
    .optional(),
});
export type Source = z.infer<typeof Source>;
