import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { Authority, agencyTwinIdOf } from '../ground/id.ts';
import { Instant } from '../ground/instant.ts';
import { announcementText, type PublicKey } from '../twin/public-key.ts';
import { checkLog, checkpointText, emptyLog, type LogContent, LogEntry, type LogFault, type LogHead, logLine, nextEntry } from './exchange-log.ts';

const owner = agencyTwinIdOf(Authority.parse('water.example'));
const at = Instant.parse('2026-05-04T12:00:00Z');
const hash = (text: string): string => createHash('sha256').update(text).digest('hex');
const key: PublicKey = { kty: 'OKP', crv: 'Ed25519', x: 'one', kid: 'one' };
/** Stands for a signature: only who has the word `secret` can make one. */
const sign = (text: string): string => hash(`secret ${text}`);
const checking = {
  owner,
  hash,
  announcementText,
  verifies: (text: string, signature: string, { kid }: PublicKey) => kid === 'one' && signature === sign(text),
};

const keys: LogContent = { kind: 'keys', keys: [key], announcements: [] };
const exchange = (n: number): LogContent => ({
  kind: 'exchange',
  direction: 'heard',
  messageId: `urn:uuid:${n}`,
  from: 'urn:dtf:twin:front.example:agency',
  to: owner,
  verb: 'read',
  object: 'exchangeData',
  code: 'DTF-000',
});

/** A log of these, as lines; a checkpoint is signed where it stands. */
const write = (contents: readonly (LogContent | 'checkpoint')[], begin: LogHead = emptyLog): readonly string[] => {
  let head = begin;
  return contents.map((given) => {
    const content: LogContent = given === 'checkpoint' ? { kind: 'checkpoint', keyId: 'one', signature: sign(checkpointText(owner, head)) } : given;
    const entry = nextEntry(head, { at, content }, hash);
    head = { n: entry.n, hash: entry.hash };
    return logLine(entry);
  });
};

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const check = (lines: readonly string[], sealed?: LogHead) =>
  checkLog(
    lines.map((text, line) => ({ value: parse(text), where: `line ${line + 1}` })),
    checking,
    sealed,
  );

const sound = write([keys, exchange(1), exchange(2), 'checkpoint', exchange(3), exchange(4), 'checkpoint', exchange(5)]);
const last = (lines: readonly string[]): LogHead => LogEntry.parse(JSON.parse(lines.at(-1) ?? ''));
const sealed = last(sound.slice(0, 7));

test('a log as it was written is sound, and says what nobody has signed yet', () => {
  expect(check(sound, sealed)).toEqual({ entries: 8, checkpoints: 2, unsealed: 1, head: { n: 8, hash: last(sound).hash } });
  expect(check([])).toMatchObject({ entries: 0, checkpoints: 0 });
});

test('any character changed in any line is found there, or in the line that no longer follows', () => {
  for (const [at_, line] of sound.entries())
    for (let place = 0; place < line.length; place += 7) {
      const other = line[place] === '7' ? '8' : '7';
      const changed = sound.with(at_, line.slice(0, place) + other + line.slice(place + 1));
      const { fault } = check(changed, sealed);
      const named = fault?.where === `line ${at_ + 1}` || fault?.where === `line ${at_ + 2}`;
      const last_ = at_ === sound.length - 1;
      expect({ at: at_, place, found: named || last_ }).toEqual({ at: at_, place, found: true });
      expect(fault !== undefined || last_).toBe(true);
    }
});

test.each<[string, { readonly lines: readonly string[]; readonly fault: LogFault }]>(
  (
    [
      ['a line removed', sound.toSpliced(2, 1), 'removed', 'line 3', 3],
      ['the first line removed', sound.slice(1), 'removed', 'line 1', 1],
      ['two lines exchanged', [...sound.slice(0, 4), sound[5] ?? '', sound[4] ?? '', ...sound.slice(6)], 'reordered', 'line 5', 5],
      ['a line written twice', [...sound.slice(0, 3), sound[2] ?? '', ...sound.slice(3)], 'reordered', 'line 4', 4],
      ['the last line cut in the middle', sound.with(7, (sound[7] ?? '').slice(0, 40)), 'truncated', 'line 8', 8],
      ['a line in the middle that is none', sound.with(4, 'x'), 'malformed', 'line 5', 5],
      ['lines after a checkpoint that is remembered cut off', sound.slice(0, 5), 'truncated', 'line 5', 6],
    ] as const
  ).map(([what, lines, kind, where, n]) => [what, { lines, fault: { kind, where, n } }]),
)('%s', (_, { lines, fault }) => expect(check(lines, sealed).fault).toEqual(fault));

test('a log written anew from some entry on, every hash made again, fails at the checkpoint', () => {
  const forged = write([keys, exchange(1), exchange(20), 'checkpoint'].slice(0, 3) as LogContent[]); // branding: no checkpoint is among the first three
  const entry = nextEntry(last(forged), { at, content: { kind: 'checkpoint', keyId: 'one', signature: 'forged' } }, hash);
  expect(check([...forged, logLine(entry)]).fault).toEqual({ kind: 'rewritten', where: 'line 4', n: 4 });
});

test('a log with keys of another, or one that another node signed, is not ours', () => {
  const other: PublicKey = { ...key, x: 'two', kid: 'two' };
  const foreign = write([{ kind: 'keys', keys: [other], announcements: [] }, exchange(1)]);
  const lines = foreign.map((text, line) => ({ value: parse(text), where: `line ${line + 1}` }));
  expect(checkLog(lines, { ...checking, keys: [key] }).fault).toMatchObject({ kind: 'rewritten' });
  expect(check([...sound, ...write([{ kind: 'keys', keys: [other], announcements: [] }], last(sound))]).fault).toMatchObject({ kind: 'rewritten', n: 9 });
  expect(checkLog([], { ...checking, owner: 'another' }).fault).toBeUndefined();
});
