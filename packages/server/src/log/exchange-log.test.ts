/**
 * The log of a node: written in the order of what was said, sealed, read page by page, mended after a crash; whatever is done to its files is found.
 */
import { appendFileSync, mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  Authority,
  addMs,
  agencyTwinIdOf,
  canonicalJson,
  checkExcerpt,
  checkpointText,
  emptyLog,
  instantOfMs,
  LogEntry,
  type LoggedExchange,
  limits,
  logLine,
} from '@cityweave/core';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { systemDeps } from '../deps.ts';
import { openRecordStore } from '../store/records.ts';
import type { RecordStore } from '../store/store.ts';
import { type NodeKeys, openNodeKeys } from '../trust/node-key.ts';
import { sha256, signText, verifyText } from '../trust/signature.ts';
import { type ExchangeLog, openExchangeLog, sealedHead, verifyLog } from './exchange-log.ts';
import { logFolderOf, logPaths, openLogFiles, readLines } from './log-files.ts';

const owner = agencyTwinIdOf(Authority.parse('water.example'));
let directory = '';
let now = instantOfMs(Date.UTC(2026, 4, 4));
let records: RecordStore;
let keys: NodeKeys;
let log: ExchangeLog;
let timers: { readonly ms: number; readonly run: () => void }[] = [];

const clock = { now: () => now, monotonicMs: () => 0 };
const deps = {
  ...systemDeps(),
  clock,
  timers: {
    after: (ms: number, run: () => void) => {
      timers.push({ ms, run });
      return () => undefined;
    },
  },
};
const open = (): ExchangeLog => openExchangeLog({ files: openLogFiles(directory), deps, records, owner, keys });

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'log-'));
  const opened = openRecordStore({ directory, clock });
  if (!opened.ok) return expect.fail(opened.problem.kind);
  records = opened.value;
  keys = await openNodeKeys(records, owner);
  timers = [];
  log = open();
});

afterEach(() => {
  records.close();
  rmSync(directory, { recursive: true });
});

const exchange = (n: number, federationId = 'urn:dtf:federation:front.example:one'): LoggedExchange => ({
  kind: 'exchange',
  direction: 'heard',
  messageId: `urn:uuid:${n}`,
  from: 'urn:dtf:twin:front.example:agency',
  to: owner,
  verb: 'read',
  object: 'exchangeData',
  federationId,
  code: 'DTF-000',
});
const append = (count: number, federationId?: string): void => {
  for (let n = 0; n < count; n += 1) log.append(exchange(n, federationId));
};
const verify = () => verifyLog(directory, { owner, sealed: sealedHead(records), keys: keys.published() });
const path = (): string => logPaths(directory)[0] ?? expect.fail('no log');

it('is sound after it was closed, opened, added to, and its keys changed', async () => {
  append(3);
  await log.close();
  expect(verify()).toMatchObject({ entries: 5, checkpoints: 1, unsealed: 0 });
  log = open();
  append(2);
  await keys.rotate(now, 60_000);
  append(1);
  await keys.revoke(keys.published()[1]?.kid ?? '', now);
  await log.close();
  expect(verify()).toMatchObject({ checkpoints: 2, unsealed: 0 });
  expect(verify().fault).toBeUndefined();
});

it('ends when it is closed: what is heard after that starts no timer and writes nothing', async () => {
  append(2);
  await log.close();
  const [waiting, lines] = [timers.length, readLines(path()).length];
  append(1);
  expect([timers.length, readLines(path()).length]).toEqual([waiting, lines]);
});

it('remembers no seal that it cannot know to be on the disk', async () => {
  await log.close();
  const before = sealedHead(records);
  // what is written there is never on a disk, and the system says so
  symlinkSync('/dev/null', join(logFolderOf(directory), 'exchange-000000000009.jsonl'));
  log = open();
  append(1);
  await log.close();
  expect(sealedHead(records)).toEqual(before);
  rmSync(logFolderOf(directory), { recursive: true });
  log = open();
});

it('holds what was counted as one entry, sealed with the rest when it is closed', async () => {
  for (let n = 1; n <= 3; n += 1) log.count({ ...exchange(n), verb: 'publish' }, n);
  expect(log.page({ first: 10 }).entries).toHaveLength(1);
  await log.close();
  expect(verify()).toMatchObject({ unsealed: 0 });
  log = open();
  const [counted] = log.page({ first: 10, federationId: 'urn:dtf:federation:front.example:one' }).entries;
  expect(counted?.content).toMatchObject({ messageId: 'urn:uuid:3', tally: { messages: 3, fromSeq: 1, toSeq: 3 } });
  await log.close();
});

it('waits logFlushMs for others before it writes, and signs after logCheckpointEntries or logCheckpointMs', async () => {
  append(3);
  expect(timers.map(({ ms }) => ms)).toEqual([limits.logFlushMs]);
  expect(logPaths(directory)).toEqual([]);
  timers[0]?.run();
  expect(readLines(path())).toHaveLength(4);
  append(limits.logCheckpointEntries - 6);
  timers[1]?.run();
  expect(verify().checkpoints).toBe(0);
  append(1);
  timers[2]?.run();
  expect(verify().checkpoints).toBe(1);
  now = addMs(now, limits.logCheckpointMs - 1);
  append(1);
  timers[3]?.run();
  expect(verify().checkpoints).toBe(1);
  now = addMs(now, 1);
  append(1);
  timers[4]?.run();
  expect(verify().checkpoints).toBe(2);
  await log.close();
});

it('is told page by page, the newest first, of one federation', async () => {
  append(5);
  append(2, 'urn:dtf:federation:front.example:two');
  const first = log.page({ federationId: 'urn:dtf:federation:front.example:one', first: 3 });
  expect(first.entries.map(({ n }) => n)).toEqual([6, 5, 4]);
  const next = log.page({ federationId: 'urn:dtf:federation:front.example:one', first: 3, before: first.more });
  expect(next).toMatchObject({ entries: [{ n: 3 }, { n: 2 }], more: undefined });
  expect(log.page({ first: 100 }).entries).toHaveLength(8);
  await log.close();
});

it('goes on in a new file beyond logFileBytesMax; a page looks into logFilesPerPageMax of them', async () => {
  const long = 'x'.repeat(limits.idCharactersMax);
  const large = { ...exchange(0), messageId: long, from: long, to: long, agreementId: long };
  const each = Math.ceil(limits.logFileBytesMax / JSON.stringify(large).length);
  for (let file = 0; file <= limits.logFilesPerPageMax; file += 1) {
    for (let n = 0; n < each; n += 1) log.append(large);
    for (const { run } of timers.splice(0)) run();
  }
  append(1, 'urn:dtf:federation:front.example:last');
  await log.close();
  expect(logPaths(directory).length).toBeGreaterThan(limits.logFilesPerPageMax);
  expect(verify().fault).toBeUndefined();
  log = open();
  const nobody = log.page({ federationId: 'urn:dtf:federation:front.example:none', first: 10 });
  expect(nobody.entries).toEqual([]);
  expect(nobody.more).toBeGreaterThan(1);
  expect(log.page({ federationId: 'urn:dtf:federation:front.example:none', first: 10, before: nobody.more }).more).toBeUndefined();
  await log.close();
});

it('a line that a crash cut off is taken away and told of', async () => {
  append(3);
  await log.close();
  appendFileSync(path(), '{"at":"2026-05-0');
  expect(verify().fault).toMatchObject({ kind: 'truncated' });
  log = open();
  append(1);
  await log.close();
  expect(verify().fault).toBeUndefined();
  expect(readFileSync(path(), 'utf8')).toContain('"kind":"recovered"');
});

it('whatever is done to its file is found and located, whole ends cut off as well', async () => {
  append(6);
  await log.close();
  const whole = readFileSync(path(), 'utf8');
  const lines = whole.trimEnd().split('\n');
  const check = (changed: readonly string[]) => {
    writeFileSync(path(), `${changed.join('\n')}\n`);
    return verify().fault;
  };
  const name = path().slice(path().lastIndexOf('/') + 1);
  expect(check(lines.with(3, (lines[3] ?? '').replace('DTF-000', 'DTF-001')))).toEqual({ kind: 'changed', where: `${name}:4`, n: 4 });
  expect(check(lines.toSpliced(3, 1))).toEqual({ kind: 'removed', where: `${name}:4`, n: 4 });
  expect(check([...lines.slice(0, 3), lines[4] ?? '', lines[3] ?? '', ...lines.slice(5)])).toEqual({ kind: 'reordered', where: `${name}:4`, n: 4 });
  expect(check(lines.slice(0, 4))).toEqual({ kind: 'truncated', where: `${name}:4`, n: 5 });
  writeFileSync(path(), whole);
  truncateSync(path(), whole.length - 20);
  expect(verify().fault).toMatchObject({ kind: 'truncated', where: `${name}:${lines.length}` });
  rmSync(path());
  expect(verify().fault).toEqual({ kind: 'truncated', where: 'the beginning', n: 1 });
  expect(sealedHead(records)).not.toEqual(emptyLog);
});

const checking = () => ({ owner, hash: sha256, verifies: verifyText, keys: keys.published() });
const shownTo = async (asker: string, after?: number) => {
  const shown = await log.excerpt(asker, after);
  return shown.ok ? shown.value : expect.fail(shown.problem.kind);
};

it('shows a partner what was said with it, in its place in the chain and sealed up to now, logExcerptEntriesMax entries at a time', async () => {
  const { to: _, ...heard } = exchange(1);
  log.append({ ...heard, to: owner, from: 'urn:dtf:twin:other.example:agency' });
  append(limits.logExcerptEntriesMax);
  const first = await shownTo(exchange(1).from, 0);
  expect(first.entries.slice(0, 3).map(({ told }) => told?.content.kind)).toEqual(['keys', undefined, 'exchange']);
  // keys, and one that was sealed meanwhile
  const n = limits.logExcerptEntriesMax + 4;
  expect([first.more, checkExcerpt(first, checking())]).toMatchObject([
    true,
    { head: { n: limits.logCheckpointEntries }, sealed: limits.logCheckpointEntries },
  ]);
  const next = await shownTo(exchange(1).from, first.entries.length);
  expect([next.previous, next.more]).toEqual([checkExcerpt(first, checking()).head.hash, undefined]);
  expect(checkExcerpt(next, checking())).toMatchObject({ head: { n }, sealed: n });
  const last = await shownTo(exchange(1).from);
  expect([last.after, last.entries.length, last.more]).toEqual([n - limits.logExcerptEntriesMax, limits.logExcerptEntriesMax, undefined]);
  expect((await shownTo(exchange(1).from, n)).entries).toEqual([]);
  append(1);
  const asked = shownTo(exchange(1).from, n);
  append(1);
  timers.at(-1)?.run();
  expect(checkExcerpt(await asked, checking())).toMatchObject({ head: { n: n + 2 }, sealed: n + 2 });
  await log.close();
  expect(verify()).toMatchObject({ entries: n + 4, unsealed: 0 });
});

it('of entries however long one is sealed in logCheckpointBytes, so that what is shown of logExcerptBytesMax fits into a message and can be checked by itself', async () => {
  // each of these characters takes six bytes
  const long = '\u0001'.repeat(limits.idCharactersMax);
  const large: LoggedExchange = { ...exchange(0), messageId: long, from: long, agreementId: long, federationId: long, onBehalfOf: long, subscriptionId: long };
  const [count, known] = [100, new Set<number>()];
  for (let n = 0; n < count; n += 1) log.append(large);
  for (let after = 0, more = true; more; ) {
    const shown = await shownTo(long, after);
    const { head, sealed, fault } = checkExcerpt(shown, checking());
    expect([fault, sealed, Buffer.byteLength(JSON.stringify(shown)) < limits.logExcerptBytesMax]).toEqual([undefined, head.n, true]);
    for (const [at, { told }] of shown.entries.entries()) if (told?.content.kind === 'exchange') known.add(after + at);
    [after, more] = [head.n, shown.more ?? false];
  }
  expect(known.size).toBe(count);
  await log.close();
});

it('shows itself logExcerptsPerMinuteMax times a minute to each, and says when again', async () => {
  for (let n = 0; n < limits.logExcerptsPerMinuteMax; n += 1) await shownTo('one', 1);
  expect(await log.excerpt('one', 1)).toMatchObject({
    ok: false,
    problem: { kind: 'overloaded', limit: limits.logExcerptsPerMinuteMax, retryAfterMs: 60_000 },
  });
  await shownTo('another', 1);
  await log.close();
});

it('seals when it is opened what a node that was killed left unsigned', async () => {
  append(3);
  timers[0]?.run();
  expect(verify()).toMatchObject({ checkpoints: 0, unsealed: 4 });
  // killed: nobody closes it
  log = open();
  expect(verify()).toMatchObject({ checkpoints: 1, unsealed: 0 });
  expect(verify().fault).toBeUndefined();
  expect(log.page({ first: 10 }).verified.size).toBe(6);
  await log.close();
  log = open();
  expect(verify()).toMatchObject({ checkpoints: 1, unsealed: 0 });
  await log.close();
});

it('covers nothing up by a seal where an end that was sealed is missing', async () => {
  append(3);
  await log.close();
  const lines = readLines(path());
  writeFileSync(
    path(),
    lines
      .slice(0, 3)
      .map((line) => `${line}\n`)
      .join(''),
  );
  log = open();
  expect(verify().fault).toMatchObject({ kind: 'truncated' });
  await log.close();
});

/** The lines as they were written before there were digests: every hash over what the entry says, every checkpoint signed anew. */
const asFormer = (lines: readonly string[]): readonly LogEntry[] => {
  let previous = emptyLog.hash;
  return lines.map((line) => {
    const { n, at, content: said } = LogEntry.parse(JSON.parse(line));
    const signature = signText(checkpointText(owner, { n: n - 1, hash: previous }), keys.current());
    const told = { n, at, previous, content: said.kind === 'checkpoint' ? { ...said, signature } : said };
    previous = sha256(canonicalJson(told));
    return { ...told, hash: previous };
  });
};

it('that was begun before there were digests goes on, is sound, and is shown from where it can be', async () => {
  append(3);
  await log.close();
  const former = asFormer(readLines(path()));
  const last = former.at(-1) ?? expect.fail('no entry');
  writeFileSync(path(), former.map((entry) => `${logLine(entry)}\n`).join(''));
  records.put('log', 'sealed', { n: last.n, hash: last.hash });
  expect(verify()).toMatchObject({ entries: last.n, unsealed: 0 });
  log = open();
  append(2);
  const shown = await shownTo(exchange(1).from, 1);
  expect([shown.after, shown.previous]).toEqual([last.n, last.hash]);
  const checked = checkExcerpt(shown, checking());
  expect([checked.fault, checked.sealed]).toEqual([undefined, checked.head.n]);
  await log.close();
  expect(verify().fault).toBeUndefined();
});

it('is shown from its first line on where older files were moved away', async () => {
  append(6);
  await log.close();
  const kept = readLines(path()).slice(3);
  writeFileSync(path(), kept.map((line) => `${line}\n`).join(''));
  renameSync(
    path(),
    path().replace(/\d+\.jsonl$/, (name) => name.replace(/^\d+/, (digits) => '4'.padStart(digits.length, '0'))),
  );
  log = open();
  const shown = await shownTo(exchange(1).from, 0);
  expect(shown.after).toBe(4);
  expect(checkExcerpt(shown, checking()).fault).toBeUndefined();
  await log.close();
});
