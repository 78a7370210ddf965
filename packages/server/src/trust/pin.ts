/**
 * Pin: the keys by which a partner was first known. Another key for the same id is refused from then on.
 */
import { type Instant, PublicKey } from '@cityweave/core';
import { z } from 'zod';
import { parsedOnce } from '../store/parsed-once.ts';
import type { RecordStore } from '../store/store.ts';

const Pin = z.object({ keys: z.array(PublicKey), endpoint: z.string(), pinnedAt: z.string() });
export type Pin = z.infer<typeof Pin>;

const parsePin = parsedOnce(Pin);

export const pinOf = (records: RecordStore, id: string): Pin | undefined => parsePin(records.get('pin', id));

/** False where other keys are pinned already; the address may change, the keys may not. */
export const pinKeys = (
  records: RecordStore,
  id: string,
  pin: { readonly keys: readonly PublicKey[]; readonly endpoint: string; readonly at: Instant },
): boolean => {
  const known = pinOf(records, id);
  const same = known === undefined || pin.keys.some(({ x }) => known.keys.some((key) => key.x === x));
  if (!same) return false;
  if (known?.endpoint !== pin.endpoint) records.put('pin', id, { keys: known?.keys ?? pin.keys, endpoint: pin.endpoint, pinnedAt: known?.pinnedAt ?? pin.at });
  return true;
};
