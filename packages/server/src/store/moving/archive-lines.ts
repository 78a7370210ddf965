/**
 * Archive lines: what the lines of a node archive are, how they are read from its file, and what each has to have so that it can be loaded.
 */
import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { canonicalJson, fail, Geometry, Instant, ok, type Problem, problem, type Result } from '@cityweave/core';
import { z } from 'zod';
import type { NodeRecord } from '../store.ts';
import { fileFailure } from './file-failure.ts';
import type { Moved } from './moved.ts';

export const archiveVersion = 1;
export const archiveLineCharactersMax = 64 * 1024 * 1024;

/** A line of the exchange log and the name of the file that it stands in. */
export type LogLine = { readonly file: string; readonly line: string };

export type Line = Moved | { readonly part: 'record'; readonly record: NodeRecord } | ({ readonly part: 'log' } & LogLine);

export const Heading = z.object({ archive: z.literal('cityweave node'), version: z.number(), agency: z.string(), at: z.string() });
export const End = z.object({ end: z.object({ lines: z.int(), sha256: z.string(), content: z.string() }) });

const text = z.string();
const twinId = text.regex(/^urn:dtf:twin:[^:]+:./su);

const twin = z.looseObject({
  id: twinId,
  agency: text,
  kind: text,
  name: z.record(text, text),
  altIds: z.array(z.looseObject({ scheme: text, value: text })).optional(),
  objectOfInterest: text.optional(),
  position: z.array(z.number()).min(2).optional(),
  footprint: Geometry.optional(),
  provenance: z.looseObject({}),
  values: z.record(text, z.looseObject({})),
  version: z.int(),
  createdAt: Instant,
  updatedAt: Instant,
});
const link = z.looseObject({ id: text, kind: text, from: twinId, to: twinId, source: text, recordedAt: Instant });
const join = z.looseObject({ from: twinId, kind: text, agency: text, scheme: text, value: text, state: text });
const sample = z.looseObject({ series: text, observedAt: Instant, recordedAt: Instant, said: z.looseObject({}).optional() });
const record = z.looseObject({ noun: text, id: text, at: Instant, value: z.unknown().refine((value) => value !== undefined) });

/** What a line needs to be loaded; bounds of names and ids are for whoever takes them in, not for what is kept already. */
const Loadable = z.discriminatedUnion('part', [
  z.object({ part: z.literal('twin'), twin, shapes: z.array(z.looseObject({})).optional(), source: text.optional(), digest: text.optional() }),
  z.object({ part: z.literal('link'), link }),
  z.object({ part: z.literal('join'), join }),
  z.object({ part: z.literal('samples'), id: text, samples: z.array(sample) }),
  z.object({ part: z.literal('gone'), id: text, version: z.int() }),
  z.object({ part: z.literal('term'), kind: text, term: text, unit: text.optional() }),
  z.object({ part: z.literal('import'), record: z.looseObject({ id: text, source: text, startedAt: Instant }) }),
  z.object({ part: z.literal('cursor'), peer: text, seq: z.int() }),
  z.object({ part: z.literal('change'), change: z.looseObject({ seq: z.int(), id: text, op: text, at: Instant }) }),
  z.object({ part: z.literal('record'), record }),
  z.object({ part: z.literal('log'), file: text, line: text }),
]);

export const lineOf = (value: unknown): string => `${JSON.stringify(value)}\n`;

/** The same whatever store a line was read from. */
export const toldAlike = (line: Line): string => lineOf(canonicalJson(line));

export const parse = (line: string): unknown => {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
};

/** A line as it is, where it can be loaded; else where in it something else would be needed. */
export const toLine = (read: string): Result<Line, string> => {
  const value = parse(read);
  const checked = Loadable.safeParse(value);
  if (checked.success) return ok(value as Line); // branding: checked just now; a copy would lack what is not looked at
  const at = checked.error.issues[0]?.path.join('.');
  return fail(at ? `a line with something else at ${at}` : 'a line that is none of an archive');
};

const whole = 'a whole file as cityweave export wrote it';

/** Where: the file, and a line of it. */
export type Place = { readonly path: string; readonly line?: number };

const placed = ({ path, line }: Place): string => (line === undefined ? path : `${path}, line ${line}`);

export const bad = (place: Place, found: string, accepted = whole): Problem =>
  problem('badFile', { subject: 'node archive', path: placed(place), found, accepted });

export const tooLong = problem('tooLarge', { subject: 'line of a node archive, in characters', limit: archiveLineCharactersMax });

/** Texts of a file as they are unpacked; the file is closed however many of them are taken. */
async function* textsOf(path: string): AsyncGenerator<string> {
  const unpacked = createGunzip().setEncoding('utf8');
  const packed = createReadStream(path).on('error', (cause) => unpacked.destroy(cause));
  try {
    yield* packed.pipe(unpacked);
  } finally {
    packed.destroy();
  }
}

async function* linesOfFile(path: string): AsyncGenerator<Result<string>> {
  let begun: string[] = [];
  for await (const chunk of textsOf(path)) {
    const [first = '', ...more] = chunk.split('\n');
    begun.push(first);
    if (begun.reduce((sum, { length }) => sum + length, 0) > archiveLineCharactersMax) return yield fail({ ...tooLong, path });
    for (const next of more) {
      yield ok(begun.join(''));
      begun = [next];
    }
  }
  if (begun.some((part) => part !== '')) yield ok(begun.join(''));
}

/** The lines of a file, each within its bound; what the file system or the packing has against it is the last that is told. */
export async function* readLines(path: string): AsyncGenerator<Result<string>> {
  try {
    yield* linesOfFile(path);
  } catch (cause) {
    yield fail(bad({ path }, fileFailure(cause) ?? 'what cannot be read'));
  }
}
