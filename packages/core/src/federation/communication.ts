/**
 * Communication: one link between two federated twins, direct or over an adaptor's bridge, and its state (Y.4489 10.3.5, 10.3.6).
 */
import { z } from 'zod';
import { AgreementId, ConnectionId, DictionaryId, FederationId, TwinId } from '../ground/id.ts';
import { Instant } from '../ground/instant.ts';
import { openObject } from '../ground/json.ts';
import { defineLifecycle } from '../ground/lifecycle.ts';
import { ok, type Result } from '../ground/result.ts';
import { BindingProtocol } from '../twin/digital-twin.ts';
import { FarFormat, FunctionFormat } from '../twin/feature-information.ts';
import { Bridge } from './adaptation/profile.ts';
import type { MemberState } from './member.ts';

export const CommunicationState = z.enum(['REQUESTED', 'ADAPTING', 'CONNECTED', 'INTERRUPTED', 'CLOSING', 'CLOSED', 'FAILED']);
export type CommunicationState = z.infer<typeof CommunicationState>;

export const communicationLifecycle = defineLifecycle<CommunicationState>('connection', 'REQUESTED', {
  REQUESTED: ['ADAPTING', 'CONNECTED', 'FAILED', 'CLOSED'],
  ADAPTING: ['CONNECTED', 'FAILED', 'CLOSED'],
  CONNECTED: ['INTERRUPTED', 'CLOSING', 'CLOSED'],
  INTERRUPTED: ['CONNECTED', 'CLOSING', 'CLOSED'],
  CLOSING: ['CLOSED'],
  CLOSED: [],
  FAILED: [],
});

export const ConnectionEnd = openObject({
  twinId: TwinId,
  protocol: BindingProtocol,
  address: z.url(),
  format: z.union([z.literal('application/json'), FarFormat, FunctionFormat]),
  /** whose words it uses, where that matters */
  dictionary: DictionaryId.optional(),
});
export type ConnectionEnd = z.infer<typeof ConnectionEnd>;

export const Communication = openObject({
  id: ConnectionId,
  federationId: FederationId,
  agreementId: AgreementId,
  /** the consumer's end, then the provider's */
  ends: z.tuple([ConnectionEnd, ConnectionEnd]),
  /** what lies between the ends; they talk directly where absent */
  bridge: Bridge.optional(),
  state: CommunicationState.brand<'entered'>(),
  since: Instant,
});
export type Communication = z.infer<typeof Communication>;

/** The connection in its next state, or `notAllowedInState`: the only way into one. */
export const moveCommunication = (communication: Communication, state: CommunicationState, now: Instant): Result<Communication> => {
  const moved = communicationLifecycle.move(communication.state, state);
  return moved.ok ? ok({ ...communication, state: moved.value, since: communication.state === state ? communication.since : now }) : moved;
};

/** What is asked over it is answered: it is open, or about to be closed. */
export const isUsableLink = ({ state }: Pick<Communication, 'state'>): boolean => state === 'CONNECTED' || state === 'CLOSING';

/** How a connection stands where its ends talk directly: open, interrupted or closing with the member at its other end; undefined where that tells nothing of it. */
export const stateByMember = ({ state }: { readonly state: MemberState }): CommunicationState | undefined => statesByMember[state];

const statesByMember: Readonly<Partial<Record<MemberState, CommunicationState>>> = { ACTIVE: 'CONNECTED', INTERRUPTED: 'INTERRUPTED', LEAVING: 'CLOSING' };

/** Closed; one that could not be opened stays as it is. */
export const closeCommunication = (communication: Communication, now: Instant): Communication => {
  const closed = moveCommunication(communication, 'CLOSED', now);
  return closed.ok ? closed.value : communication;
};

/** What is measured of a link while it is used; it lives in memory, its state's changes are saved. */
export const CommunicationStatus = openObject({
  connectionId: ConnectionId,
  state: CommunicationState,
  since: Instant,
  lastSeen: Instant.optional(),
  latencyMs: z.number().min(0).optional(),
  /** by how much the clock at the other end is ahead; behind where it is negative */
  clockOffsetMs: z.number().optional(),
  failures: z.int().min(0),
  /** when an interrupted link is tried next */
  nextProbeAt: Instant.optional(),
});
export type CommunicationStatus = z.infer<typeof CommunicationStatus>;

/** What went over a bridge, as its adaptor counted it. */
export const BridgeFigures = openObject({
  state: CommunicationState,
  since: Instant,
  /** messages passed on, and those of them that came to nothing */
  messages: z.int().min(0),
  failures: z.int().min(0),
  lastMessageAt: Instant.optional(),
  latencyMs: z.number().min(0).optional(),
  /** values that could not be converted and were left out */
  dropped: z.int().min(0),
});
export type BridgeFigures = z.infer<typeof BridgeFigures>;
