/**
 * Example content of the row about the exchange log: the planning office is shown what the water board's log tells of it, and that something else stands between.
 */
import type { Examples } from './example.ts';
import { canonical, detached, publicKeyOf, sha256 } from './sign.ts';
import { at, planning, water } from './town.ts';

type Head = { readonly n: number; readonly hash: string };

/** The next entry behind a head: its digest, and the head with it. */
const entryBehind = ({ n, hash }: Head, content: unknown): { readonly digest: string; readonly head: Head } => {
  const digest = sha256(canonical({ at, content }));
  const placed = { n: n + 1, previous: hash, digest };
  return { digest, head: { n: n + 1, hash: sha256(canonical(placed)) } };
};

const exchange = (from: string) => ({
  ...{ kind: 'exchange', direction: 'heard', messageId: 'urn:uuid:8d4b6a1e-3c5f-4f0a-9d2b-6e7f8a9b0c11', from, to: water.twin },
  ...{ verb: 'leave', object: 'federation', code: 'DTF-000' },
});

const before: Head = { n: 40, hash: sha256('what stood before') };
const told = entryBehind(before, exchange(planning.twin));
const others = entryBehind(told.head, exchange('urn:dtf:twin:fire.auenfurt.example:agency'));
const checkpoint = {
  kind: 'checkpoint',
  keyId: publicKeyOf(water.authority).kid,
  signature: detached(canonical({ owner: water.twin, ...others.head }), water.authority),
};

const excerpt = {
  after: before.n,
  previous: before.hash,
  entries: [
    { digest: told.digest, told: { at, content: exchange(planning.twin) } },
    { digest: others.digest },
    { digest: entryBehind(others.head, checkpoint).digest, told: { at, content: checkpoint } },
  ],
};

export const logExamples: Examples = {
  'query.exchangeLog': {
    request: { parameters: { after: before.n } },
    reply: { objects: [{ kind: 'exchangeLog', id: water.twin, attributes: excerpt }] },
  },
};
