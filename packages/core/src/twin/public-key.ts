/**
 * Public keys by which a twin is known, and how they change: an announcement names the whole new set and is signed with the key that was current before,
 * so that whoever holds an older set can follow to the newest, whoever carries the announcements.
 */
import { z } from 'zod';
import { compareText, TwinId } from '../ground/id.ts';
import { Instant } from '../ground/instant.ts';
import { canonicalJson, openObject } from '../ground/json.ts';
import { limits } from '../ground/limits.ts';

/** A public Ed25519 key (RFC 8037), as its JWKS shows it, and nothing else of it: what is private would be passed on with it. A key with `notAfter` is retired: what it signed is accepted until then, it announces nothing. */
export const PublicKey = z.object({ kty: z.literal('OKP'), crv: z.literal('Ed25519'), x: z.string(), kid: z.string(), notAfter: Instant.optional() });
export type PublicKey = z.infer<typeof PublicKey>;

export const PublicKeys = z.array(PublicKey).min(1).max(limits.keysMax);

/** A key that is not in `keys` any more is revoked: nothing that it signed is accepted. */
export const KeyAnnouncement = openObject({
  twinId: TwinId,
  /** rises by one with each announcement of a twin */
  sequence: z.int().min(1),
  at: Instant,
  keys: PublicKeys,
  /** the key that was current before */
  by: z.string(),
  /** detached Ed25519 JWS over the canonical JSON of the other members */
  signature: z.string(),
});
export type KeyAnnouncement = z.infer<typeof KeyAnnouncement>;

export const KeyAnnouncements = z.array(KeyAnnouncement).max(limits.keyAnnouncementsMax);

/** The text that is signed. */
export const announcementText = ({ signature: _, ...told }: Omit<KeyAnnouncement, 'signature'> & { readonly signature?: string }): string =>
  canonicalJson(told);

/** What is known of a twin's keys: the set, and the announcement it came from; 0 is the set that it was first known by. */
export type KnownKeys = { readonly keys: readonly PublicKey[]; readonly sequence: number };

type Following = { readonly twinId: string; readonly verifies: (announcement: KeyAnnouncement, key: PublicKey) => boolean };

/** The newest set that can be reached from a known one by announcements that the current key of the set before signed. Others change nothing. */
export const followAnnouncements = (known: KnownKeys, announcements: readonly KeyAnnouncement[], { twinId, verifies }: Following): KnownKeys => {
  const inOrder = announcements.toSorted((a, b) => a.sequence - b.sequence || compareText(a.signature, b.signature));
  return inOrder.reduce<KnownKeys>((reached, announcement) => {
    if (announcement.twinId !== twinId || announcement.sequence <= reached.sequence) return reached;
    const signer = reached.keys.find(({ kid, notAfter }) => kid === announcement.by && notAfter === undefined);
    return signer && verifies(announcement, signer) ? { keys: announcement.keys, sequence: announcement.sequence } : reached;
  }, known);
};

/** Those whose signatures are accepted now. */
export const keysInForce = (keys: readonly PublicKey[], now: Instant): readonly PublicKey[] =>
  keys.filter(({ notAfter }) => notAfter === undefined || notAfter >= now);
