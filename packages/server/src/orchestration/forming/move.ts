/**
 * What the initiator says to one member, step by step: invite and agree, connect (T6a), form (T6), suspend and resume (T14), release (T15); and what follows for the member.
 */
import {
  adaptCommunication,
  addMs,
  type Communication,
  communicationLifecycle,
  type Federation,
  fail,
  type Move,
  moveCommunication,
  ok,
  type Problem,
  problem,
  type Result,
  reachedAt,
  withBridge,
} from '@cityweave/core';
import { needsBridge, openBridge, probeBridge } from '../bridging/bridge.ts';
import { closeBridge } from '../bridging/standing-bridge.ts';
import { communications, federationById } from '../room.ts';
import { describeFederatedTwin } from './federated-twin-registration.ts';
import { invite } from './negotiation.ts';
import { asking, type Become, federationObject, outOrAgain, peerOf, type Saying } from './saying.ts';

/** Both ends by the best binding that both speak. */
const endsOf = ({ room, member: { twinId, endpoint, socket } }: Saying): Communication['ends'] => {
  const own = reachedAt(room.self.endpoints());
  const format = 'application/json';
  if (own?.socket !== undefined && socket !== undefined)
    return [
      { twinId: room.self.id, protocol: 'websocket', address: own.socket, format },
      { twinId, protocol: 'websocket', address: socket, format },
    ];
  return [
    { twinId: room.self.id, protocol: 'http', address: room.self.address(), format },
    { twinId, protocol: endpoint.protocol, address: endpoint.address, format },
  ];
};

const connectionOf = (saying: Saying): Communication => {
  const { room, federation, member } = saying;
  const { agreementId, connectionId: id } = member;
  const state = communicationLifecycle.initial;
  return { id, federationId: federation.id, agreementId, ends: endsOf(saying), direction: 'both', state, since: room.deps.clock.now() };
};

/** The connection that is to be opened, over a bridge where it takes one; that one is set up before the member hears of it, and may be open by then. */
const adapted = async (saying: Saying, requested: Communication): Promise<Result<Communication>> => {
  if (!needsBridge(saying) || (requested.bridge && requested.state === 'CONNECTED')) return ok(requested);
  const bridge = await openBridge(saying, requested);
  if (!bridge.ok) return bridge;
  const standing = { ...(communications.load(saying.room.records, requested.id) ?? requested), bridge: bridge.value };
  return isStillDue(saying) ? adaptCommunication(standing, saying.room.deps.clock.now()) : takeDown(saying, standing);
};

/** As it stands now: while its bridge was set up, the member may have said that it leaves. */
const isStillDue = ({ room, federation: { id }, member: { twinId, step } }: Saying): boolean =>
  federationById(room, id)?.members.some((now) => now.twinId === twinId && now.state === 'CONNECTING' && now.step?.messageId === step?.messageId) ?? false;

/** Nobody needs it any more. */
const takeDown = async ({ room, member }: Saying, made: Communication): Promise<Result<never>> => {
  await closeBridge(room, made);
  return fail(problem('notAllowedInState', { subject: member.twinId, accepted: 'CONNECTING' }));
};

/** Both ends know of each other by now: what was asked for works, over its bridge too. */
const opened = async (saying: Saying, { bridge }: Communication): Become => {
  if (!bridge) return ok({ state: 'ACTIVE' });
  const probed = await probeBridge(saying, bridge);
  return probed.ok ? ok({ state: 'ACTIVE', ...withBridge(saying.member, bridge) }) : fail(probed.problem);
};

const connect = async (saying: Saying): Become => {
  const { room, member } = saying;
  if (member.state === 'AGREED') return ok({ state: 'CONNECTING' });
  const asked = communications.load(room.records, member.connectionId) ?? connectionOf(saying);
  const made = await adapted(saying, asked);
  if (!made.ok) return lacksAdaptor(made.problem) ? fail(made.problem) : outOrAgain(made.problem);
  return request(saying, made.value);
};

/** One may be registered later. */
const lacksAdaptor = ({ kind, accepted }: Problem): boolean => kind === 'unbridgeable' && accepted === 'an adaptor that is registered';

/** T6a. */
const request = async (saying: Saying, requested: Communication): Become => {
  const { room, member } = saying;
  const { id, ...attributes } = requested;
  room.records.putAll([communications.saved(id, requested)]);
  const content = {
    parameters: {},
    objects: [{ kind: 'communication' as const, id, attributes }] as [{ kind: 'communication'; id: typeof id; attributes: typeof attributes }],
  }; // branding: a list of one
  const asked = await room.ask(peerOf(member), 'digitalTwin.request.communication', content, asking(saying));
  const become = asked.ok ? await opened(saying, requested) : outOrAgain(asked.problem);
  // as it stands now: whoever left meanwhile has closed it
  const standing = communications.load(room.records, member.connectionId) ?? requested;
  const moved = moveCommunication(standing, asked.ok ? 'CONNECTED' : 'FAILED', room.deps.clock.now());
  if (moved.ok && become.ok) room.records.putAll([communications.saved(id, moved.value)]);
  return become;
};

const form = async (saying: Saying): Become => {
  const { room, federation, member } = saying;
  const objects: [ReturnType<typeof describeFederatedTwin>, ReturnType<typeof federationObject>] = [
    describeFederatedTwin(room, federation),
    federationObject(saying),
  ];
  const asked = await room.ask(peerOf(member), 'digitalTwin.form.federatedDigitalTwin', { parameters: {}, objects }, asking(saying));
  return asked.ok ? ok({ formed: true }) : fail(asked.problem);
};

const nameOf = ({ federation }: Saying): [{ kind: 'federation'; id: Federation['id'] }] => [{ kind: 'federation', id: federation.id }];

const suspend = async (saying: Saying): Become => {
  const { room, federation, member } = saying;
  const { reason, suspension } = federation;
  const parameters = { reason, ...(suspension?.until && { until: suspension.until }) };
  const asked = await room.ask(peerOf(member), 'digitalTwin.suspend.federation', { parameters, objects: nameOf(saying) }, asking(saying));
  return asked.ok ? ok({ suspended: true }) : fail(asked.problem);
};

const resume = async (saying: Saying): Become => {
  const { room, federation, member } = saying;
  const content = { parameters: { reason: federation.reason }, objects: nameOf(saying) };
  const asked = await room.ask(peerOf(member), 'digitalTwin.resume.federation', content, asking(saying));
  return asked.ok ? ok({ suspended: false }) : fail(asked.problem);
};

/** With grace it goes on answering until then; else, and whether or not it can be told, nothing dangles on this side. */
const release = async (saying: Saying): Become => {
  const { room, federation, member } = saying;
  const { reason, notice } = federation;
  const asked = await room.ask(
    peerOf(member),
    'digitalTwin.release.federation',
    { parameters: { reason, ...notice }, objects: nameOf(saying) },
    { ...asking(saying), attempts: 3 },
  );
  const graceMs = (notice?.graceSeconds ?? 0) * 1000;
  if (asked.ok && graceMs > 0 && ['ACTIVE', 'INTERRUPTED'].includes(member.state))
    return ok({ state: 'LEAVING', leavesAt: addMs(room.deps.clock.now(), graceMs) });
  return ok({ state: 'REMOVED', reason: asked.ok ? 'released' : 'released while it could not be told' });
};

const moves: Readonly<Record<Move, (saying: Saying) => Become>> = { invite, connect, form, suspend, resume, release };

/** Says the next thing to a member; what it becomes, or why it has to be said again. */
export const performMove = (saying: Saying, move: Move): Become => moves[move](saying);
