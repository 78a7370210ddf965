/**
 * Log excerpt (L1): a stretch of a node's exchange log as a partner may see it: every entry in its place in the chain, those that tell of the partner whole, of others
 * a digest alone. Whoever holds it can tell by the signed checkpoints in it whether anything was changed.
 */
import { z } from 'zod';
import { TwinId } from '../ground/id.ts';
import { Instant } from '../ground/instant.ts';
import { openObject } from '../ground/json.ts';
import { limits } from '../ground/limits.ts';
import type { PublicKey } from '../twin/public-key.ts';
import { checkpointText, digestOf, Hash, hashOf, type LogChecking, LogContent, type LogEntry, type LogFaultKind, type LogHead } from './exchange-log.ts';
import { objectInformation } from './object-information.ts';
import { one, row } from './row.ts';

/** Of an entry what its hash is made of; what that says where it is the asker's to know. */
export const ShownEntry = openObject({ digest: Hash, told: openObject({ at: Instant, content: LogContent }).optional() });
export type ShownEntry = z.infer<typeof ShownEntry>;

/** The entries behind number `after`, whose hash is `previous`; with `more` others follow, behind the last of these. */
export const LogExcerpt = openObject({
  after: z.int().min(0),
  previous: Hash,
  entries: z.array(ShownEntry).max(limits.logExcerptEntriesMax),
  more: z.boolean().optional(),
});
export type LogExcerpt = z.infer<typeof LogExcerpt>;

/** What is said with an asker, what the log says of itself, and nothing of others. */
const isFor = ({ content }: LogEntry, asker: string): boolean => content.kind !== 'exchange' || content.from === asker || content.to === asker;

type Excerpting = {
  readonly entries: readonly LogEntry[];
  /** the entry before them */
  readonly before: LogHead;
  /** the number of the last entry that may be shown */
  readonly sealed: number;
  readonly hash: LogChecking['hash'];
};

/** A stretch ends where it is sealed; where nothing in it is, it is told as far as it goes. */
const upToSeal = (entries: readonly LogEntry[]): readonly LogEntry[] => {
  const seal = entries.findLastIndex(({ content }) => content.kind === 'checkpoint');
  return seal < 0 ? entries : entries.slice(0, seal + 1);
};

export const excerptFor = (asker: string, { entries, before, sealed, hash }: Excerpting): LogExcerpt => {
  const shown = upToSeal(entries);
  const { n: last } = shown.at(-1) ?? before;
  return {
    after: before.n,
    previous: before.hash,
    entries: shown.map((entry) => {
      const { at, content } = entry;
      return { digest: digestOf(entry, hash), ...(isFor(entry, asker) && { told: { at, content } }) };
    }),
    ...(last < sealed && { more: true }),
  };
};

export type ExcerptCheck = {
  readonly head: LogHead;
  /** up to here a checkpoint of a key that is known stands behind every entry */
  readonly sealed: number;
  readonly fault?: { readonly kind: LogFaultKind; readonly n: number };
};

type Checking = Pick<LogChecking, 'owner' | 'hash' | 'verifies'> & { readonly keys: readonly PublicKey[] };

/** Whether a checkpoint seals what stands before it; undefined where its key is not known. */
const seals = (content: LogContent | undefined, on: LogHead, { owner, keys, verifies }: Checking): boolean | undefined => {
  if (content?.kind !== 'checkpoint') return undefined;
  const key = keys.find(({ kid }) => kid === content.keyId);
  return key && verifies(checkpointText(owner, on), content.signature, key);
};

/** Entry by entry: what is told must be what the digest was made of, and a checkpoint must be signed over the chain as it stands here. */
export const checkExcerpt = ({ after, previous, entries }: LogExcerpt, checking: Checking): ExcerptCheck => {
  let head: LogHead = { n: after, hash: previous };
  let sealed = after;
  for (const { digest, told } of entries) {
    const n = head.n + 1;
    if (told && digestOf(told, checking.hash) !== digest) return { head, sealed, fault: { kind: 'changed', n } };
    const isSealed = seals(told?.content, head, checking);
    if (isSealed === false) return { head, sealed, fault: { kind: 'rewritten', n } };
    head = { n, hash: hashOf({ n, previous: head.hash, digest }, checking.hash) };
    if (isSealed) sealed = n;
  }
  return { head, sealed };
};

const exchangeLog = objectInformation('exchangeLog', TwinId, LogExcerpt);

export const logRows = {
  'query.exchangeLog': row({
    label: 'L1',
    from: 'any',
    to: 'any',
    purpose:
      'Asks for a stretch of the exchange log of another: every entry by its digest, chained, those about the asker whole, and the signed checkpoints, the last of which is made for the answer. So each party can see that what it said stands there, and that nothing was changed. A stretch is as long as one message allows and ends at a checkpoint; `more` says that others follow behind its last entry.',
    effect: 'read',
    request: {
      parameters: openObject({
        /** the number of the entry before the first one; where absent it begins so many entries before the end */ after: z.int().min(0).optional(),
      }),
    },
    reply: { objects: one(exchangeLog) },
    refusals: ['overloaded'],
  }),
} as const;
