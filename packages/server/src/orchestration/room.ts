/**
 * What the rooms of orchestration share: the node they work for, what it remembers, and how it asks others.
 */
import {
  type AgencyId,
  Agreement,
  type Authority,
  agreementLifecycle,
  Communication,
  communicationLifecycle,
  Federation,
  type FederationId,
  FederationView,
  fail,
  federationLifecycle,
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
import { forgetOver } from '../store/forgetting.ts';
import { madeOnce, parsedOnce } from '../store/parsed-once.ts';
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

/** Which records of a noun go, and whose they are. */
type Going<T> = { readonly now: Instant; readonly isOver: (value: T) => boolean; readonly partnerOf: (value: T) => string };

/** `isOver`: nothing goes on with it; who looks for what goes on does not look through those. */
const keep = <T>(noun: string, schema: z.ZodType<T>, isOver: (value: T) => boolean) => {
  const parse = parsedOnce(schema);
  const goingOn = madeOnce((listed: ReturnType<RecordStore['list']>): readonly T[] =>
    listed.flatMap(({ value }) => parse(value) ?? []).filter((value) => !isOver(value)),
  );
  return {
    live: (records: RecordStore): readonly T[] => goingOn(records.list(noun)),
    /** Of those that are over the ones that nothing needs any more go in their time. */
    forget: (records: RecordStore, going: Going<T>): void => {
      const parsed = ({ value }: { readonly value: unknown }): T | undefined => parse(value);
      const isGoing = (value: T | undefined): boolean => value !== undefined && isOver(value) && going.isOver(value);
      const partnerOf = (value: T | undefined): string => (value === undefined ? '' : going.partnerOf(value));
      forgetOver(records, { noun, isOver: (record) => isGoing(parsed(record)), partnerOf: (record) => partnerOf(parsed(record)) }, going.now);
    },
    load: (records: RecordStore, id: string): T | undefined => parse(records.get(noun, id)),
    all: (records: RecordStore): readonly T[] => records.list(noun).flatMap(({ value }) => parse(value) ?? []),
    saved: (id: string, value: T): Saved => ({ noun, id, value }),
  };
};

/** Federations that this node started. */
export const federations = keep('federation', Federation, ({ state }) => federationLifecycle.isFinal(state));
/** Federations that this node was invited to. */
export const memberships = keep('membership', Membership, ({ released }) => released);
export const agreements = keep('agreement', Agreement, ({ state }) => agreementLifecycle.isFinal(state));
export const communications = keep('communication', Communication, ({ state }) => communicationLifecycle.isFinal(state));

export const federationById = (room: Room, id: FederationId): Federation | undefined => federations.load(room.records, id);
