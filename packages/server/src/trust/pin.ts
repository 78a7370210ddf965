/**
 * Pin: the keys by which a partner was first known, as it announced them to change since. Any other key for the same id is refused.
 */
import { announcementText, followAnnouncements, type Instant, type KeyAnnouncement, type KnownKeys, PublicKey } from '@cityweave/core';
import { z } from 'zod';
import { parsedOnce } from '../store/parsed-once.ts';
import type { RecordStore } from '../store/store.ts';
import { verifyText } from './signature.ts';

const Pin = z.object({ keys: z.array(PublicKey), endpoint: z.string(), pinnedAt: z.string(), sequence: z.int().default(0) });
export type Pin = z.infer<typeof Pin>;

const parsePin = parsedOnce(Pin);

export const pinOf = (records: RecordStore, id: string): Pin | undefined => parsePin(records.get('pin', id));

/** What a partner, or somebody about a partner, says of its keys and its address. */
export type Introduced = {
  readonly keys: readonly PublicKey[];
  readonly endpoint?: string | undefined;
  readonly announcements?: readonly KeyAnnouncement[] | undefined;
};

const newestOf = (announcements: readonly KeyAnnouncement[] = []): number => announcements.reduce((newest, { sequence }) => Math.max(newest, sequence), 0);

/** The keys that the introduced ones may take the place of: at first contact its own word, later only what the announcements lead to. */
export const followPin = (known: Pin | undefined, id: string, { keys, announcements = [] }: Introduced): KnownKeys => {
  if (!known) return { keys, sequence: newestOf(announcements) };
  return followAnnouncements(known, announcements, { twinId: id, verifies: (told, key) => verifyText(announcementText(told), told.signature, key) });
};

/** Writes what is known by now; nothing where it is known already. */
export const putPin = (
  records: RecordStore,
  id: string,
  { keys, sequence, endpoint, at }: KnownKeys & { readonly endpoint?: string | undefined; readonly at: Instant },
): void => {
  const known = pinOf(records, id);
  const address = endpoint ?? known?.endpoint;
  if (address === undefined || (known?.endpoint === address && known.sequence === sequence)) return;
  records.put('pin', id, { keys, endpoint: address, pinnedAt: known?.pinnedAt ?? at, sequence });
};
