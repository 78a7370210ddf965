/**
 * What the rooms of orchestration share: the node they work for, what it remembers, and how it asks others.
 */
import {
  type AgencyId,
  Agreement,
  type Authority,
  Communication,
  Federation,
  type FederationId,
  FederationView,
  fail,
  Instant,
  type LanguageMap,
  MessageId,
  ok,
  problem,
  type Result,
  type TwinId,
  type Vocabulary,
} from '@cityweave/core';
import { z } from 'zod';
import type { NodeFile } from '../config/node-file.ts';
import type { Deps } from '../deps.ts';
import type { Events } from '../events.ts';
import type { Saved } from '../exchange/answer.ts';
import type { Ask } from '../exchange/ask.ts';
import type { PartnerKeys } from '../exchange/partner-keys.ts';
import type { Offered, Peer, Self } from '../exchange/peer.ts';
import type { ExchangeLog } from '../log/exchange-log.ts';
import type { FarFetch } from '../protocol/far-fetch.ts';
import type { Protocol } from '../protocol/protocol.ts';
import { parsedOnce } from '../store/parsed-once.ts';
import type { RecordStore, TwinStore } from '../store/store.ts';
import type { NodeKeys } from '../trust/node-key.ts';

export type Room = {
  readonly deps: Deps;
  readonly events: Events;
  readonly records: RecordStore;
  readonly store: TwinStore;
  readonly protocol: Protocol;
  /** the agency's own interfaces */
  readonly far: FarFetch;
  readonly ask: Ask;
  readonly keys: NodeKeys;
  readonly partners: PartnerKeys;
  readonly log: ExchangeLog;
  readonly self: Self & { readonly id: TwinId; readonly agency: AgencyId; readonly authority: Authority; readonly name: LanguageMap } & Offered;
  readonly node: NodeFile;
  readonly vocabulary: () => Vocabulary;
  readonly registry: () => Promise<Peer | undefined>;
  /** the registries that this one asks, where it is one; those that can be reached */
  readonly peers: () => Promise<readonly Peer[]>;
  /** ends with the node */
  readonly signal: AbortSignal;
};

/** The registry, nothing where none is configured, or the problem that it cannot be reached now. */
export const reachRegistry = async (room: Room): Promise<Result<Peer | undefined>> => {
  const registry = await room.registry();
  return registry || !room.node.registry ? ok(registry) : fail(problem('unreachable', { subject: 'registry' }));
};

/** A member's own view of a federation that it was invited to. */
export const Membership = z.object({
  federation: FederationView,
  initiator: z.string(),
  agreementId: z.string(),
  formed: z.boolean(),
  released: z.boolean(),
  /** formed for later: nothing is answered before */
  startsAt: Instant.optional(),
  /** paused by the initiator, until then or until it says so */
  suspended: z.object({ until: Instant.optional(), reason: z.string().optional() }).optional(),
  /** released with grace: until then it is answered */
  endsAt: Instant.optional(),
  /** it is on its way out: what is said to the initiator, and whether that was heard */
  leaving: z.object({ reason: z.string(), effectiveAt: Instant, messageId: MessageId, told: z.boolean() }).optional(),
});
export type Membership = z.infer<typeof Membership>;

const keep = <T>(noun: string, schema: z.ZodType<T>) => {
  const parse = parsedOnce(schema);
  return {
    load: (records: RecordStore, id: string): T | undefined => parse(records.get(noun, id)),
    all: (records: RecordStore): readonly T[] => records.list(noun).flatMap(({ value }) => parse(value) ?? []),
    saved: (id: string, value: T): Saved => ({ noun, id, value }),
  };
};

/** Federations that this node started. */
export const federations = keep('federation', Federation);
/** Federations that this node was invited to. */
export const memberships = keep('membership', Membership);
export const agreements = keep('agreement', Agreement);
export const communications = keep('communication', Communication);

export const federationById = (room: Room, id: FederationId): Federation | undefined => federations.load(room.records, id);
