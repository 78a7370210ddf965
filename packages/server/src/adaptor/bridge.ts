/**
 * Bridge: one connection that this adaptor lies between, as it remembers it: both ends, the profile, where it stands and what went over it.
 */

import type { Vocabulary } from '@cityweave/core';
import {
  AdaptationProfile,
  BridgeFigures,
  Communication,
  type CommunicationState,
  type ConnectionId,
  fail,
  type Instant,
  moveCommunication,
  ok,
  ProfileId,
  PublicKeys,
  problem,
  type Result,
} from '@cityweave/core';
import { z } from 'zod';
import type { Deps } from '../deps.ts';
import type { Events } from '../events.ts';
import type { AskedBy, Saved } from '../exchange/answer.ts';
import type { Ask } from '../exchange/ask.ts';
import type { NotedLog } from '../exchange/logged.ts';
import type { PartnerKeys } from '../exchange/partner-keys.ts';
import type { Offered, Peer, Self } from '../exchange/peer.ts';
import type { Protocol } from '../protocol/protocol.ts';
import { forgetOver } from '../store/forgetting.ts';
import { madeOnce, parsedOnce } from '../store/parsed-once.ts';
import type { RecordStore } from '../store/store.ts';
import type { NodeKeys } from '../trust/node-key.ts';

export type AdaptorRoom = {
  readonly deps: Deps;
  readonly events: Events;
  readonly records: RecordStore;
  readonly protocol: Protocol;
  readonly ask: Ask;
  readonly keys: NodeKeys;
  readonly partners: PartnerKeys;
  readonly log: NotedLog;
  readonly self: Self & Offered & { readonly id: Communication['ends'][0]['twinId'] };
  readonly vocabulary: () => Vocabulary;
  readonly registry: () => Promise<Peer | undefined>;
  readonly signal: AbortSignal;
};

const End = z.object({ id: z.string(), address: z.string(), socket: z.string().optional(), keys: PublicKeys });

export const BridgeRecord = z.object({
  connection: Communication,
  profileId: ProfileId,
  profile: AdaptationProfile,
  revision: z.int().min(1),
  consumer: End,
  owner: End,
  figures: BridgeFigures,
  /** ends that have not heard yet how it stands */
  untold: z.array(z.string()).optional(),
  /** nobody used it for long: it carries nothing, and has no rules, until it is asked for again */
  resting: z.boolean().optional(),
});
export type BridgeRecord = z.infer<typeof BridgeRecord>;

const noun = 'bridge';
const parse = parsedOnce(BridgeRecord);

export const bridgeOf = ({ records }: Pick<AdaptorRoom, 'records'>, id: string): BridgeRecord | undefined => parse(records.get(noun, id));
export const bridgesOf = ({ records }: Pick<AdaptorRoom, 'records'>): readonly BridgeRecord[] => records.list(noun).flatMap(({ value }) => parse(value) ?? []);
export const savedBridge = (bridge: BridgeRecord): Saved => ({ noun, id: bridge.connection.id, value: bridge });

const isOpen = ({ connection: { state }, resting = false }: BridgeRecord): boolean => state !== 'CLOSED' && state !== 'FAILED' && !resting;

const standing = madeOnce((listed: ReturnType<RecordStore['list']>): readonly BridgeRecord[] =>
  listed.flatMap(({ value }) => parse(value) ?? []).filter(isOpen),
);
export const openBridges = ({ records }: Pick<AdaptorRoom, 'records'>): readonly BridgeRecord[] => standing(records.list(noun));

/** Those that are down, or rest, go in their time. */
export const forgetBridges = ({ records, deps }: Pick<AdaptorRoom, 'records' | 'deps'>): void => {
  const isGone = ({ value }: { readonly value: unknown }): boolean => ((bridge) => bridge === undefined || !isOpen(bridge))(parse(value));
  forgetOver(records, { noun, isOver: isGone, partnerOf: ({ value }) => parse(value)?.consumer.id ?? '' }, deps.clock.now());
};

/** Open bridges between the same two ends, itself among them: what is said over one shows of each whether anybody is there. */
export const alongside = (room: Pick<AdaptorRoom, 'records'>, { consumer, owner }: BridgeRecord): readonly BridgeRecord[] =>
  openBridges(room).filter((bridge) => bridge.consumer.id === consumer.id && bridge.owner.id === owner.id);

/** A bridge of the sender's: nobody else learns that it is there. */
export const ownBridge = (room: Pick<AdaptorRoom, 'records'>, id: string, { sender }: Pick<AskedBy, 'sender'>): Result<BridgeRecord> => {
  const bridge = bridgeOf(room, id);
  const isEnd = bridge !== undefined && (bridge.consumer.id === sender || bridge.owner.id === sender);
  return isEnd ? ok(bridge) : fail(problem('unknownConnection', { subject: id }));
};

/** The bridge that a message between two twins goes over; of several between the same ends that of the federation. */
export const bridgeBetween = (
  room: Pick<AdaptorRoom, 'records'>,
  { from, to, federationId }: { readonly from: string; readonly to: string; readonly federationId: string | undefined },
): BridgeRecord | undefined => {
  const between = openBridges(room).filter(({ consumer, owner }) => consumer.id === from && owner.id === to);
  return between.find(({ connection }) => connection.federationId === federationId) ?? (federationId === undefined ? between[0] : undefined);
};

/** In its next state, with its figures; `notAllowedInState` where the lifecycle of connections does not let it. */
export const moveBridge = (bridge: BridgeRecord, state: CommunicationState, now: Instant): Result<BridgeRecord> => {
  const moved = moveCommunication(bridge.connection, state, now);
  if (!moved.ok) return moved;
  return ok({ ...bridge, connection: moved.value, figures: { ...bridge.figures, state, since: moved.value.since } });
};

export type Passed = { readonly ms: number; readonly failed: boolean; readonly dropped?: number | undefined };

/** Figures live in memory and are kept with the bridge at each change of its state: a message costs no write. */
export const createFigures = () => {
  const counts = new Map<ConnectionId, Omit<BridgeFigures, 'state' | 'since'>>();
  const of = ({ connection, figures }: BridgeRecord): BridgeFigures => ({
    ...figures,
    ...counts.get(connection.id),
    state: connection.state,
    since: connection.since,
  });
  return {
    of,
    note: (bridge: BridgeRecord, { ms, failed, dropped = 0 }: Passed, now: Instant): void => {
      const before = of(bridge);
      counts.set(bridge.connection.id, {
        messages: before.messages + 1,
        failures: before.failures + (failed ? 1 : 0),
        lastMessageAt: now,
        latencyMs: ms,
        dropped: Math.max(before.dropped, dropped),
      });
    },
    forget: ({ connection }: BridgeRecord): void => void counts.delete(connection.id),
  };
};
export type Figures = ReturnType<typeof createFigures>;
