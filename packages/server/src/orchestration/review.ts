/**
 * Review: a request that the owner's policy leaves to a person. The person's decision goes to the initiator as T3 or T4.
 */
import { type Agreement, type AgreementId, fail, ok, type Problem, problem, type Request, type Result } from '@cityweave/core';
import type { AskedBy, Done } from '../exchange/answer.ts';
import type { Peer } from '../exchange/peer.ts';
import { hashOf } from './move.ts';
import { agreements, federationById, type Room } from './room.ts';

/** Requests that wait for a person of this agency. */
export const requestsInReview = (room: Room): readonly Agreement[] =>
  agreements.all(room.records).filter(({ state, terms }) => state === 'REQUESTED' && terms.parties.provider === room.self.id);

const initiatorOf = async (room: Room, { terms }: Agreement): Promise<Result<Peer>> => {
  const registry = await room.registry();
  const id = terms.parties.consumer;
  if (!registry) return fail(problem('unreachable', { subject: 'registry' }));
  const found = await room.ask(registry, 'registry.retrieve.digitalTwin', { parameters: {}, objects: [{ kind: 'digitalTwin', id }] });
  const endpoint = found.ok ? found.value.objects[0].attributes.endpoints[0] : undefined;
  if (!found.ok) return found;
  return endpoint
    ? ok({ id, role: 'digitalTwin', address: endpoint.address, keys: found.value.objects[0].attributes.keys })
    : fail(problem('unbridgeable', { subject: id }));
};

type Decision = { readonly accept: boolean; readonly reason?: string | undefined };

const objectOf = ({ id, ...attributes }: Agreement) => ({ kind: 'agreement' as const, id, revision: attributes.revision, attributes });

/** Saved first, then told; the initiator asks again anyway while it waits, and gets the saved decision. */
const decide = async (room: Room, id: AgreementId, { accept, reason }: Decision): Promise<Result<Agreement, Problem>> => {
  const agreement = agreements.load(room.records, id);
  if (!agreement || agreement.terms.parties.provider !== room.self.id) return fail(problem('notFound', { subject: id }));
  if (agreement.state !== 'REQUESTED') return fail(problem('notAllowedInState', { subject: id, found: agreement.state, accepted: 'REQUESTED' }));
  const decided: Agreement = accept
    ? { ...agreement, state: 'ACCEPTED', hash: hashOf(agreement) }
    : { ...agreement, state: 'REJECTED', reason: reason ?? 'declined by a person' };
  room.records.putAll([agreements.saved(id, decided)]);
  const initiator = await initiatorOf(room, decided);
  if (!initiator.ok) return ok(decided);
  const federationId = decided.terms.federationId;
  if (accept)
    await room.ask(
      initiator.value,
      'digitalTwin.accept.federation',
      { parameters: { agreementHash: hashOf(decided) }, objects: [objectOf(decided)] },
      { federationId },
    );
  else
    await room.ask(
      initiator.value,
      'digitalTwin.reject.federation',
      { parameters: { agreementId: id, reason: decided.reason }, objects: [{ kind: 'federation', id: federationId }] },
      { federationId },
    );
  return ok(decided);
};

const ofProvider = (room: Room, agreement: Agreement | undefined, by: AskedBy): agreement is Agreement =>
  agreement?.terms.parties.provider === by.sender && agreement.terms.parties.consumer === room.self.id;

/** T3 at the initiator: the agreement as the owner narrowed it; the confirmation follows at once. */
const accepted = (
  room: Room,
  { parameters, objects: [object] }: Request<'digitalTwin.accept.federation'>,
  by: AskedBy,
): Done<'digitalTwin.accept.federation'> => {
  const mine = agreements.load(room.records, object.id);
  const told: Agreement = { ...object.attributes, id: object.id };
  if (!ofProvider(room, mine, by) || !federationById(room, mine.terms.federationId)) return fail(problem('unknownFederation', { subject: object.id }));
  if (mine.state !== 'REQUESTED') return fail(problem('notAllowedInState', { subject: object.id, found: mine.state, accepted: 'REQUESTED' }));
  if (hashOf(told) !== parameters.agreementHash) return fail(problem('hashDiffers', { subject: object.id }));
  const value: Agreement = { ...told, state: 'ACCEPTED', hash: parameters.agreementHash };
  return ok({ reply: { parameters: {}, objects: [] }, save: [agreements.saved(value.id, value)] });
};

/** T4 at the initiator: the invitation is answered with no when it is said again. */
const rejected = (room: Room, { parameters }: Request<'digitalTwin.reject.federation'>, by: AskedBy): Done<'digitalTwin.reject.federation'> => {
  const mine = agreements.load(room.records, parameters.agreementId);
  if (!ofProvider(room, mine, by)) return fail(problem('unknownFederation', { subject: parameters.agreementId }));
  if (mine.state !== 'REQUESTED') return fail(problem('notAllowedInState', { subject: mine.id, found: mine.state, accepted: 'REQUESTED' }));
  const value: Agreement = { ...mine, state: 'REJECTED', ...(parameters.reason !== undefined && { reason: parameters.reason }) };
  return ok({ reply: { parameters: {}, objects: [] }, save: [agreements.saved(mine.id, value)] });
};

export const review = { decide, accepted, rejected };
