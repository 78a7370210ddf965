import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { Authority } from '@cityweave/core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemDeps } from '../../deps.ts';
import { openRecordStore } from '../records.ts';
import { openSqliteStore } from '../sqlite/sqlite.ts';
import { accepted, at, put, putLink, twin, twinId } from '../twins.contract.ts';
import { verifyArchive } from './archive-check.ts';
import { archiveLineCharactersMax, type LogLine } from './archive-lines.ts';
import { type Kept, loadArchive, writeArchive } from './node-archive.ts';

const { clock } = systemDeps();
const agency = Authority.parse('water.example');

describe('the lines of a node archive', () => {
  let folder = '';
  let closing: (() => Promise<void>)[] = [];
  const path = () => join(folder, 'node.gz');
  const verified = (signal?: AbortSignal) => verifyArchive({ path: path(), agency, signal });
  const open = async (name: string, lines: () => Iterable<LogLine> = () => []): Promise<Kept> => {
    const directory = join(folder, name);
    const [store, records] = [await openSqliteStore({ directory, clock }), openRecordStore({ directory, clock })];
    if (!store.ok || !records.ok) return expect.fail('the node does not open');
    closing.push(async () => {
      await store.value.close();
      records.value.close();
    });
    return { store: store.value, records: records.value, log: { lines, put: () => undefined } };
  };
  const write = async (kept: Kept, signal?: AbortSignal) =>
    writeArchive(path(), kept, { agency, at, writes: await kept.store.writes(), ...(signal && { signal }) });
  const heading = JSON.stringify({ archive: 'cityweave node', version: 1, agency, at });
  /** A file whose number of lines and digest fit. */
  const forge = (...lines: readonly string[]): void => {
    const before = [heading, ...lines].map((line) => `${line}\n`);
    const sha256 = createHash('sha256').update(before.join('')).digest('hex');
    writeFileSync(path(), gzipSync(`${before.join('')}${JSON.stringify({ end: { lines: before.length, sha256, content: '0' } })}\n`));
  };
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'lines-'));
  });
  afterEach(async () => {
    for (const close of closing) await close();
    closing = [];
    rmSync(folder, { recursive: true, force: true });
  });

  const [good, log] = [
    { ...twin(twinId('1')), version: 1, createdAt: at, updatedAt: at },
    { part: 'log', file: 'f', line: '' },
  ];
  test.each([
    ['null', null, 'a line that is none of an archive'],
    ['a number', 7, 'a line that is none of an archive'],
    ['of no known part', { part: 'rumour' }, 'a line with something else at part'],
    ['a record without its value', { part: 'record', record: { noun: 'key', id: 'k', at } }, 'a line with something else at record.value'],
    ['a record without its time', { part: 'record', record: { noun: 'key', id: 'k', value: 1 } }, 'a line with something else at record.at'],
    ['a twin with a bad id', { part: 'twin', twin: { ...good, id: 'twin one' } }, 'a line with something else at twin.id'],
    ['a twin without values', { part: 'twin', twin: { ...good, values: undefined } }, 'a line with something else at twin.values'],
    ['a twin of no version', { part: 'twin', twin: { ...good, version: '1' } }, 'a line with something else at twin.version'],
    ['a sample of no time', { part: 'samples', id: good.id, samples: [{ series: 's', observedAt: 'soon', recordedAt: at }] }, 'samples.0.observedAt'],
    ['a line of the log that is no text', { ...log, line: 7 }, 'a line with something else at line'],
  ])('one that cannot be loaded (%s) is told with its number before anything is loaded, though the digest fits', async (_, line, found) => {
    forge(JSON.stringify({ part: 'twin', twin: good }), JSON.stringify(line), JSON.stringify(log));
    const told = { kind: 'badFile', subject: 'node archive', path: `${path()}, line 3`, found: expect.stringContaining(found) };
    expect(await verified()).toMatchObject({ ok: false, problem: told });
  });

  test('one that is no JSON is told with its number', async () => {
    forge('{"part":"twin"');
    expect(await verified()).toMatchObject({ ok: false, problem: { path: `${path()}, line 2`, found: 'a line that is none of an archive' } });
  });

  test('the last one is believed no more than the others: a digest of the content that was altered in it is refused before anything is loaded', async () => {
    const kept = await open('one');
    await accepted(kept.store, [put('1'), put('2'), putLink(twinId('1'), twinId('2'))]);
    kept.records.put('agreement', 'urn:x', { terms: ["O'Brien", '\u{1F300}', 0.1, null] });
    const written = await write(kept);
    expect(await verified()).toEqual(written);
    const told = written.ok ? written.value : expect.fail(written.problem.kind);
    const altered = gunzipSync(readFileSync(path())).toString().replace(told.content, told.content.replace(/./gu, '0'));
    writeFileSync(path(), gzipSync(altered));
    expect(await verified()).toMatchObject({
      ok: false,
      problem: { kind: 'badFile', path: path(), found: 'other content than its end tells: the end was altered' },
    });
  });

  test('of archiveLineCharactersMax is written and read; beyond it one is neither written nor held', { timeout: 120_000 }, async () => {
    const room = archiveLineCharactersMax - JSON.stringify(log).length;
    for (const beyond of [0, 1]) {
      const kept = await open(`log-${beyond}`, () => [{ file: 'f', line: 'x'.repeat(room + beyond) }]);
      const written = await write(kept);
      if (beyond) expect(written).toMatchObject({ ok: false, problem: { kind: 'tooLarge', limit: archiveLineCharactersMax } });
      else expect(await verified()).toEqual(written);
    }
    writeFileSync(path(), gzipSync(`${heading}\n${JSON.stringify({ ...log, line: 'x'.repeat(room + 1) })}\n`, { level: 1 }));
    expect(await verified()).toMatchObject({ ok: false, problem: { kind: 'tooLarge', path: path(), limit: archiveLineCharactersMax } });
  });

  test('are read no further, and written to no file, once whoever asked is told to stop', async () => {
    const stop = new AbortController();
    const kept = await open('one', function* () {
      yield { file: 'f', line: 'first' };
      stop.abort();
      yield { file: 'f', line: 'second' };
    });
    const told = { ok: false, problem: { kind: 'cancelled', found: 'an interruption' } };
    expect(await write(kept, stop.signal)).toMatchObject(told);
    expect(readdirSync(folder)).toEqual(['one']);
    const written = await write(kept);
    expect(await verified(stop.signal)).toMatchObject(told);
    const content = written.ok ? written.value.content : expect.fail(written.problem.kind);
    expect(await loadArchive(await open('other'), { path: path(), content, signal: stop.signal })).toMatchObject(told);
  });
});
