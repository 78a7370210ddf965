/**
 * Tiles over HTTP: the scene of a federation as a document, its archives as immutable bytes by range, rows and ids both ways, who keeps them, and one property as a column.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { ArchiveName, type Federation, fail, isUnit, ok, problem, type Result, readLook, sceneLimits, TermId, type Vocabulary } from '@cityweave/core';
import { z } from 'zod';
import type { WalkedSource } from '../orchestration/utilization/walking.ts';
import { createOpenings, type Openings } from '../tiles/opening.ts';
import type { Readings } from '../tiles/readings.ts';
import { keptBeside, partsDrawn } from '../tiles/row-index.ts';
import type { ByteRange, SceneFiles } from '../tiles/scene-files.ts';
import { type Held, type Scenes, withRows } from '../tiles/scenes.ts';
import type { States } from '../tiles/states.ts';
import { columnOf, encodeColumn } from '../tiles/values.ts';
import { goneSignal, parseBody, problemDocument, readBody, sendDocument, sendJson, sendProblem } from './reply.ts';

export type TilesRoom = {
  readonly scenes: Pick<Scenes, 'of' | 'progress'>;
  readonly vocabulary: () => Vocabulary;
  readonly files: SceneFiles;
  readonly states: States;
  readonly readings: Pick<Readings, 'of' | 'waitingFor'>;
  readonly federation: (id: string) => Federation | undefined;
  /** id of the federation that is shown to who names none */
  readonly shownFirst: () => string | undefined;
  readonly sources: (federation: Federation) => readonly WalkedSource[];
};

type Call = {
  readonly room: TilesRoom & { readonly openings: Openings };
  readonly url: URL;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
};

const lookupBytesMax = 16 * 1024 * 1024;
const retryAfterSeconds = 1;

const namedIn = ({ room, url }: Call): string => url.searchParams.get('federation') ?? room.shownFirst() ?? '';

const heldOf = (call: Call): Promise<Result<Held>> => call.room.scenes.of(namedIn(call));

/** Who names the revision of the rows that is meant is not answered by those of another one. */
const heldRowsOf = async (call: Call): Promise<Result<Held>> => {
  const held = await heldOf(call);
  return held.ok ? withRows(held.value, call.url.searchParams.get('rowsRevision') ?? undefined) : held;
};

const refuse = ({ response }: Call, found: Parameters<typeof sendProblem>[1]): void => {
  if (found.kind === 'unavailable') response.setHeader('retry-after', retryAfterSeconds);
  sendProblem(response, found);
};

/** Who waits for the first scene is told of which federation it is, and how far, in numbers, beside the problem. */
const refuseScene = (call: Call, found: Parameters<typeof sendProblem>[1]): void => {
  const isSoon = found.kind === 'unavailable';
  const [federation, progress] = [namedIn(call), isSoon ? call.room.scenes.progress(namedIn(call)) : undefined];
  if (isSoon) call.response.setHeader('retry-after', retryAfterSeconds);
  const value = { ...problemDocument(found), ...(isSoon && { federation }), ...(progress && { progress }) };
  sendDocument(call.response, { status: value.status, value, type: 'application/problem+json' });
};

/** Its parts are compressed by themselves. */
const sendOpening = async (call: Call): Promise<void> => {
  const asked = call.url.searchParams.get('look');
  const look = asked === null ? ok(undefined) : readLook(asked);
  if (!look.ok) return refuse(call, look.problem);
  const held = await heldOf(call);
  if (!held.ok) return refuseScene(call, held.problem);
  const bytes = await call.room.openings.of(held.value.built, look.value);
  call.response
    .writeHead(200, {
      'content-type': 'application/octet-stream',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    })
    .end(bytes);
};

const sendScene = async (call: Call): Promise<void> => {
  const held = await heldOf(call);
  if (!held.ok) return refuseScene(call, held.problem);
  const { scene } = held.value.built;
  const tag = `"${scene.revision}"`;
  call.response.setHeader('etag', tag);
  if (call.request.headers['if-none-match'] === tag) call.response.writeHead(304).end();
  else sendJson(call.response, 200, scene);
};

/** `bytes=from-to`, `bytes=from-`; one range, as our viewer asks. Undefined where none was asked for. */
const rangeOf = (header: string | undefined, size: number): Result<ByteRange | undefined> => {
  if (header === undefined) return ok(undefined);
  const [, from, to] = /^bytes=(\d{1,15})-(\d{0,15})$/.exec(header) ?? [];
  const range = { from: Number(from ?? Number.NaN), to: Math.min(to ? Number(to) : size - 1, size - 1) };
  return range.from <= range.to
    ? ok(range)
    : fail(problem('malformed', { subject: 'range', found: header.slice(0, 80), accepted: `bytes=from-to within ${size}` }));
};

const sendArchive = async (call: Call): Promise<void> => {
  const { room, url, request, response } = call;
  const name = ArchiveName.safeParse(url.pathname.slice('/tiles/archives/'.length));
  const size = name.success ? await room.files.size(name.data) : undefined;
  if (!name.success || size === undefined) return refuse(call, problem('notFound', { subject: 'archive', accepted: 'a name that a scene gives' }));
  const range = rangeOf(request.headers.range, size);
  if (!range.ok) {
    response.writeHead(416, { 'content-range': `bytes */${size}` }).end();
    return;
  }
  const { from, to } = range.value ?? { from: 0, to: size - 1 };
  response.writeHead(range.value ? 206 : 200, {
    'content-type': 'application/octet-stream',
    'content-length': to - from + 1,
    'accept-ranges': 'bytes',
    'cache-control': 'public, max-age=31536000, immutable',
    etag: `"${name.data}"`,
    'x-content-type-options': 'nosniff',
    ...(range.value && { 'content-range': `bytes ${from}-${to}/${size}` }),
  });
  if (request.method === 'HEAD') response.end();
  else await pipeline(room.files.read(name.data, { from, to }), response);
};

const Lookup = z.strictObject({
  rows: z.array(z.int().min(0)).max(sceneLimits.lookupRowsMax).optional(),
  ids: z.array(z.string()).max(sceneLimits.lookupRowsMax).optional(),
});

const sendLookup = async (call: Call): Promise<void> => {
  const held = await heldRowsOf(call);
  if (!held.ok) return refuse(call, held.problem);
  const body = await readBody(call.request, lookupBytesMax);
  const parsed = body.ok ? parseBody(body.value) : body;
  if (!parsed.ok) return refuse(call, parsed.problem);
  const asked = Lookup.safeParse(parsed.value);
  if (!asked.success) return refuse(call, problem('malformed', { subject: 'lookup', accepted: `rows or ids, at most ${sceneLimits.lookupRowsMax} of each` }));
  const { rows: index } = held.value;
  const { rows, ids } = asked.data;
  sendJson(call.response, 200, {
    ...(rows && { ids: rows.map((row) => index.idOf(row) ?? null) }),
    ...(ids && { rows: ids.map((id) => index.rowOf(id) ?? null) }),
  });
};

const sendKeepers = async (call: Call): Promise<void> => {
  const held = await heldRowsOf(call);
  if (!held.ok) return refuse(call, held.problem);
  const { built, rows } = held.value;
  sendJson(call.response, 200, { beside: keptBeside(built, rows), parts: partsDrawn(built, rows), elsewhere: built.elsewhere });
};

const sendValues = async (call: Call): Promise<void> => {
  const { room, url, response } = call;
  const held = await heldRowsOf(call);
  const federation = room.federation(namedIn(call));
  const term = TermId.safeParse(url.searchParams.get('term'));
  if (!held.ok) return refuse(call, held.problem);
  if (!(term.success && federation)) return refuse(call, problem('malformed', { subject: 'term', accepted: 'a term of a dictionary' }));
  const unit = url.searchParams.get('unit') ?? room.vocabulary().term(term.data)?.unit;
  if (unit !== undefined && !isUnit(unit)) return refuse(call, problem('malformed', { subject: 'unit', found: unit.slice(0, 80), accepted: 'a UCUM code' }));
  const asked = { held: held.value, federation, sources: room.sources(federation), term: term.data, signal: goneSignal(response) };
  const column = columnOf({ rows: held.value.built.scene.rows, told: await room.readings.of(asked), term: term.data, unit });
  response
    .writeHead(200, { 'content-type': 'application/octet-stream', 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' })
    .end(encodeColumn(column));
};

/** While a column is made: who has not answered yet. */
const sendWaiting = async (call: Call): Promise<void> => {
  const { room, url, response } = call;
  const federation = room.federation(namedIn(call));
  const term = TermId.safeParse(url.searchParams.get('term'));
  if (!(term.success && federation)) return refuse(call, problem('malformed', { subject: 'term', accepted: 'a term of a dictionary, and a federation' }));
  sendJson(response, 200, { waitingFor: room.readings.waitingFor(federation.id, term.data) });
};

const StatesAsked = z.strictObject({
  federation: z.string(),
  term: TermId,
  rowsRevision: z.string().optional(),
  /** first and last row of each stretch */
  ranges: z.array(z.tuple([z.int().min(0), z.int().min(0).max(sceneLimits.sceneRowsMax)])).max(sceneLimits.stateRangesMax),
  since: z.object({ epoch: z.string(), version: z.int().min(0) }).optional(),
});

const statesBytesMax = 256 * 1024;

/** Back-pressured: the next frame is made when the last one was taken. */
const sendStates = async (call: Call): Promise<void> => {
  const { room, request, response } = call;
  const body = await readBody(request, statesBytesMax);
  const parsed = body.ok ? parseBody(body.value) : body;
  if (!parsed.ok) return refuse(call, parsed.problem);
  const asked = StatesAsked.safeParse(parsed.value);
  if (!asked.success)
    return refuse(call, problem('malformed', { subject: 'states', accepted: `federation, term and at most ${sceneLimits.stateRangesMax} stretches of rows` }));
  const opened = await room.states.open(asked.data, goneSignal(response));
  if (!opened.ok) return refuse(call, opened.problem);
  response.writeHead(200, {
    'content-type': 'application/octet-stream',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'x-accel-buffering': 'no',
  });
  response.flushHeaders();
  await pipeline(opened.value, response).catch(() => response.destroy());
};

type Send = (call: Call) => Promise<void>;

const sends: Readonly<Record<string, Send>> = {
  'GET /tiles/scene': sendScene,
  'GET /tiles/opening': sendOpening,
  'POST /tiles/lookup': sendLookup,
  'GET /tiles/keepers': sendKeepers,
  'GET /tiles/values': sendValues,
  'GET /tiles/waiting': sendWaiting,
  'POST /tiles/states': sendStates,
};

const archives = '/tiles/archives/';

export const createTiles = (given: TilesRoom) => {
  const room = { ...given, openings: createOpenings(given.files) };
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? '/', 'http://node');
    const method = request.method === 'HEAD' ? 'GET' : request.method;
    const send = method === 'GET' && url.pathname.startsWith(archives) ? sendArchive : sends[`${method} ${url.pathname}`];
    const call: Call = { room, url, request, response };
    if (send) await send(call);
    else
      refuse(
        call,
        problem('notFound', {
          subject: url.pathname.slice(0, 80),
          accepted: '/tiles/scene, /tiles/opening, /tiles/archives/NAME, /tiles/lookup, /tiles/keepers, /tiles/values, /tiles/waiting, /tiles/states',
        }),
      );
  };
};
