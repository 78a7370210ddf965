/**
 * Twins as properties of nodes and back: what is searched stands in properties of its own, the rest is one JSON text.
 * Values are flat: `p:` a scalar by its term, `u:` its unit, `x:` what is no scalar as canonical JSON, so that null is there and told from missing.
 */
import { type Box, boxOfTwin, canonicalJson, foldedNames, normaliseKey, type Shape, type Twin, type TwinInput, textIn, wordsOfTwin } from '@cityweave/core';
import { alternativeKey, isScalar, objectKey, otherKey, pointAt, unitKey, valueKey, whole } from '../neo4j-cypher/parameters.ts';
import { sizes } from '../neo4j-cypher/space.ts';

type Properties = Readonly<Record<string, unknown>>;

const flatValues = ({ values }: TwinInput): Properties => {
  const flat: [string, unknown][] = [];
  for (const [term, { value, unit }] of Object.entries(values)) {
    flat.push(isScalar(value) ? [valueKey(term), value] : [otherKey(term), canonicalJson(value)]);
    if (unit !== undefined) flat.push([unitKey(term), unit]);
  }
  return Object.fromEntries(flat);
};

const placeOfBox = (box: Box | undefined): Properties => {
  const [west, south, east, north] = box ?? [null, null, null, null];
  const extent = box ? Math.max(box[2] - box[0], box[3] - box[1]) : 0;
  const size = box && sizes.find(({ degrees }) => extent <= degrees);
  const centre = box && pointAt((box[0] + box[2]) / 2, (box[1] + box[3]) / 2);
  return { west, south, east, north, ...Object.fromEntries(sizes.map(({ place }) => [place, place === size?.place ? centre : null])) };
};

/** JSON of [value, scheme] pairs, values normalised; null where there are none. */
export const altsOf = ({ altIds }: TwinInput): string | null =>
  altIds === undefined || altIds.length === 0 ? null : JSON.stringify(altIds.map(({ scheme, value }) => [normaliseKey(value), scheme]));

/** What a twin is found under beside its id. */
export const identifiersOf = ({ alts, object }: { readonly alts: string | null; readonly object: string | null }) => [
  ...(object === null ? [] : [{ key: objectKey(object), scheme: null }]),
  // written by altsOf
  ...(alts === null ? [] : JSON.parse(alts).map(([value, scheme]: readonly [string, string]) => ({ key: alternativeKey(value), scheme }))),
];

export type Kept = {
  readonly version: number;
  readonly createdAt: string;
  readonly updatedAt: string;
  /** absent: as it was */
  readonly source?: string | undefined;
  readonly digest?: string | undefined;
  readonly shapes?: readonly Shape[] | undefined;
};

/** A twin as text, its footprint apart: what is only searched by its box does not read it. */
export type Body = { readonly doc: string; readonly footprint: string | null };

export const bodyOf = ({ footprint, ...rest }: TwinInput): Body => ({ doc: JSON.stringify(rest), footprint: footprint ? JSON.stringify(footprint) : null });

/** All properties of a twin's node; `before` are names of flat values that it had, which go where they are not written again. */
export const propertiesOf = (twin: TwinInput, kept: Kept, { body, keys }: { readonly body: Body; readonly keys: readonly string[] }): Properties => {
  const values = flatValues(twin);
  const { source, digest, shapes } = kept;
  return {
    ...Object.fromEntries(keys.map((key) => [key, null])),
    ...values,
    ...placeOfBox(boxOfTwin(twin)),
    keys: Object.keys(values),
    agency: twin.agency,
    kind: twin.kind,
    name: textIn(twin.name),
    version: whole(kept.version),
    createdAt: kept.createdAt,
    updatedAt: kept.updatedAt,
    object: twin.objectOfInterest ?? null,
    alts: altsOf(twin),
    folded: foldedNames(twin),
    words: [...wordsOfTwin(twin)].map((word) => ` ${word}`).join(''),
    ...body,
    ...(source !== undefined && { source }),
    ...(digest !== undefined && { digest }),
    ...(shapes && { shapes: shapes.length === 0 ? null : JSON.stringify(shapes) }),
  };
};

/** What this side gives back was parsed before it was put in. */
export const trusted = <T>(value: unknown): T => value as T; // branding: properties of our own nodes keep their types

export const inputOf = ({ doc, footprint }: Body): TwinInput =>
  trusted({ ...JSON.parse(doc), ...(footprint !== null && { footprint: JSON.parse(footprint) }) });

export type TwinColumns = Readonly<Record<'doc' | 'footprint' | 'version' | 'createdAt' | 'updatedAt' | 'shaped', unknown>>;

export const twinOf = (row: TwinColumns): Twin =>
  trusted({
    ...JSON.parse(String(row.doc)),
    version: row.version,
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
    ...(typeof row.footprint === 'string' && { footprint: JSON.parse(row.footprint) }),
    ...(row.shaped === true && { shaped: true }),
  });
