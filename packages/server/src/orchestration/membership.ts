/**
 * Federation management (FM-FE), the member's side: considers a request, holds to the agreement, connects, is told of the federated twin, and lets go.
 */
import {
  type Agreement,
  type AgreementId,
  agencyOf,
  type Communication,
  considerRequest,
  type FederationId,
  fail,
  ok,
  problem,
  type Request,
  type Result,
  type TwinId,
} from '@cityweave/core';
import type { AskedBy, Done, Saved } from '../exchange/answer.ts';
import { describeFeatures } from './feature-information.ts';
import { hashOf } from './move.ts';
import { agreements, communications, type Membership, memberships, type Room } from './room.ts';

const agreementReply = ({ id, ...attributes }: Agreement) => ({ kind: 'agreement' as const, id, revision: attributes.revision, attributes });

const offeredOf = async (room: Room) => new Map((await describeFeatures(room)).map(({ id, attributes }) => [id, attributes.semanticType]));

const decide = async (room: Room, agreement: Agreement, asker: TwinId) =>
  considerRequest(agreement.terms, { asker: agencyOf(asker), rules: room.node.policy.rules, vocabulary: room.vocabulary(), offered: await offeredOf(room) });

/** Stands already: an initiator that lost our answer asks again and gets the same one. */
type Answered = Agreement & { readonly state: 'ACCEPTED' | 'AGREED' };
const isAnswered = (agreement: Agreement | undefined): agreement is Answered => agreement?.state === 'ACCEPTED' || agreement?.state === 'AGREED';

export const answerRequest = async (
  room: Room,
  request: Request<'digitalTwin.request.federation'>,
  by: AskedBy,
): Promise<Done<'digitalTwin.request.federation'>> => {
  const [federation, asked] = request.objects;
  const draft: Agreement = { ...asked.attributes, id: asked.id };
  const { consumer, provider } = draft.terms.parties;
  if (consumer !== by.sender || provider !== room.self.id)
    return fail(problem('notAuthorised', { subject: asked.id, accepted: 'an agreement between the sender and this twin' }));
  const known = agreements.load(room.records, draft.id);
  if (isAnswered(known)) return ok({ reply: { parameters: { decision: 'accepted', agreementHash: hashOf(known) }, objects: [agreementReply(known)] } });
  if (known?.state === 'REJECTED') return ok({ reply: { parameters: { decision: 'rejected', reason: known.reason }, objects: [agreementReply(known)] } });
  const considered = await decide(room, draft, consumer);
  const membership: Membership = { federation: federation.attributes, initiator: by.sender, agreementId: draft.id, formed: false, released: false };
  if (considered.decision === 'decline') {
    const rejected: Agreement = { ...draft, state: 'REJECTED', reason: considered.reason };
    return ok({
      reply: { parameters: { decision: 'rejected', reason: considered.reason }, objects: [agreementReply(rejected)] },
      save: [agreements.saved(draft.id, rejected)],
    });
  }
  const answered: Agreement = {
    ...draft,
    terms: considered.terms,
    revision: draft.revision + 1,
    state: considered.decision === 'ask' ? 'REQUESTED' : 'ACCEPTED',
  };
  const save = [agreements.saved(answered.id, answered), memberships.saved(federation.id, membership)];
  if (considered.decision === 'ask') return ok({ reply: { parameters: { decision: 'review' }, objects: [agreementReply(answered)] }, save });
  return ok({ reply: { parameters: { decision: 'accepted', agreementHash: hashOf(answered) }, objects: [agreementReply(answered)] }, save });
};

const heldAgreement = (room: Room, id: AgreementId, by: AskedBy): Result<Agreement> => {
  const agreement = agreements.load(room.records, id);
  if (!agreement) return fail(problem('unknownFederation', { subject: id }));
  return agreement.terms.parties.consumer === by.sender ? ok(agreement) : fail(problem('notInitiator', { subject: by.sender }));
};

export const confirmAgreement = (room: Room, request: Request<'digitalTwin.confirm.federation'>, by: AskedBy): Done<'digitalTwin.confirm.federation'> => {
  const [{ id, attributes }] = request.objects;
  const held = heldAgreement(room, id, by);
  if (!held.ok) return held;
  const hash = hashOf(held.value);
  if (!isAnswered(held.value)) return fail(problem('notAllowedInState', { subject: id, found: held.value.state, accepted: 'ACCEPTED' }));
  if (hash !== request.parameters.agreementHash || hash !== hashOf(attributes)) return fail(problem('hashDiffers', { subject: id, accepted: hash }));
  const agreed: Agreement = { ...held.value, state: 'AGREED', hash };
  return ok({ reply: { parameters: { agreementHash: hash }, objects: [] }, save: [agreements.saved(id, agreed)] });
};

export const openCommunication = (
  room: Room,
  request: Request<'digitalTwin.request.communication'>,
  by: AskedBy,
): Done<'digitalTwin.request.communication'> => {
  const [{ id, attributes }] = request.objects;
  const held = heldAgreement(room, attributes.agreementId, by);
  if (!held.ok) return held;
  if (held.value.state !== 'AGREED') return fail(problem('notInForce', { subject: attributes.agreementId, found: held.value.state, accepted: 'AGREED' }));
  const connected: Communication = { ...attributes, id, state: 'CONNECTED', since: room.deps.clock.now() };
  const { id: _id, ...told } = connected;
  return ok({ reply: { parameters: {}, objects: [{ kind: 'communication', id, attributes: told }] }, save: [communications.saved(id, connected)] });
};

const heldMembership = (room: Room, id: FederationId, by: AskedBy): Result<Membership> => {
  const membership = memberships.load(room.records, id);
  if (!membership) return fail(problem('unknownFederation', { subject: id }));
  return membership.initiator === by.sender ? ok(membership) : fail(problem('notInitiator', { subject: by.sender }));
};

export const noteFormed = (
  room: Room,
  request: Request<'digitalTwin.form.federatedDigitalTwin'>,
  by: AskedBy,
): Done<'digitalTwin.form.federatedDigitalTwin'> => {
  const [, federation] = request.objects;
  const held = heldMembership(room, federation.id, by);
  if (!held.ok) return held;
  const formed: Membership = { ...held.value, federation: federation.attributes, formed: true };
  return ok({ reply: { parameters: {}, objects: [] }, save: [memberships.saved(federation.id, formed)] });
};

export const noteStatus = (room: Room, request: Request<'digitalTwin.report.federationStatus'>, by: AskedBy): Done<'digitalTwin.report.federationStatus'> => {
  const [{ id, attributes }] = request.objects;
  const held = heldMembership(room, id, by);
  if (!held.ok) return held;
  const { links: _links, reason: _reason, ...status } = attributes;
  const told: Membership = { ...held.value, federation: { ...held.value.federation, ...status } };
  return ok({ reply: { parameters: {}, objects: [] }, save: [memberships.saved(id, told)] });
};

/** Agreements of the federation end and its connections close, in one step with the answer. */
const ended = (room: Room, id: FederationId): readonly Saved[] => {
  const now = room.deps.clock.now();
  const ending = agreements
    .all(room.records)
    .filter((agreement) => agreement.terms.federationId === id && agreement.terms.parties.provider === room.self.id && agreement.state !== 'REJECTED');
  const closing = communications.all(room.records).filter((link) => link.federationId === id && link.ends[1].twinId === room.self.id);
  return [
    ...ending.map((agreement) => agreements.saved(agreement.id, { ...agreement, state: 'TERMINATED' })),
    ...closing.map((link) => communications.saved(link.id, { ...link, state: 'CLOSED', since: now })),
  ];
};

export const letGo = (room: Room, request: Request<'digitalTwin.release.federation'>, by: AskedBy): Done<'digitalTwin.release.federation'> => {
  const [{ id }] = request.objects;
  const held = heldMembership(room, id, by);
  if (!held.ok) return held.problem.kind === 'unknownFederation' ? ok({ reply: { parameters: {}, objects: [] } }) : held;
  const released: Membership = { ...held.value, released: true, federation: { ...held.value.federation, state: 'RELEASED', since: room.deps.clock.now() } };
  return ok({ reply: { parameters: {}, objects: [] }, save: [memberships.saved(id, released), ...ended(room, id)] });
};
