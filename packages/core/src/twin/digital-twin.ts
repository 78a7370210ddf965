/**
 * DigitalTwin: the agency twin as its owner registers it: who it is, for which domain and area, how to reach it, with which key it signs.
 */
import { z } from 'zod';
import { FeatureId, TermId, TwinId } from '../ground/id.ts';
import { Instant } from '../ground/instant.ts';
import { LanguageMap } from '../ground/language.ts';
import { defineLifecycle } from '../ground/lifecycle.ts';
import { Geometry } from '../ground/place.ts';
import { KeyAnnouncements, PublicKeys } from './public-key.ts';

/** How a functional entity is reached. */
export const Endpoint = z.object({ protocol: z.enum(['http', 'https']), address: z.url(), format: z.literal('application/json'), security: z.enum(['jws']) });
export type Endpoint = z.infer<typeof Endpoint>;

/** Who may find an entry: everybody, partners named in `audience`, or its owner alone. */
export const Visibility = z.object({ level: z.enum(['public', 'federation', 'private']), audience: z.array(z.string()).optional() });
export type Visibility = z.infer<typeof Visibility>;

export const TwinStatus = z.enum(['online', 'degraded', 'offline', 'retired']);
export type TwinStatus = z.infer<typeof TwinStatus>;

export const DigitalTwin = z.object({
  name: LanguageMap,
  twinType: TermId,
  domain: TermId,
  owner: z.object({ name: z.string(), organizationId: z.string(), contact: z.string().optional() }),
  coverage: Geometry.optional(),
  status: TwinStatus,
  endpoints: z.array(Endpoint).min(1),
  keys: PublicKeys,
  /** how the keys changed, for those who know older ones */
  announcements: KeyAnnouncements.optional(),
  features: z.array(FeatureId),
  attribution: z.array(z.string()).optional(),
  visibility: Visibility,
});
export type DigitalTwin = z.infer<typeof DigitalTwin>;

/** What the registry adds to what an owner registers. */
export const Lease = z.object({ registeredAt: Instant, updatedAt: Instant, leaseUntil: Instant });
export type Lease = z.infer<typeof Lease>;

export const registryEntryLifecycle = defineLifecycle('registry entry', 'PENDING', {
  PENDING: ['ACTIVE', 'REMOVED'],
  ACTIVE: ['STALE', 'PAUSED', 'REMOVED'],
  STALE: ['ACTIVE', 'REMOVED'],
  PAUSED: ['ACTIVE', 'REMOVED'],
  REMOVED: ['ACTIVE'],
});
export type RegistryEntryState = (typeof registryEntryLifecycle)['initial'];

/** A twin as somebody else knows it: its id, and what it registered. */
export const RegisteredTwin = z.object({ id: TwinId, revision: z.int(), attributes: DigitalTwin });
export type RegisteredTwin = z.infer<typeof RegisteredTwin>;
