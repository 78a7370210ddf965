/**
 * Parts of entries: what is told of an entry to who names the attributes that he wants (`fields` of 6.7).
 */
import { z } from 'zod';
import { openObject } from '../../ground/json.ts';
import { AttributePath } from './condition.ts';

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null;

/** Nothing but what lies on the paths, through lists to each of their members; a path that leads nowhere leaves nothing. */
const cutTo = (value: unknown, paths: readonly (readonly string[])[]): unknown => {
  if (Array.isArray(value)) return value.map((one) => cutTo(one, paths));
  if (!isObject(value)) return undefined;
  const kept = Object.entries(value).flatMap(([name, member]) => {
    const rests = paths.flatMap(([head, ...rest]) => (head === name ? [rest] : []));
    const part = rests.some(({ length }) => length === 0) ? member : rests.length > 0 ? cutTo(member, rests) : undefined;
    return part === undefined ? [] : [[name, part] as const];
  });
  return Object.fromEntries(kept);
};

/** An entry of which only the attributes named in `fields` are told. */
export const partOf = <K extends z.ZodType, I extends z.ZodType>(kind: K, id: I) =>
  openObject({ kind, id, revision: z.int().min(0).optional(), fields: z.array(AttributePath), attributes: z.record(z.string(), z.json()) });

/** Says of a schema of entries that they are whole. */
export const whole = { fields: z.never().optional() };

type Entry = { readonly id: string; readonly attributes: object; readonly fields?: readonly string[] | undefined };

/** Entries as they are told to whoever asks for `fields`: whole where he names none. */
export const toldInParts = <E extends Entry>(entries: readonly E[], fields: readonly string[] | undefined) => {
  if (fields === undefined) return [...entries];
  const paths = fields.map((path) => path.split('.'));
  return entries.map((entry) => ({ ...entry, fields: [...fields], attributes: cutTo(entry.attributes, paths) as Record<string, z.core.util.JSONType> })); // branding: attributes are JSON, and so are parts of them
};

/** Of the entries of an answer those that are whole: all, where no `fields` were named. */
export const wholeOf = <E extends Entry>(entries: readonly E[]): readonly Extract<E, { readonly fields?: undefined }>[] =>
  entries.filter((entry): entry is Extract<E, { readonly fields?: undefined }> => entry.fields === undefined);
