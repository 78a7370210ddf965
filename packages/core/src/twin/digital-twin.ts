/**
 * DigitalTwin: the agency twin as its owner registers it: who it is, for which domain and area, how to reach it, with which key it signs.
 */
import { z } from 'zod';
import { FeatureId, TermId, TwinId } from '../ground/id.ts';
import { Instant } from '../ground/instant.ts';
import { openObject } from '../ground/json.ts';
import { LanguageMap } from '../ground/language.ts';
import { defineLifecycle } from '../ground/lifecycle.ts';
import { ToldGeometry } from '../ground/place/place.ts';
import { KeyAnnouncements, PublicKeys } from './public-key.ts';

/** How a functional entity is reached; whether the line is encrypted, a WebSocket's address says. */
export const BindingProtocol = z.enum(['http', 'https', 'websocket']);
export type BindingProtocol = z.infer<typeof BindingProtocol>;

/** The bindings between nodes: HTTP, which everybody speaks, and WebSocket, which answers sooner. */
export const Binding = z.enum(['http', 'websocket']);
export type Binding = z.infer<typeof Binding>;

export const Endpoint = openObject({ protocol: BindingProtocol, address: z.url(), format: z.literal('application/json'), security: z.enum(['jws']) });
export type Endpoint = z.infer<typeof Endpoint>;

/** Whether a line is encrypted makes no difference to whoever bridges it. */
export const bindingOf = (protocol: BindingProtocol): Binding => (protocol === 'websocket' ? 'websocket' : 'http');

/** Where messages go: over HTTP, and over a WebSocket where there is one; of two that both ends speak the WebSocket is the better. */
export type Reached = { readonly address: string; readonly socket?: string };

/** The way to whoever registered these; `address` is the socket's where nothing but a WebSocket was named. */
export const reachedAt = (endpoints: readonly Pick<Endpoint, 'protocol' | 'address'>[]): Reached | undefined => {
  const socket = endpoints.find(({ protocol }) => protocol === 'websocket')?.address;
  const address = endpoints.find(({ protocol }) => protocol !== 'websocket')?.address ?? socket;
  return address === undefined ? undefined : { address, ...(socket !== undefined && { socket }) };
};

/** Who may find an entry: everybody, partners (those that `audience` names where there is one: twins, or groups that the registry keeps), or its owner alone. */
export const Visibility = openObject({ level: z.enum(['public', 'federation', 'private']), audience: z.array(z.string()).optional() });
export type Visibility = z.infer<typeof Visibility>;

export const TwinStatus = z.enum(['online', 'degraded', 'offline', 'retired']);
export type TwinStatus = z.infer<typeof TwinStatus>;

/** From an instant to another; without an end it goes on. */
export const Period = openObject({ from: Instant, to: Instant.optional() });
export type Period = z.infer<typeof Period>;

export const periodsMeet = (a: Period, b: Period): boolean => (a.to === undefined || a.to >= b.from) && (b.to === undefined || b.to >= a.from);

export const DigitalTwin = openObject({
  name: LanguageMap,
  twinType: TermId,
  domain: TermId,
  owner: openObject({ name: z.string(), organizationId: z.string(), contact: z.string().optional() }),
  description: LanguageMap.optional(),
  altIds: z.array(openObject({ scheme: z.string(), value: z.string() })).optional(),
  category: z.enum(['awareness', 'experimental', 'predictive', 'intelligent']).optional(),
  objectsOfInterest: z.array(z.string()).optional(),
  personas: z.array(TermId).optional(),
  /** likeness and functional level, 1 to 5 */
  fidelity: z.int().min(1).max(5).optional(),
  maturity: z.int().min(1).max(5).optional(),
  /** where its object is; `coverage` is for where it can answer */
  location: ToldGeometry.optional(),
  coverage: ToldGeometry.optional(),
  /** when it can be used; always where absent */
  schedule: z.array(Period).optional(),
  reports: z.array(openObject({ name: z.string(), address: z.url() })).optional(),
  relationships: z.array(openObject({ type: TermId, target: z.string(), label: LanguageMap.optional() })).optional(),
  synchronization: openObject({ mode: z.string(), interval: z.string().optional(), maxAge: z.string().optional(), clock: z.string().optional() }).optional(),
  /** where it can be looked at: 3D Tiles, glTF, CityGML */
  representation: z.array(openObject({ type: z.string(), address: z.url(), levelOfDetail: z.number().optional(), crs: z.string().optional() })).optional(),
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
export const Lease = openObject({ registeredAt: Instant, updatedAt: Instant, leaseUntil: Instant });
export type Lease = z.infer<typeof Lease>;

export type RegistryEntryState = 'PENDING' | 'ACTIVE' | 'STALE' | 'PAUSED' | 'REMOVED';

export const registryEntryLifecycle = defineLifecycle<RegistryEntryState>('registry entry', 'PENDING', {
  PENDING: ['ACTIVE', 'PAUSED', 'REMOVED'],
  ACTIVE: ['STALE', 'PAUSED', 'REMOVED'],
  STALE: ['ACTIVE', 'PAUSED', 'REMOVED'],
  PAUSED: ['ACTIVE', 'REMOVED'],
  REMOVED: ['ACTIVE', 'PAUSED'],
});

/** Its owner may keep an entry without its being found: a twin that is offline, a feature that is paused. */
export const entryStateOf = (status: TwinStatus | 'active' | 'paused' | 'withdrawn'): RegistryEntryState =>
  ['offline', 'retired', 'paused', 'withdrawn'].includes(status) ? 'PAUSED' : 'ACTIVE';

/** A twin as somebody else knows it: its id, and what it registered. */
export const RegisteredTwin = openObject({ id: TwinId, revision: z.int(), attributes: DigitalTwin });
export type RegisteredTwin = z.infer<typeof RegisteredTwin>;
