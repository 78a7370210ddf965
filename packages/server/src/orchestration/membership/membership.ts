/**
 * Federation management (FM-FE), the member's side: considers a request, holds to the agreement, connects, is told of the federated twin, and lets go.
 */
import {
  type Agreement,
  adaptCommunication,
  addMs,
  agreementLifecycle,
  type Communication,
  checkAllowed,
  checkRound,
  communicationLifecycle,
  fail,
  limits,
  moveAgreement,
  moveCommunication,
  ok,
  problem,
  type Request,
  type Result,
} from '@cityweave/core';
import { functionFormOf } from '../../config/far-function.ts';
import { formatOf } from '../../config/far-interface.ts';
import type { AskedBy, Done } from '../../exchange/answer.ts';
import { takesPart } from '../agreement-in-force.ts';
import { checkSignature, signAgreement } from '../forming/agreement-signature.ts';
import { hashOf } from '../forming/negotiation.ts';
import { checkOpen } from '../maintenance.ts';
import { agreements, communications, type Membership, memberships, type Room } from '../room.ts';
import { checkConnection, checkInvitation, checkView, heldAgreement, heldMembership, membershipFor } from './belonging.ts';
import { type Deliberated, deliberateAsOwner, replyOf } from './deliberation.ts';
import { closingRecords, noteDeleted, partOver, promised } from './ending.ts';

const isOpen = ({ state }: Agreement): boolean => state === 'REQUESTED' || state === 'OFFERED';

/** What was said already, for an initiator that lost our answer and asks again. */
const saidBefore = (known: Agreement): Deliberated | undefined => {
  if (known.state === 'ACCEPTED' || known.state === 'AGREED') return { decision: 'accepted', agreement: known };
  if (known.state === 'REJECTED') return { decision: 'rejected', agreement: known, reason: known.reason };
  if (agreementLifecycle.isFinal(known.state)) return { decision: 'rejected', agreement: known, reason: known.reason ?? 'it is over here' };
  return isOpen(known)
    ? { decision: known.state === 'OFFERED' && known.offeredBy === known.terms.parties.provider ? 'offered' : 'review', agreement: known }
    : undefined;
};

const partsInAll = ({ records }: Room): number => memberships.live(records).length;

export const answerRequest = async (
  room: Room,
  request: Request<'digitalTwin.request.federation'>,
  by: AskedBy,
): Promise<Done<'digitalTwin.request.federation'>> => {
  const [federation, object] = request.objects;
  const { answerBy, round } = request.parameters;
  const { terms, revision } = object.attributes;
  const put = { round, offeredBy: terms.parties.consumer, ...(answerBy && { answerBy }) };
  const asked: Agreement = { id: object.id, terms, revision, state: agreementLifecycle.initial, ...put };
  const own = checkInvitation(room, request, by);
  if (!own.ok) return own;
  const known = agreements.load(room.records, asked.id);
  if (known) {
    const said = saidBefore(known);
    return said ? ok({ reply: replyOf(said) }) : fail(problem('notAllowedInState', { subject: known.id, found: known.state, accepted: 'a new agreement' }));
  }
  const open = checkOpen(room);
  if (!open.ok) return open;
  const inTime = checkRound(asked, round + 1, room.deps.clock.now());
  if (!inTime.ok && inTime.problem.kind === 'invitationExpired') return inTime;
  if (partsInAll(room) >= limits.membershipsMax) return fail(problem('memberLimit', { subject: room.self.id, limit: limits.membershipsMax }));
  const deliberated = await deliberateAsOwner(room, asked);
  if (!deliberated.ok) return deliberated;
  const { agreement, decision } = deliberated.value;
  const membership: Membership = { federation: federation.attributes, initiator: by.sender, agreementId: asked.id, formed: false, released: false };
  const save = [agreements.saved(agreement.id, agreement), ...(decision === 'rejected' ? [] : [memberships.saved(federation.id, membership)])];
  return ok({ reply: replyOf(deliberated.value), save });
};

export const confirmAgreement = (room: Room, request: Request<'digitalTwin.confirm.federation'>, by: AskedBy): Done<'digitalTwin.confirm.federation'> => {
  const [{ id, attributes }] = request.objects;
  const held = heldAgreement(room, id, by);
  if (!held.ok) return held;
  const hash = hashOf(held.value);
  const allowed = checkAllowed('digitalTwin.confirm.federation', 'agreement', { state: held.value.state, subject: id });
  if (!allowed.ok) return allowed;
  if (hash !== request.parameters.agreementHash || hash !== hashOf(attributes)) return fail(problem('hashDiffers', { subject: id, accepted: hash }));
  const theirs = attributes.signatures?.[0];
  const signed = checkSignature(room, held.value, { party: held.value.terms.parties.consumer, signature: theirs });
  if (!signed.ok) return signed;
  const signature = signAgreement(room, held.value);
  const agreed = moveAgreement(held.value, 'AGREED', { hash, signatures: [signed.value, signature] });
  if (!agreed.ok) return agreed;
  return ok({ reply: { parameters: { agreementHash: hash, signature }, objects: [] }, save: [agreements.saved(id, agreed.value)] });
};

/** A connection is opened up to the time that its initiator gives it, and beside so many others of its agreement. */
const checkOpening = (
  { deps, records }: Room,
  { parameters: { openBy }, objects: [{ id, attributes }] }: Request<'digitalTwin.request.communication'>,
): Result<true> => {
  if (openBy !== undefined && addMs(openBy, limits.clockToleranceMs) < deps.clock.now())
    return fail(problem('invitationExpired', { subject: id, since: openBy }));
  const limit = limits.connectionsPerAgreementMax;
  const open = communications.live(records).filter(({ agreementId }) => agreementId === attributes.agreementId).length;
  return open < limit ? ok(true) : fail(problem('overloaded', { subject: attributes.agreementId, found: 'connections', limit }));
};

export const openCommunication = (
  room: Room,
  request: Request<'digitalTwin.request.communication'>,
  by: AskedBy,
): Done<'digitalTwin.request.communication'> => {
  const [{ id, attributes }] = request.objects;
  const held = heldAgreement(room, attributes.agreementId, by);
  if (!held.ok) return held;
  const allowed = checkAllowed('digitalTwin.request.communication', 'agreement', { state: held.value.state, subject: attributes.agreementId });
  if (!allowed.ok) return allowed;
  const isFar = room.node.interfaces.length + room.node.farFunctions.length > 0;
  if (isFar && !attributes.bridge)
    return fail(problem('unbridgeable', { subject: room.self.id, found: 'a direct connection', accepted: `an adaptor for ${farFormsOf(room)}` }));
  if (!isFar && attributes.bridge)
    return fail(
      problem('unbridgeable', { subject: room.self.id, found: 'an adaptor', accepted: 'a direct connection: this twin answers in the form of the exchange' }),
    );
  const own = checkConnection(room, request, held.value);
  if (!own.ok) return own;
  const before = communications.load(room.records, id);
  const opening = before ? ok(true) : checkOpening(room, request);
  if (!opening.ok) return opening;
  const known: Communication = before
    ? { ...before, ...(attributes.bridge && { bridge: attributes.bridge }) }
    : { ...attributes, id, state: communicationLifecycle.initial };
  // over a bridge it is connected when the adaptor says so
  const now = room.deps.clock.now();
  const connected = attributes.bridge ? adaptCommunication(known, now) : moveCommunication(known, 'CONNECTED', now);
  if (!connected.ok) return connected;
  const { id: _id, ...told } = connected.value;
  return ok({ reply: { parameters: {}, objects: [{ kind: 'communication', id, attributes: told }] }, save: [communications.saved(id, connected.value)] });
};

const farFormsOf = ({ node }: Room): string =>
  [...new Set([...node.interfaces.map(formatOf), ...node.farFunctions.map((given) => functionFormOf(given).format)])].join(', ');

export const noteFormed = (
  room: Room,
  request: Request<'digitalTwin.form.federatedDigitalTwin'>,
  by: AskedBy,
): Done<'digitalTwin.form.federatedDigitalTwin'> => {
  const [, federation] = request.objects;
  const held = membershipFor(room, { name: 'digitalTwin.form.federatedDigitalTwin', id: federation.id }, by);
  if (!held.ok) return held;
  const own = checkView(federation, by);
  if (!own.ok) return own;
  if (!takesPart(room, held.value))
    return fail(problem('notInForce', { subject: federation.id, accepted: 'an agreement within its time, with a connection that is CONNECTED' }));
  const formed: Membership = { ...held.value, federation: federation.attributes, formed: true, startsAt: request.parameters.startAt };
  return ok({ reply: { parameters: {}, objects: [] }, save: [memberships.saved(federation.id, formed)] });
};

/** What was overtaken on its way by a later word, or by the end, says nothing new. */
export const noteStatus = (room: Room, request: Request<'digitalTwin.notify.federationStatus'>, by: AskedBy): Done<'digitalTwin.notify.federationStatus'> => {
  const [{ id, attributes }] = request.objects;
  const held = heldMembership(room, id, by);
  if (!held.ok) return held;
  if (held.value.released || attributes.revision < held.value.federation.revision) return ok({ reply: { parameters: {}, objects: [] } });
  const { state, since, revision } = attributes;
  const members = attributes.members.map(({ lastSeen: _seen, ...member }) => member);
  const told: Membership = { ...held.value, federation: { ...held.value.federation, state, since, revision, members } };
  return ok({ reply: { parameters: {}, objects: [] }, save: [memberships.saved(id, told)] });
};

type Answered = { readonly reads: number };

export const letGo = (
  room: Room,
  request: Request<'digitalTwin.release.federation'>,
  { by, answered }: { readonly by: AskedBy; readonly answered: (agreementId: string) => Answered },
): Done<'digitalTwin.release.federation'> => {
  const [{ id }] = request.objects;
  const { graceSeconds = 0, deleteDataBy, deletedAt } = request.parameters;
  if (deletedAt) return noteDeleted(room, id, { sender: by.sender, deletedAt });
  const held = heldMembership(room, id, by);
  if (!held.ok) return held.problem.kind === 'unknownFederation' ? ok({ reply: { parameters: {}, objects: [] } }) : held;
  const final = answered(held.value.agreementId);
  if (graceSeconds > 0 && held.value.formed && !held.value.released) {
    const endsAt = addMs(room.deps.clock.now(), graceSeconds * 1000);
    const leaving: Membership = { ...held.value, endsAt };
    const save = [memberships.saved(id, leaving), ...closingRecords(room, held.value), ...promised(room, held.value, deleteDataBy)];
    return ok({ reply: { parameters: { final, endsAt }, objects: [] }, save });
  }
  return ok({
    reply: { parameters: { final }, objects: [] },
    save: partOver(room, held.value, deleteDataBy && { deleteDataBy }),
  });
};

/** T14: no data moves until it is resumed, or until then. */
export const pausePart = (room: Room, request: Request<'digitalTwin.suspend.federation'>, by: AskedBy): Done<'digitalTwin.suspend.federation'> => {
  const [{ id }] = request.objects;
  const held = membershipFor(room, { name: 'digitalTwin.suspend.federation', id }, by);
  if (!held.ok) return held;
  const { until, reason } = request.parameters;
  const paused: Membership = { ...held.value, suspended: { ...(until && { until }), ...(reason !== undefined && { reason }) } };
  return ok({ reply: { parameters: {}, objects: [] }, save: [memberships.saved(id, paused)] });
};

export const resumePart = (room: Room, request: Request<'digitalTwin.resume.federation'>, by: AskedBy): Done<'digitalTwin.resume.federation'> => {
  const [{ id }] = request.objects;
  const held = membershipFor(room, { name: 'digitalTwin.resume.federation', id }, by);
  if (!held.ok) return held;
  const { suspended: _, ...going } = held.value;
  return ok({ reply: { parameters: {}, objects: [] }, save: [memberships.saved(id, going)] });
};
