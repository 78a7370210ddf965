/**
 * JSON values and their canonical form (RFC 8785), over which signatures and hashes are made.
 */
import { z } from 'zod';
import { assert } from './assert.ts';

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

export const Json: z.ZodType<Json> = z.json();

/**
 * What others say in a message. Members that this version does not know are kept and passed on, so that what is signed and hashed stays what was said; the type
 * names those that are known.
 */
export const openObject = <S extends z.core.$ZodLooseShape>(shape: S): z.ZodObject<z.core.util.Writeable<S>, z.core.$strip> =>
  z.looseObject(shape) as unknown as z.ZodObject<z.core.util.Writeable<S>, z.core.$strip>; // branding: the same schema, its type without an index over all names

/** Lists of nothing but finite numbers, as coordinates are: their JSON is canonical as it is, and most of a geometry is that. */
const isNumbers = (value: unknown): boolean => (Array.isArray(value) ? value.every(isNumbers) : Number.isFinite(value));

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null;

const objectText = (value: Readonly<Record<string, unknown>>): string => {
  let text = '';
  for (const name of Object.keys(value).sort()) {
    const member = value[name];
    if (member !== undefined) text += `${text === '' ? '' : ','}${JSON.stringify(name)}:${canonicalText(member)}`;
  }
  return `{${text}}`;
};

/** Texts of large lists of numbers, for as long as the lists live: the same area goes to many members and is signed, sent and digested. */
const textByNumbers = new WeakMap<object, string>();
const rememberedFromCharacters = 4_096;

const numbersText = (value: readonly unknown[]): string => {
  const known = textByNumbers.get(value);
  if (known !== undefined) return known;
  const text = JSON.stringify(value);
  if (text.length >= rememberedFromCharacters) textByNumbers.set(value, text);
  return text;
};

/** Numbers and texts are written by RFC 8785 as JSON.stringify writes them; only the order of members has to be seen to. */
const canonicalText = (value: unknown): string => {
  if (Array.isArray(value)) return textByNumbers.get(value) ?? (isNumbers(value) ? numbersText(value) : `[${value.map(canonicalText).join(',')}]`);
  if (isObject(value)) return objectText(value);
  assert(typeof value !== 'number' || Number.isFinite(value), 'only numbers that are finite are made canonical');
  const text = JSON.stringify(value);
  assert(text !== undefined, 'only JSON values are made canonical');
  return text;
};

/** RFC 8785: the same text for the same content, whatever the order of the members. Members that are undefined are left out. */
export const canonicalJson = (value: unknown): string => canonicalText(value);

const membersOf = (value: Readonly<Record<string, unknown>>): number => {
  let members = 0;
  for (const name in value) if (value[name] !== undefined) members += 1;
  return members;
};

/** Whether JSON values are the same, whatever the order of their members; as canonical texts are, which are not made. Members that are undefined are left out. */
export const isSameJson = (a: unknown, b: unknown): boolean => {
  if (a === b || !isObject(a) || !isObject(b)) return a === b;
  if (Array.isArray(a) || Array.isArray(b))
    return Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((part, at) => isSameJson(part, b[at]));
  for (const name in a) if (a[name] !== undefined && !(Object.hasOwn(b, name) && isSameJson(a[name], b[name]))) return false;
  return membersOf(a) === membersOf(b);
};

/** RFC 7396: members of the patch replace those of the target, `null` takes them away, lists are replaced whole. */
export const mergePatch = (target: unknown, patch: unknown): unknown => {
  if (!isObject(patch) || Array.isArray(patch)) return patch;
  const merged = new Map<string, unknown>(isObject(target) && !Array.isArray(target) ? Object.entries(target) : []);
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) merged.delete(name);
    else merged.set(name, mergePatch(merged.get(name), value));
  }
  return Object.fromEntries(merged);
};

/** Bytes of a text in UTF-8, without making them. */
export const utf8Bytes = (text: string): number => {
  let bytes = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return bytes;
};

/** True where values lie deeper than `depth` levels within lists and objects; it goes no deeper than that itself, so depth cannot break it. */
export const nestedDeeperThan = (value: unknown, depth: number): boolean => {
  if (typeof value !== 'object' || value === null) return false;
  const parts: readonly unknown[] = Array.isArray(value) ? value : Object.values(value);
  if (depth <= 0) return parts.length > 0;
  for (const part of parts) if ((depth === 1 || typeof part === 'object') && nestedDeeperThan(part, depth - 1)) return true;
  return false;
};

/** JSON may write numbers that no number here is: `1e999`. The value is nested no deeper than was checked before. */
export const holdsInfinity = (value: unknown): boolean => {
  if (typeof value === 'number') return !Number.isFinite(value);
  return typeof value === 'object' && value !== null && Object.values(value).some(holdsInfinity);
};
