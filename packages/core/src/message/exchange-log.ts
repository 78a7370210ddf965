/**
 * Exchange log: who said what to whom, when, under which agreement and with which result; never what it carried. Each entry holds the hash of the one before,
 * checkpoints are signed: what was changed, removed, put elsewhere or cut off is found, and where.
 */
import { z } from 'zod';
import { Instant } from '../ground/instant.ts';
import { canonicalJson, openObject } from '../ground/json.ts';
import { limits } from '../ground/limits.ts';
import { followAnnouncements, type KeyAnnouncement, KeyAnnouncements, type PublicKey, PublicKeys } from '../twin/public-key.ts';

export const Hash = z.string().regex(/^[0-9a-f]{64}$/, 'the 64 hexadecimal digits of a SHA-256');
const id = z.string().max(limits.idCharactersMax);
const word = z.string().max(limits.termCharactersMax);

/** A message that was heard and answered, or said and answered, or many of one kind; `code` is the result. */
export const LoggedExchange = openObject({
  kind: z.literal('exchange'),
  direction: z.enum(['heard', 'said']),
  messageId: id.optional(),
  from: id,
  to: id,
  verb: word,
  object: word,
  federationId: id.optional(),
  agreementId: id.optional(),
  onBehalfOf: id.optional(),
  subscriptionId: id.optional(),
  /** what a function was asked to try out */
  scenarioId: id.optional(),
  /** W3C trace context, as its sender gave it */
  trace: word.optional(),
  code: word,
  /** where it stands for several, of which `messageId` is the last: how many, since when, and from where to where in the sender's changes */
  tally: openObject({ messages: z.int().min(1), since: Instant, fromSeq: z.int().min(0).optional(), toSeq: z.int().min(0).optional() }).optional(),
});
export type LoggedExchange = z.infer<typeof LoggedExchange>;

export const LogContent = z.discriminatedUnion('kind', [
  LoggedExchange,
  /** signed by the node over everything up to here */
  openObject({ kind: z.literal('checkpoint'), keyId: z.string(), signature: z.string() }),
  /** the keys that sign from here on, and how they came to be: the first entry of every log */
  openObject({ kind: z.literal('keys'), keys: PublicKeys, announcements: KeyAnnouncements }),
  /** the node was stopped in the middle of a line: so many bytes of it were taken away */
  openObject({ kind: z.literal('recovered'), bytes: z.int().min(0) }),
]);
export type LogContent = z.infer<typeof LogContent>;

export const LogEntry = z.object({ n: z.int().min(1), at: Instant, previous: Hash, content: LogContent, hash: Hash });
export type LogEntry = z.infer<typeof LogEntry>;

/** What stands before the first entry. */
export const logBeginning: string = '0'.repeat(64);

export type LogHead = { readonly n: number; readonly hash: string };

export const emptyLog: LogHead = { n: 0, hash: logBeginning };

type Hashing = (text: string) => string;

/** Of what an entry says: it may be shown in place of that. */
export const digestOf = ({ at, content }: Pick<LogEntry, 'at' | 'content'>, hash: Hashing): string => hash(canonicalJson({ at, content }));

/** The hash of an entry, by its place and its digest. */
export const hashOf = (placed: { readonly n: number; readonly previous: string; readonly digest: string }, hash: Hashing): string =>
  hash(canonicalJson(placed));

/** The next entry after a head, as the line that is written. */
export const nextEntry = (head: LogHead, { at, content }: Pick<LogEntry, 'at' | 'content'>, hash: Hashing): LogEntry => {
  const placed = { n: head.n + 1, previous: head.hash };
  return { ...placed, at, content, hash: hashOf({ ...placed, digest: digestOf({ at, content }, hash) }, hash) };
};

/** An entry of before there were digests: its hash is made over what it says, so that it cannot be shown by one. */
export const isFormer = ({ hash, ...told }: LogEntry, hashing: Hashing): boolean => hashing(canonicalJson(told)) === hash;

/** Whether an entry's hash is what its content gives. */
export const isIntact = (entry: LogEntry, hashing: Hashing): boolean => {
  const { n, previous, hash, ...said } = entry;
  return hashOf({ n, previous, digest: digestOf(said, hashing) }, hashing) === hash || isFormer(entry, hashing);
};

/** The text that a checkpoint signs: whose log it is and which entry it stands on. */
export const checkpointText = (owner: string, on: LogHead): string => canonicalJson({ owner, n: on.n, hash: on.hash });

export const logLine = (entry: LogEntry): string => canonicalJson(entry);

export type LogFaultKind = 'malformed' | 'changed' | 'removed' | 'reordered' | 'rewritten' | 'truncated';

/** The first place where the log is not what was written: at which line, and which entry should stand there. */
export type LogFault = { readonly kind: LogFaultKind; readonly where: string; readonly n: number };

/** A line as JSON; undefined where it is none. */
export type LogLine = { readonly value: unknown; readonly where: string };

export type LogChecking = {
  readonly owner: string;
  readonly hash: Hashing;
  /** whether a key made a detached JWS over a text */
  readonly verifies: (text: string, signature: string, key: PublicKey) => boolean;
  /** keys of the node that are known otherwise; the log must end in them where they are given */
  readonly keys?: readonly PublicKey[] | undefined;
  readonly announcementText: (announcement: KeyAnnouncement) => string;
};

export type LogCheck = {
  readonly entries: number;
  readonly checkpoints: number;
  /** entries after the last checkpoint: nobody has signed them yet */
  readonly unsealed: number;
  readonly head: LogHead;
  readonly fault?: LogFault;
};

type Reached = {
  readonly head: LogHead;
  readonly keys: readonly PublicKey[];
  readonly sequence: number;
  readonly checkpoints: number;
  readonly sealed: number;
};

/** The keys that an entry of keys leads to; undefined where the ones before did not announce them. */
const followKeys = (
  reached: Reached,
  content: Extract<LogContent, { kind: 'keys' }>,
  checking: LogChecking,
): Pick<Reached, 'keys' | 'sequence'> | undefined => {
  const last = content.announcements.at(-1)?.sequence ?? 0;
  if (reached.keys.length === 0) return { keys: content.keys, sequence: last };
  const verifies = (told: KeyAnnouncement, key: PublicKey) => checking.verifies(checking.announcementText(told), told.signature, key);
  const followed = followAnnouncements(reached, content.announcements, { twinId: checking.owner, verifies });
  return canonicalJson(followed.keys) === canonicalJson(content.keys) ? followed : undefined;
};

const isSealedBy = ({ head, keys }: Reached, { keyId, signature }: Extract<LogContent, { kind: 'checkpoint' }>, checking: LogChecking): boolean => {
  const key = keys.find(({ kid }) => kid === keyId);
  return key !== undefined && checking.verifies(checkpointText(checking.owner, head), signature, key);
};

type Step = { readonly reached: Reached } | { readonly fault: LogFaultKind };

const step = (reached: Reached, entry: LogEntry, checking: LogChecking): Step => {
  const { hash, content } = entry;
  if (entry.n !== reached.head.n + 1) return { fault: entry.n > reached.head.n + 1 ? 'removed' : 'reordered' };
  if (!isIntact(entry, checking.hash)) return { fault: 'changed' };
  if (entry.previous !== reached.head.hash) return { fault: 'rewritten' };
  const head: LogHead = { n: entry.n, hash };
  if (content.kind === 'keys') {
    const keys = followKeys(reached, content, checking);
    return keys ? { reached: { ...reached, ...keys, head } } : { fault: 'rewritten' };
  }
  if (reached.keys.length === 0) return { fault: 'removed' };
  if (content.kind !== 'checkpoint') return { reached: { ...reached, head } };
  if (!isSealedBy(reached, content, checking)) return { fault: 'rewritten' };
  return { reached: { ...reached, head, checkpoints: reached.checkpoints + 1, sealed: entry.n } };
};

/** An entry that is missing here may stand further down: then it was put elsewhere, else it was taken away. */
const removedOrReordered = (rest: Iterator<LogLine>, n: number): LogFaultKind => {
  for (let next = rest.next(); !next.done; next = rest.next()) if (LogEntry.safeParse(next.value.value).data?.n === n) return 'reordered';
  return 'removed';
};

/** The whole log, line by line. `sealedAt`: the last checkpoint that the node remembers elsewhere; a log that does not reach it was cut off. */
export const checkLog = (lines: Iterable<LogLine>, checking: LogChecking, sealedAt: LogHead = emptyLog): LogCheck => {
  let reached: Reached = { head: emptyLog, keys: [], sequence: 0, checkpoints: 0, sealed: 0 };
  const told = (fault?: LogFault): LogCheck => ({
    entries: reached.head.n,
    checkpoints: reached.checkpoints,
    unsealed: reached.head.n - reached.sealed,
    head: reached.head,
    ...(fault && { fault }),
  });
  let where = 'the beginning';
  const rest = lines[Symbol.iterator]();
  for (let next = rest.next(); !next.done; next = rest.next()) {
    ({ where } = next.value);
    const n = reached.head.n + 1;
    const entry = LogEntry.safeParse(next.value.value).data;
    if (!entry) return told({ kind: rest.next().done ? 'truncated' : 'malformed', where, n });
    const done = step(reached, entry, checking);
    if ('fault' in done) return told({ kind: done.fault === 'removed' ? removedOrReordered(rest, n) : done.fault, where, n });
    ({ reached } = done);
    if (reached.head.n === sealedAt.n && reached.head.hash !== sealedAt.hash) return told({ kind: 'rewritten', where, n });
  }
  if (reached.head.n < sealedAt.n) return told({ kind: 'truncated', where, n: reached.head.n + 1 });
  const known = checking.keys;
  const isOurs = known === undefined || reached.keys.length === 0 || canonicalJson(known) === canonicalJson(reached.keys);
  return told(isOurs ? undefined : { kind: 'rewritten', where, n: reached.head.n });
};
