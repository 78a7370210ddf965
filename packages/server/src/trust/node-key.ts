/**
 * NodeKey: the Ed25519 keys with which a node signs what it says. Made once, kept in the node's records, published as a JWKS; a change of them is announced
 * under the key that was current before.
 */
import { createHash, createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import {
  addMs,
  announcementText,
  fail,
  type Instant,
  KeyAnnouncement,
  keysInForce,
  limits,
  ok,
  PublicKey,
  problem,
  type Result,
  type TwinId,
} from '@cityweave/core';
import type { JWK } from 'jose';
import { z } from 'zod';
import type { RecordStore } from '../store/store.ts';
import { signText } from './signature.ts';

export type NodeKey = { readonly keyId: string; readonly publicKey: PublicKey; readonly privateKey: KeyObject };

/** The keys of a node as they are now. */
export type NodeKeys = {
  /** what is said from now on is signed with it */
  readonly current: () => NodeKey;
  /** those whose signatures are accepted, the current one first */
  readonly published: () => readonly PublicKey[];
  readonly announcements: () => readonly KeyAnnouncement[];
  /** A new current key; signatures of the old one are accepted for `graceMs` more, none of them where it is 0. */
  readonly rotate: (at: Instant, graceMs: number) => Promise<KeyAnnouncement>;
  /** Signatures of a key are accepted no longer; where it is the current one, a new one takes its place. */
  readonly revoke: (keyId: string, at: Instant) => Promise<Result<KeyAnnouncement>>;
  /** Aborts at the next change. */
  readonly changed: () => AbortSignal;
};

const Ring = z.object({ keys: z.array(PublicKey), announcements: z.array(KeyAnnouncement) });
type Ring = z.infer<typeof Ring>;

/** RFC 7638 of a key of our kind: what a key is called follows from the key. */
export const thumbprintOf = ({ crv, kty, x }: JWK): string => createHash('sha256').update(JSON.stringify({ crv, kty, x })).digest('base64url');

const createKey = (): JWK => {
  const jwk: JWK = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
  return { ...jwk, kid: thumbprintOf(jwk) };
};

const toNodeKey = (jwk: JWK): NodeKey => {
  const publicKey = PublicKey.parse({ kty: jwk.kty, crv: jwk.crv, x: jwk.x, kid: jwk.kid });
  return { keyId: publicKey.kid, publicKey, privateKey: createPrivateKey({ key: jwk, format: 'jwk' }) };
};

/** The key of this node: the saved one, else a new one that is saved before it is used. */
export const loadNodeKey = async (records: RecordStore): Promise<NodeKey> => {
  const saved = records.get('nodeKey', 'current');
  if (saved) return toNodeKey(saved as JWK); // branding: only this file writes the noun
  const jwk = createKey();
  records.put('nodeKey', 'current', jwk);
  return toNodeKey(jwk);
};

type Change = { readonly at: Instant; readonly next: JWK | undefined /** the keys that stay beside the current one */; readonly retired: readonly PublicKey[] };

type Owner = { readonly records: RecordStore; readonly twinId: TwinId };
type Held = { readonly key: NodeKey; readonly ring: Ring };

/** Announced under the key that is current now; saved whole before anybody hears of it. */
const announce = ({ records, twinId }: Owner, { key, ring }: Held, { at, next, retired }: Change): Held => {
  const current = next ? toNodeKey(next) : key;
  const keys = [current.publicKey, ...keysInForce(retired, at)].slice(0, limits.keysMax);
  const told = { twinId, sequence: (ring.announcements.at(-1)?.sequence ?? 0) + 1, at, keys, by: key.keyId };
  const announcement: KeyAnnouncement = { ...told, signature: signText(announcementText(told), key) };
  const changed: Ring = { keys, announcements: [...ring.announcements, announcement].slice(-limits.keyAnnouncementsMax) };
  records.putAll([{ noun: 'nodeKey', id: 'ring', value: changed }, ...(next ? [{ noun: 'nodeKey', id: 'current', value: next }] : [])]);
  return { key: current, ring: changed };
};

const lastAnnouncement = ({ ring }: Held): KeyAnnouncement => KeyAnnouncement.parse(ring.announcements.at(-1));

export const openNodeKeys = async (records: RecordStore, twinId: TwinId): Promise<NodeKeys> => {
  const key = await loadNodeKey(records);
  let held: Held = { key, ring: Ring.safeParse(records.get('nodeKey', 'ring')).data ?? { keys: [key.publicKey], announcements: [] } };
  let change = new AbortController();
  const apply = (made: Change): KeyAnnouncement => {
    held = announce({ records, twinId }, held, made);
    change.abort();
    change = new AbortController();
    return lastAnnouncement(held);
  };
  const retired = (): readonly PublicKey[] => held.ring.keys.filter(({ kid }) => kid !== held.key.keyId);
  return {
    current: () => held.key,
    published: () => held.ring.keys,
    announcements: () => held.ring.announcements,
    rotate: async (at, graceMs) => {
      const next = createKey();
      return apply({ at, next, retired: graceMs > 0 ? [{ ...held.key.publicKey, notAfter: addMs(at, graceMs) }, ...retired()] : retired() });
    },
    revoke: async (keyId, at) => {
      if (!held.ring.keys.some(({ kid }) => kid === keyId)) {
        return fail(problem('notFound', { subject: keyId, accepted: held.ring.keys.map(({ kid }) => kid).join(', ') }));
      }
      const next = keyId === held.key.keyId ? createKey() : undefined;
      return ok(apply({ at, next, retired: retired().filter(({ kid }) => kid !== keyId) }));
    },
    changed: () => change.signal,
  };
};
