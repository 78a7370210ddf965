import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { Authority, agencyTwinIdOf } from '../ground/id.ts';
import { Instant } from '../ground/instant.ts';
import { limits } from '../ground/limits.ts';
import type { PublicKey } from '../twin/public-key.ts';
import { checkpointText, emptyLog, type LogContent, type LogEntry, type LogHead, nextEntry } from './exchange-log.ts';
import { checkExcerpt, excerptFor, LogExcerpt } from './log-excerpt.ts';

const owner = agencyTwinIdOf(Authority.parse('water.example'));
const [front, other] = [agencyTwinIdOf(Authority.parse('front.example')), agencyTwinIdOf(Authority.parse('other.example'))];
const at = Instant.parse('2026-05-04T12:00:00Z');
const hash = (text: string): string => createHash('sha256').update(text).digest('hex');
const key: PublicKey = { kty: 'OKP', crv: 'Ed25519', x: 'one', kid: 'one' };
/** Stands for a signature: only who has the word `secret` can make one. */
const sign = (text: string): string => hash(`secret ${text}`);
const checking = { owner, hash, keys: [key], verifies: (text: string, signature: string) => signature === sign(text) };

const exchange = (from: string, n: number): LogContent => ({
  ...{ kind: 'exchange', direction: 'heard', messageId: `urn:uuid:${n}`, from, to: owner, verb: 'read', object: 'exchangeData', code: 'DTF-000' },
});

/** A log of these; a checkpoint is signed where it stands. */
const write = (contents: readonly (LogContent | 'checkpoint')[]): readonly LogEntry[] => {
  let head: LogHead = emptyLog;
  return contents.map((given) => {
    const content: LogContent = given === 'checkpoint' ? { kind: 'checkpoint', keyId: 'one', signature: sign(checkpointText(owner, head)) } : given;
    const entry = nextEntry(head, { at, content }, hash);
    head = { n: entry.n, hash: entry.hash };
    return entry;
  });
};

const keys: LogContent = { kind: 'keys', keys: [key], announcements: [] };
const log = write([keys, exchange(front, 1), exchange(other, 2), 'checkpoint', exchange(front, 3), exchange(other, 4), 'checkpoint', exchange(front, 5)]);
const whole = excerptFor(front, { entries: log, before: emptyLog, sealed: 7, hash });

describe('a stretch of a log, as a partner may see it', () => {
  test('is sound from wherever it begins and ends with a checkpoint, where there is one', () => {
    expect(checkExcerpt(whole, checking)).toEqual({ head: { n: 7, hash: log[6]?.hash }, sealed: 7 });
    for (const [at, before] of log.entries()) {
      const n = at < 6 ? 7 : 8;
      const told = excerptFor(front, { entries: log.slice(at + 1), before, sealed: n, hash });
      expect([told.more, checkExcerpt(told, checking)]).toEqual([undefined, { head: { n, hash: log[n - 1]?.hash }, sealed: at < 6 ? 7 : at + 1 }]);
    }
  });

  test('that does not reach the last entry that may be shown says that others follow', () => {
    const toldTo = (sealed: number) => excerptFor(front, { entries: log.slice(0, 6), before: emptyLog, sealed, hash });
    expect(toldTo(7)).toMatchObject({ more: true, entries: { length: 4 } });
    expect(toldTo(4).more).toBeUndefined();
  });

  test('tells of others nothing but a digest', () => {
    expect(whole.entries.map(({ told }) => told?.content.kind)).toEqual(['keys', 'exchange', undefined, 'checkpoint', 'exchange', undefined, 'checkpoint']);
    expect(JSON.stringify(whole)).not.toContain(other);
  });

  test('in which anything was changed, taken away, put in or put elsewhere is found up to the last checkpoint', () => {
    const { entries } = whole;
    const places = [0, 1, 2, 3, 4, 5, 6];
    const found = (changed: LogExcerpt['entries']): boolean => {
      const { fault, sealed } = checkExcerpt({ ...whole, entries: changed }, checking);
      return fault !== undefined || sealed < 7;
    };
    const told = { at, content: exchange(front, 99) };
    expect(places.filter((n) => !found(entries.with(n, { digest: hash('other') })))).toEqual([]);
    expect(places.filter((n) => !found(entries.with(n, { digest: entries[n]?.digest ?? '', told })))).toEqual([]);
    expect(places.filter((n) => !found(entries.toSpliced(n, 1)))).toEqual([]);
    expect(places.filter((n) => !found(entries.toSpliced(n, 0, ...entries.slice(n, n + 1))))).toEqual([]);
    const swapped = (n: number, m: number) => entries.with(n, entries[m] ?? { digest: '' }).with(m, entries[n] ?? { digest: '' });
    expect(places.flatMap((n) => places.filter((m) => m !== n && !found(swapped(n, m))))).toEqual([]);
  });

  test('that was written anew cannot be sealed without the key, and one sealed by a key that nobody knows counts as not sealed', () => {
    const forged = write([keys, exchange(front, 1), exchange(front, 2)]);
    const entry = nextEntry(forged.at(-1) as LogHead, { at, content: { kind: 'checkpoint', keyId: 'one', signature: 'forged' } }, hash);
    expect(checkExcerpt(excerptFor(front, { entries: [...forged, entry], before: emptyLog, sealed: entry.n, hash }), checking)).toMatchObject({
      fault: { kind: 'rewritten', n: 4 },
      sealed: 0,
    });
    expect(checkExcerpt(whole, { ...checking, keys: [] })).toMatchObject({ sealed: 0 });
  });

  test('has logExcerptEntriesMax entries at most', () => {
    const entries = Array.from({ length: limits.logExcerptEntriesMax }, () => ({ digest: hash('one') }));
    const fits = (count: readonly object[]): boolean => LogExcerpt.safeParse({ after: 0, previous: emptyLog.hash, entries: count }).success;
    expect([fits(entries), fits([...entries, { digest: hash('one') }])]).toEqual([true, false]);
  });
});
