/**
 * JSON values and their canonical form (RFC 8785), over which signatures and hashes are made.
 */
import canonicalize from 'canonicalize';
import { z } from 'zod';
import { assert } from './assert.ts';

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

export const Json: z.ZodType<Json> = z.json();

/** RFC 8785: the same text for the same content, whatever the order of the members. Members that are undefined are left out. */
export const canonicalJson = (value: unknown): string => {
  const text = canonicalize(value);
  assert(text !== undefined, 'only JSON values are made canonical');
  return text;
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

/** True where lists and objects are nested deeper than `depth`; walks without recursion, so depth itself cannot break it. */
export const nestedDeeperThan = (value: unknown, depth: number): boolean => {
  let level: readonly unknown[] = [value];
  for (let at = 0; at <= depth; at += 1) {
    level = level.flatMap((part) => (typeof part === 'object' && part !== null ? Object.values(part) : []));
    if (level.length === 0) return false;
  }
  return true;
};
