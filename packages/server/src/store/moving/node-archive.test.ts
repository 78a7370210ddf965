import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { Authority, addMs, agencyIdOf } from '@cityweave/core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemDeps } from '../../deps.ts';
import { openRecordStore } from '../records.ts';
import { openSqliteStore } from '../sqlite/sqlite.ts';
import { createStoreThreads } from '../sqlite/sqlite-threads.ts';
import type { TwinStore } from '../store.ts';
import { accepted, at, put, putLink, term, twinId } from '../twins.contract.ts';
import { verifyArchive } from './archive-check.ts';
import type { LogLine } from './archive-lines.ts';
import { type Kept, loadArchive, writeArchive } from './node-archive.ts';

const { clock } = systemDeps();
const threads = createStoreThreads();
const agency = Authority.parse('water.example');

describe('a node as a file', () => {
  let folder = '';
  let opened: Kept[] = [];
  const open = async (name: string): Promise<Kept> => {
    const directory = join(folder, name);
    const [store, records] = [await openSqliteStore({ directory, clock, threads }), openRecordStore({ directory, clock })];
    if (!store.ok || !records.ok) return expect.fail('the node does not open');
    const written: LogLine[] = [];
    const log = { lines: () => written, put: (lines: readonly LogLine[]) => void written.push(...lines) };
    opened.push({ store: store.value, records: records.value, log });
    return { store: store.value, records: records.value, log };
  };
  const path = () => join(folder, 'node.gz');
  const verified = () => verifyArchive({ path: path(), agency });
  const archive = async (to: string, kept: Kept, when = at) => writeArchive(to, kept, { agency, at: when, writes: await kept.store.writes() });
  const contentOf = (archived: Awaited<ReturnType<typeof archive>>) => (archived.ok ? archived.value : expect.fail(archived.problem.kind));
  const join_ = { from: twinId('1'), kind: term('locatedIn'), agency: agencyIdOf(agency), scheme: 'parcel', value: '7', state: 'PENDING' } as const;
  const filled = async (): Promise<Kept> => {
    const kept = await open('one');
    await accepted(kept.store, [...Array.from({ length: 1200 }, (_, index) => put(`${index}`, { name: `thing ${index}` })), putLink(twinId('1'), twinId('2'))]);
    await accepted(kept.store, [put('1', { name: 'renamed' }), { op: 'deleteTwin', id: twinId('5') }]);
    kept.records.putAll(
      Array.from({ length: 30 }, (_, index) => ({ noun: 'agreement', id: `urn:${index}`, value: { terms: [index, "O'Brien", '\u{1F300}'] } })),
    );
    kept.log.put([{ file: 'exchange-000000000001.jsonl', line: '{"n":1,"said":"as it is \\u00e9"}' }]);
    return kept;
  };
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'archive-'));
  });
  afterEach(async () => {
    for (const { store, records } of opened) {
      await store.close();
      records.close();
    }
    opened = [];
    rmSync(folder, { recursive: true, force: true });
  });

  test('comes back as it was: twins, links, history, records with their times, and the place of the log', async () => {
    const one = await filled();
    const written = await archive(path(), one);
    expect(await verified()).toEqual(written);
    const other = await open('other');
    expect(await loadArchive(other, { path: path(), content: contentOf(written).content })).toEqual({ ok: true, value: true });
    expect([...other.records.all()]).toEqual([...one.records.all()]);
    expect(other.log.lines()).toEqual(one.log.lines());
    const told = async ({ store }: Kept) => ({
      twins: (await store.find({ first: 2000 })).twins,
      links: await store.adjacent([twinId('1')], { direction: 'both', limit: 9 }),
      history: await Promise.all(['1', '5'].map((key) => store.history(twinId(key), { first: 99 }))),
      head: await store.head(),
    });
    expect(await told(other)).toEqual(await told(one));
    // the second file differs in nothing but what it was told of the time
    expect(await archive(join(folder, 'again.gz'), other)).toEqual(written);
    const later = await archive(join(folder, 'again.gz'), other, addMs(at, 1));
    expect(later).toMatchObject({ ok: true, value: { content: written.ok ? written.value.content : '' } });
    expect(later).not.toEqual(written);
  });

  const written: Readonly<Record<string, (store: TwinStore) => Promise<unknown>>> = {
    'a twin': (store) => accepted(store, [put('late')]),
    'a join': (store) => accepted(store, [{ op: 'putJoins', from: twinId('1'), joins: [join_] }]),
    'what became of a join': (store) => accepted(store, [{ op: 'settleJoin', join: { ...join_, state: 'UNRESOLVED' } }]),
    'an import': (store) => store.putImport({ id: 'i', source: 's', digest: 'd', state: 'DONE', startedAt: at }),
    'the cursor of a peer': (store) => store.apply([], { at, cursor: { peer: 'p', seq: 9 } }),
    'what is to be forgotten': (store) => store.maintain({ keepChanges: 1 }),
  };
  test.each(Object.entries(written))('is of one moment: none is written of a node where %s is written meanwhile', async (_, write) => {
    const kept = await filled();
    await accepted(kept.store, [{ op: 'putJoins', from: twinId('1'), joins: [join_] }]);
    const store: Kept['store'] = {
      ...kept.store,
      joins: async (query) => {
        await write(kept.store);
        return kept.store.joins(query);
      },
    };
    expect(await archive(path(), { ...kept, store })).toMatchObject({ ok: false, problem: { kind: 'revisionConflict' } });
    const writes = await kept.store.writes();
    await write(kept.store);
    expect(await writeArchive(path(), kept, { agency, at, writes })).toMatchObject({ ok: false, problem: { kind: 'revisionConflict' } });
    expect(readdirSync(folder)).toEqual(['one']);
    expect(await archive(path(), kept)).toMatchObject({ ok: true });
  });

  test('that a store did not take as it is, is told: what it keeps is read again and compared', async () => {
    const archived = await archive(path(), await filled());
    const other = await open('other');
    const forgetful: Kept['store'] = { ...other.store, load: (rows) => other.store.load(rows.filter((row) => row.part !== 'link')) };
    expect(await loadArchive({ ...other, store: forgetful }, { path: path(), content: contentOf(archived).content })).toMatchObject({
      ok: false,
      problem: { kind: 'internal', subject: 'store of the node' },
    });
  });

  test('is for nobody else to read, and not there until it is whole', async () => {
    await archive(path(), await filled());
    expect(statSync(path()).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).not.toContain('node.gz.part');
  });

  test('that was cut off is refused, wherever it was cut', async () => {
    await archive(path(), await filled());
    const bytes = readFileSync(path());
    for (const share of [0, 0.1, 0.5, 0.99]) {
      writeFileSync(path(), bytes.subarray(0, Math.floor(bytes.length * share)));
      expect(await verified()).toMatchObject({ ok: false, problem: { kind: 'badFile' } });
    }
    const lines = gunzipSync(bytes).toString().split('\n');
    for (const kept of [1, 2, lines.length - 2]) {
      writeFileSync(path(), gzipSync(`${lines.slice(0, kept).join('\n')}\n`));
      expect(await verified()).toMatchObject({ ok: false, problem: { kind: 'badFile', found: 'no end: it is cut off' } });
    }
  });

  test('that was altered is refused: a byte, a line taken out, two lines changed about', async () => {
    await archive(path(), await filled());
    const lines = gunzipSync(readFileSync(path())).toString().split('\n');
    const altered = [
      lines.map((line, index) => (index === 7 ? line.replace('thing', 'think') : line)),
      lines.filter((_, index) => index !== 7),
      lines.with(7, lines[8] ?? '').with(8, lines[7] ?? ''),
    ];
    for (const some of altered) {
      writeFileSync(path(), gzipSync(some.join('\n')));
      expect(await verified()).toMatchObject({ ok: false, problem: { kind: 'badFile' } });
    }
  });

  test('of another agency, of another version, or no such file at all is refused', async () => {
    await archive(path(), await filled());
    expect(await verifyArchive({ path: path(), agency: Authority.parse('energy.example') })).toMatchObject({
      ok: false,
      problem: { kind: 'badFile', found: 'the node of water.example' },
    });
    const write = (heading: object): void => {
      const line = `${JSON.stringify(heading)}\n`;
      writeFileSync(path(), gzipSync(`${line}${JSON.stringify({ end: { lines: 1, sha256: createHash('sha256').update(line).digest('hex') } })}\n`));
    };
    write({ archive: 'cityweave node', version: 2, agency, at });
    expect(await verified()).toMatchObject({ ok: false, problem: { kind: 'unsupportedVersion', found: 'version 2' } });
    write({ archive: 'something else' });
    expect(await verified()).toMatchObject({ ok: false, problem: { kind: 'badFile', found: 'no heading' } });
    writeFileSync(path(), 'this is no archive');
    expect(await verified()).toMatchObject({ ok: false, problem: { kind: 'badFile', found: 'no gzip, or damaged', path: path() } });
    expect(await verifyArchive({ path: join(folder, 'none.gz'), agency })).toMatchObject({
      ok: false,
      problem: { kind: 'badFile', found: 'no such file or folder', path: join(folder, 'none.gz') },
    });
  });
});
