/**
 * Communication: one link between two federated twins, direct or over an adaptor's bridge, and its state (Y.4489 10.3.5, 10.3.6).
 */
import { z } from 'zod';
import { AgreementId, ConnectionId, compareText, DictionaryId, FederationId, TwinId } from '../ground/id.ts';
import { Instant, msBetween } from '../ground/instant.ts';
import { openObject } from '../ground/json.ts';
import { defineLifecycle } from '../ground/lifecycle.ts';
import { limits } from '../ground/limits.ts';
import { ok, type Result } from '../ground/result.ts';
import { BindingProtocol, TwinStatus } from '../twin/digital-twin.ts';
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
  /** messages go both ways; data go from who provides to who consumes */
  direction: z.literal('both').optional(),
  state: CommunicationState.brand<'entered'>(),
  since: Instant,
});
export type Communication = z.infer<typeof Communication>;

/** The connection in its next state, or `notAllowedInState`: the only way into one. */
export const moveCommunication = (communication: Communication, state: CommunicationState, now: Instant): Result<Communication> => {
  const moved = communicationLifecycle.move(communication.state, state);
  return moved.ok ? ok({ ...communication, state: moved.value, since: communication.state === state ? communication.since : now }) : moved;
};

/** Over a bridge, which its adaptor sets up and opens: asked for once more, it stands as it stood; what is over stays over. */
export const adaptCommunication = (communication: Communication, now: Instant): Result<Communication> => {
  const wasOpened = communication.state === 'CONNECTED' || communication.state === 'INTERRUPTED';
  return moveCommunication(communication, wasOpened ? communication.state : 'ADAPTING', now);
};

/** What is asked over it is answered: it is open, or about to be closed. */
export const isUsableLink = ({ state }: Pick<Communication, 'state'>): boolean => state === 'CONNECTED' || state === 'CLOSING';

/** How a connection stands for its consumer, over a bridge too: open, interrupted or closing with the member at its other end; undefined where that tells nothing of it. */
export const stateByMember = ({ state }: { readonly state: MemberState }): CommunicationState | undefined => statesByMember[state];

const statesByMember: Readonly<Partial<Record<MemberState, CommunicationState>>> = { ACTIVE: 'CONNECTED', INTERRUPTED: 'INTERRUPTED', LEAVING: 'CLOSING' };

/** Closed; one that could not be opened stays as it is. */
export const closeCommunication = (communication: Communication, now: Instant): Communication => {
  const closed = moveCommunication(communication, 'CLOSED', now);
  return closed.ok ? closed.value : communication;
};

/** One message over a link: when, how long its answer took, and why none came where none did. */
export type Passed = { readonly at: Instant; readonly ms: number; readonly code?: string | undefined };

/** What went over a link since somebody looks at it; of the last `linkMessagesMax` messages everything, of all how many. */
export type LinkUse = { readonly recent: readonly Passed[]; readonly messages: number; readonly lost: number };

export const unused: LinkUse = { recent: [], messages: 0, lost: 0 };

export const withMessage = ({ recent, messages, lost }: LinkUse, passed: Passed): LinkUse => ({
  recent: [...recent, passed].slice(-limits.linkMessagesMax),
  messages: messages + 1,
  lost: lost + (passed.code === undefined ? 0 : 1),
});

/** What two went through the same link: as many of the last messages as are remembered of one. */
export const together = (one: LinkUse, other: LinkUse): LinkUse => ({
  recent: [...one.recent, ...other.recent].toSorted((a, b) => compareText(a.at, b.at)).slice(-limits.linkMessagesMax),
  messages: one.messages + other.messages,
  lost: one.lost + other.lost,
});

const LinkFigures = openObject({
  /** how long answers took: half of the last ones at most so long, and 95 of 100 */
  latency: openObject({ p50Ms: z.number().min(0), p95Ms: z.number().min(0) }).optional(),
  throughput: openObject({ messagesPerMinute: z.number().min(0) }),
  /** messages of this federation and probes since the link is looked at, and those without an answer */
  messages: z.int().min(0),
  lost: z.int().min(0),
  /** why the last ones had none: codes of problems, each once */
  errors: z.array(z.string()),
  lastMessageAt: Instant.optional(),
});
export type LinkFigures = z.infer<typeof LinkFigures>;

/** The least value that so large a share does not exceed; of values in order. */
const quantile = (sorted: readonly number[], share: number): number => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;

const minuteMs = 60_000;

/** Of the last minute; where more went over it than is remembered, as fast as the last ones came. */
const perMinute = (recent: readonly Passed[], now: Instant): number => {
  const within = recent.filter(({ at }) => msBetween(at, now) <= minuteMs);
  const [first] = within;
  const isCut = within.length === limits.linkMessagesMax && first !== undefined;
  return isCut ? Math.round((within.length * minuteMs) / Math.max(1, msBetween(first.at, now))) : within.length;
};

export const figuresOf = ({ recent, messages, lost }: LinkUse, now: Instant): LinkFigures => {
  const answered = recent.filter(({ code }) => code === undefined);
  const sorted = answered.map(({ ms }) => ms).toSorted((a, b) => a - b);
  const last = answered.at(-1);
  return {
    ...(last && { latency: { p50Ms: quantile(sorted, 0.5), p95Ms: quantile(sorted, 0.95) }, lastMessageAt: last.at }),
    throughput: { messagesPerMinute: perMinute(answered, now) },
    ...{ messages, lost },
    errors: [...new Set(recent.flatMap(({ code }) => code ?? []))],
  };
};

/** What is measured of a link while it is used; it lives in memory, its state's changes are saved. */
export const CommunicationStatus = openObject({
  connectionId: ConnectionId,
  state: CommunicationState,
  since: Instant,
  lastSeen: Instant.optional(),
  latencyMs: z.number().min(0).optional(),
  /** how the other end says that it stands (T16) */
  standing: TwinStatus.optional(),
  /** by how much the clock at the other end is ahead; behind where it is negative */
  clockOffsetMs: z.number().optional(),
  failures: z.int().min(0),
  /** when an interrupted link is tried next */
  nextProbeAt: Instant.optional(),
  /** messages to the other end that wait for a connection now */
  backlog: z.int().min(0).optional(),
  ...LinkFigures.partial().shape,
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
