/**
 * What the initiator says to one member, step by step: invite (T1), confirm (T5), connect (T6a), form (T6), release (T15), and what follows for the member.
 */
import {
  type Agreement,
  agreementLifecycle,
  agreementText,
  type Communication,
  type Federation,
  fail,
  type Member,
  type Move,
  ok,
  type Problem,
  problem,
  type Result,
  termsFor,
  viewOf,
} from '@cityweave/core';
import type { Peer } from '../exchange/peer.ts';
import { sha256 } from '../trust/signature.ts';
import { describeFederatedTwin } from './federated-twin-registration.ts';
import { agreements, communications, type Room } from './room.ts';

export type Saying = { readonly room: Room; readonly federation: Federation; readonly member: Member };
type Become = Promise<Result<Partial<Member>>>;

export const peerOf = (member: Member): Peer => ({ id: member.twinId, role: 'digitalTwin', address: member.endpoint.address, keys: member.keys });

const asking = ({ room, federation, member }: Saying) => ({ messageId: member.step?.messageId, federationId: federation.id, signal: room.signal });

export const hashOf = (agreement: Pick<Agreement, 'terms'>): string => `sha-256:${sha256(agreementText(agreement.terms))}`;

const federationObject = ({ federation }: Saying) => ({
  kind: 'federation' as const,
  id: federation.id,
  revision: federation.revision,
  attributes: viewOf(federation),
});

const agreementObject = ({ id, ...attributes }: Agreement) => ({ kind: 'agreement' as const, id, revision: attributes.revision, attributes });

const refusal = (reason: string | undefined): Partial<Member> => ({ state: 'REMOVED', reason: reason ?? 'declined' });

/** A problem that will not go away by asking again takes the member out; any other is tried again. */
const outOrAgain = (given: Problem): Result<Partial<Member>> =>
  ['declined', 'notMyRole', 'unbridgeable', 'hashDiffers'].includes(given.kind) ? ok(refusal(given.kind)) : fail(given);

/** An invitation that the owner accepted, perhaps narrower, is confirmed at once: both sides then hold one hash. */
const invite = async (saying: Saying): Become => {
  const { room, federation, member } = saying;
  const draft: Agreement = { id: member.agreementId, revision: 1, terms: termsFor(federation, member), state: 'REQUESTED' };
  const known = agreements.load(room.records, draft.id);
  if (known?.state === 'ACCEPTED' || known?.state === 'AGREED') return confirm(saying, known);
  if (known?.state === 'REJECTED') return ok(refusal(known.reason));
  room.records.putAll([agreements.saved(draft.id, draft)]);
  const asked = await room.ask(
    peerOf(member),
    'digitalTwin.request.federation',
    { parameters: { round: 1 }, objects: [federationObject(saying), agreementObject(draft)] },
    asking(saying),
  );
  if (!asked.ok) return outOrAgain(asked.problem);
  const { parameters, objects } = asked.value;
  const answered: Agreement = { ...objects[0].attributes, id: draft.id };
  if (parameters.decision === 'rejected') return reject(saying, answered, parameters.reason);
  if (parameters.decision === 'review') return fail(problem('unavailable', { subject: 'the owner looks at it' }));
  return accept(saying, answered, parameters.agreementHash);
};

const reject = ({ room }: Saying, answered: Agreement, reason: string | undefined): Result<Partial<Member>> => {
  room.records.putAll([agreements.saved(answered.id, { ...answered, state: 'REJECTED' })]);
  return ok(refusal(reason));
};

const accept = async (saying: Saying, answered: Agreement, hash: string | undefined): Become => {
  if (hash === undefined || hash !== hashOf(answered)) return fail(problem('hashDiffers', { subject: answered.id }));
  const accepted: Agreement = { ...answered, state: 'ACCEPTED', hash };
  saying.room.records.putAll([agreements.saved(accepted.id, accepted)]);
  return confirm(saying, accepted);
};

const confirm = async (saying: Saying, accepted: Agreement): Become => {
  const { room, federation, member } = saying;
  const hash = accepted.hash ?? hashOf(accepted);
  const agreed: Agreement = { ...accepted, state: 'AGREED', hash, revision: accepted.state === 'AGREED' ? accepted.revision : accepted.revision + 1 };
  const asked = await room.ask(
    peerOf(member),
    'digitalTwin.confirm.federation',
    { parameters: { agreementHash: hash }, objects: [agreementObject(agreed)] },
    { federationId: federation.id, signal: room.signal },
  );
  if (!asked.ok) return outOrAgain(asked.problem);
  if (asked.value.parameters.agreementHash !== hash) return fail(problem('hashDiffers', { subject: agreed.id }));
  room.records.putAll([agreements.saved(agreed.id, agreed)]);
  const granted = new Set(agreed.terms.features.map(({ featureId }) => featureId));
  return ok({ state: 'AGREED', features: member.features.filter(({ featureId }) => granted.has(featureId)) });
};

const connect = async (saying: Saying): Become => {
  const { room, federation, member } = saying;
  if (member.state === 'AGREED') return ok({ state: 'CONNECTING' });
  const requested: Communication = {
    id: member.connectionId,
    federationId: federation.id,
    agreementId: member.agreementId,
    ends: [
      { twinId: room.self.id, protocol: 'http', address: room.self.address(), format: 'application/json' },
      { twinId: member.twinId, protocol: member.endpoint.protocol, address: member.endpoint.address, format: 'application/json' },
    ],
    state: 'REQUESTED',
    since: room.deps.clock.now(),
  };
  const { id, ...attributes } = requested;
  const asked = await room.ask(
    peerOf(member),
    'digitalTwin.request.communication',
    { parameters: {}, objects: [{ kind: 'communication', id, attributes }] },
    asking(saying),
  );
  if (!asked.ok) return outOrAgain(asked.problem);
  room.records.putAll([communications.saved(id, { ...requested, state: 'CONNECTED', since: room.deps.clock.now() })]);
  return ok({ state: 'ACTIVE' });
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

/** Whether or not the member can be told, nothing dangles on this side: its agreement and connection end here. */
const release = async (saying: Saying): Become => {
  const { room, federation, member } = saying;
  const asked = await room.ask(
    peerOf(member),
    'digitalTwin.release.federation',
    { parameters: { reason: federation.reason }, objects: [{ kind: 'federation', id: federation.id }] },
    { ...asking(saying), attempts: 3 },
  );
  const agreement = agreements.load(room.records, member.agreementId);
  const connection = communications.load(room.records, member.connectionId);
  const ended = agreement && !agreementLifecycle.isFinal(agreement.state) ? [agreements.saved(agreement.id, { ...agreement, state: 'TERMINATED' })] : [];
  const closed = connection ? [communications.saved(connection.id, { ...connection, state: 'CLOSED', since: room.deps.clock.now() })] : [];
  room.records.putAll([...ended, ...closed]);
  return ok({ state: 'REMOVED', reason: asked.ok ? 'released' : 'released while it could not be told' });
};

const moves: Readonly<Record<Move, (saying: Saying) => Become>> = { invite, connect, form, release };

/** Says the next thing to a member; what it becomes, or why it has to be said again. */
export const performMove = (saying: Saying, move: Move): Become => moves[move](saying);
