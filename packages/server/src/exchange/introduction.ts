/**
 * Introduction: how a node comes to know its registry: by the address in its node file, once, and by the pinned key from then on.
 */
import { PublicKey } from '@cityweave/core';
import { z } from 'zod';
import type { Clock } from '../deps.ts';
import type { Protocol } from '../protocol/http.ts';
import type { RecordStore } from '../store/store.ts';
import { pinKeys, pinOf } from '../trust/pin.ts';
import type { Peer } from './peer.ts';

/** What a node says of itself to a stranger, beside its JWKS. */
export const Introduction = z.object({ id: z.string(), endpoint: z.url(), keys: z.array(PublicKey).min(1) });
type Room = { readonly protocol: Protocol; readonly records: RecordStore; readonly clock: Clock };
type Address = { readonly address: string; readonly keyThumbprint?: string | undefined } | undefined;

const introductionTimeoutMs = 3_000;

/** The registry as a peer; undefined while it cannot be reached, or where its key is not the one that was pinned or named. */
export const introduce = async ({ protocol, records, clock }: Room, named: Address): Promise<Peer | undefined> => {
  if (!named) return undefined;
  const known = records.get('registryAt', named.address) as string | undefined; // branding: only this file writes the noun
  const pinned = known === undefined ? undefined : pinOf(records, known);
  if (known !== undefined && pinned) return { id: known, role: 'registry', address: pinned.endpoint, keys: pinned.keys };
  const fetched = await protocol.fetchDocument({ address: new URL('/.well-known/jwks.json', named.address).href, timeoutMs: introductionTimeoutMs });
  const parsed = fetched.ok ? Introduction.safeParse(fetched.value).data : undefined;
  if (!parsed) return undefined;
  if (named.keyThumbprint !== undefined && !parsed.keys.some(({ kid }) => kid === named.keyThumbprint)) return undefined;
  if (!pinKeys(records, parsed.id, { keys: parsed.keys, endpoint: parsed.endpoint, at: clock.now() })) return undefined;
  records.put('registryAt', named.address, parsed.id);
  return { id: parsed.id, role: 'registry', address: parsed.endpoint, keys: parsed.keys };
};
