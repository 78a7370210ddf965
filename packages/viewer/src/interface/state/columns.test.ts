import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { idOfRow, rowsById } from '../bonds/rows.ts';
import { columnOf, useColumns, wantColumns } from './columns.ts';
import { toColumn } from './past-column.ts';

/** A node whose rows are of a revision, and which answers nothing of another one. */
const now = { rowsRevision: 'r1', values: [1, 2], isRefused: false, missing: [] as readonly string[], flags: [] as readonly number[] };

/** Columns are told once this is; meanwhile these have not answered. */
const waiting = { gate: Promise.resolve(), for: [] as readonly string[] };
/** Looks for who has not answered, which are told once this is. */
const looks = { gate: Promise.resolve(), begun: 0, broken: 0 };

const encoded = (): Buffer => {
  const text = JSON.stringify({ term: 't:a', unit: 'm', missing: now.missing, ...(now.flags.length > 0 && { flagged: true }) });
  const head = Buffer.from(text + ' '.repeat((4 - (text.length % 4)) % 4));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(head.length);
  return Buffer.concat([length, head, Buffer.from(Float32Array.from(now.values).buffer), Buffer.from(now.flags)]);
};

let server: Server;
beforeEach(async () => {
  server = createServer(({ url = '' }, response) => {
    const { pathname, searchParams } = new URL(url, 'http://node');
    const isMeant = searchParams.get('rowsRevision') === now.rowsRevision;
    if (now.isRefused) response.writeHead(400).end('{}');
    else if (pathname === '/tiles/waiting') {
      looks.begun += 1;
      response.on('close', () => {
        looks.broken += response.writableFinished ? 0 : 1;
      });
      void looks.gate.then(() => response.end(JSON.stringify({ waitingFor: waiting.for })));
    } else if (isMeant)
      void waiting.gate.then(() => response.end(pathname === '/tiles/values' ? encoded() : JSON.stringify({ rows: [7, null], ids: ['urn:dtf:twin:a:s/7'] })));
    else response.writeHead(409).end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // branding: it listens on a port
  const real = globalThis.fetch;
  vi.stubGlobal('fetch', (path: string, init?: RequestInit) => real(new URL(path, `http://127.0.0.1:${port}`), init));
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  Object.assign(waiting, { gate: Promise.resolve(), for: [] });
  looks.gate = Promise.resolve();
  server.close();
});

const numbersOf = (rowsRevision: string): readonly number[] | undefined => {
  const column = columnOf(useColumns.getState(), 't:a', rowsRevision);
  return column && [...column.values];
};

describe('a column', () => {
  it('is read again where the rows of the scene are other twins, and until then is no column of theirs', async () => {
    Object.assign(now, { rowsRevision: 'r1', values: [1, 2] });
    wantColumns({ federation: 'f', rowsRevision: 'r1' }, ['t:a']);
    await expect.poll(() => numbersOf('r1')).toEqual([1, 2]);
    Object.assign(now, { rowsRevision: 'r2', values: [2, 3, 1] });
    wantColumns({ federation: 'f', rowsRevision: 'r2' }, ['t:a']);
    expect(numbersOf('r2')).toBeUndefined();
    await expect.poll(() => numbersOf('r2')).toEqual([2, 3, 1]);
  });
  it('tells which agencies could not be asked', async () => {
    Object.assign(now, { rowsRevision: 'r3', values: [1], missing: ['urn:dtf:agency:fire.example'] });
    wantColumns({ federation: 'f', rowsRevision: 'r3' }, ['t:a']);
    await expect.poll(() => columnOf(useColumns.getState(), 't:a', 'r3')?.missing).toEqual(['urn:dtf:agency:fire.example']);
  });
  it('says while it is waited for which agencies have not answered yet, and is there once they have', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    Object.assign(now, { rowsRevision: 'r6', values: [5], missing: [] });
    Object.assign(waiting, { gate: promise, for: ['urn:dtf:agency:fire.example'] });
    wantColumns({ federation: 'f', rowsRevision: 'r6' }, ['t:w']);
    expect(useColumns.getState().read.get('t:w')).toEqual({ state: 'reading' });
    await expect.poll(() => useColumns.getState().read.get('t:w'), { timeout: 5_000 }).toEqual({ state: 'reading', waitingFor: waiting.for });
    waiting.for = [];
    await expect.poll(() => useColumns.getState().read.get('t:w'), { timeout: 5_000 }).toEqual({ state: 'reading', waitingFor: [] });
    resolve();
    await expect.poll(() => useColumns.getState().read.get('t:w')).toMatchObject({ state: 'read' });
  });
  it('looks for who has not answered never twice at once, and no more once it is there', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const [column, look] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    Object.assign(now, { rowsRevision: 'r7', values: [5] });
    Object.assign(waiting, { gate: column.promise, for: ['urn:dtf:agency:fire.example'] });
    Object.assign(looks, { gate: look.promise, begun: 0, broken: 0 });
    wantColumns({ federation: 'f', rowsRevision: 'r7' }, ['t:v']);
    vi.advanceTimersByTime(700);
    await expect.poll(() => looks.begun).toBe(1);
    vi.advanceTimersByTime(7_000);
    column.resolve();
    await expect.poll(() => useColumns.getState().read.get('t:v')).toMatchObject({ state: 'read' });
    await expect.poll(() => looks.broken).toBe(1);
    expect(looks.begun).toBe(1);
    look.resolve();
  });
  it('that the node refuses is refused at once, and asked for anew by who chooses it anew', async () => {
    Object.assign(now, { rowsRevision: 'r5', values: [1], isRefused: true });
    wantColumns({ federation: 'f', rowsRevision: 'r5' }, ['t:b']);
    await expect.poll(() => useColumns.getState().read.get('t:b')?.state).toBe('refused');
    now.isRefused = false;
    wantColumns({ federation: 'f', rowsRevision: 'r5' }, ['t:b']);
    await expect.poll(() => useColumns.getState().read.get('t:b')?.state).toBe('read');
  });
  it('of the past has its numbers in one unit, whoever told them in which; those that have none in it are not known', async () => {
    const told = [
      { row: 0, value: 250, unit: 'cm' },
      { row: 1, value: 3, unit: 'm' },
      { row: 2, value: 4, unit: null },
      { row: 3, value: 5, unit: 'kg' },
    ].map((one) => ({ ...one, flag: 'MEASURED' as const }));
    expect([...(await toColumn('t:a', told, 'm')).values]).toEqual([2.5, 3, 4, Number.NaN]);
    expect(await toColumn('t:a', told, undefined)).toMatchObject({ unit: 'cm', values: Float32Array.of(250, 300, 4, Number.NaN) });
  });
});

describe('how values came about', () => {
  it('is told by a byte a row behind the numbers, and of the past by what stands in the answer', async () => {
    Object.assign(now, { rowsRevision: 'r4', values: [1, 2, 3], missing: [], flags: [1, 5, 0] });
    wantColumns({ federation: 'f', rowsRevision: 'r4' }, ['t:a']);
    await expect.poll(() => columnOf(useColumns.getState(), 't:a', 'r4')).toMatchObject({ values: Float32Array.of(1, 2, 3), flags: Uint8Array.of(1, 5, 0) });
    now.flags = [];
    const told = [
      { row: 1, value: 2, unit: null, flag: 'CARRIED' as const },
      { row: 2, value: null, unit: null, flag: 'MISSING' as const },
    ];
    expect((await toColumn('t:a', told, undefined)).flags).toEqual(Uint8Array.of(0, 3, 5));
  });
});

describe('rows of twins', () => {
  it('are those of the scene that is staged; where the node has others it says so, and what it says is not taken', async () => {
    now.rowsRevision = 'r1';
    const moved = vi.fn();
    const meant = { federation: 'f', rowsRevision: 'r1', moved };
    expect(await rowsById(meant, ['a', 'b'])).toEqual(new Map([['a', 7]]));
    expect(await idOfRow(meant, 7)).toBe('urn:dtf:twin:a:s/7');
    expect(moved).not.toHaveBeenCalled();
    now.rowsRevision = 'r2';
    expect(await rowsById(meant, ['a', 'b'])).toBeUndefined();
    expect(await idOfRow(meant, 7)).toBeUndefined();
    expect(moved).toHaveBeenCalledTimes(2);
  });
});
