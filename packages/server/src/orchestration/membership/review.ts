/**
 * Review: a request that the owner's policy leaves to a person. The person's decision goes to the initiator as T2 where it narrows the terms, else as T3 or T4;
 * and what the other side says to terms after that, at either end.
 */
import {
  type Agreement,
  type AgreementId,
  checkAllowed,
  checkRound,
  fail,
  moveAgreement,
  ok,
  type Problem,
  problem,
  type Reply,
  type Request,
  type Result,
  reasonCodeOf,
} from '@cityweave/core';
import type { AskedBy, Done } from '../../exchange/answer.ts';
import type { Peer } from '../../exchange/peer.ts';
import { hashOf } from '../forming/negotiation.ts';
import { agreementObject } from '../forming/saying.ts';
import { agreements, federationById, type Room } from '../room.ts';
import { deliberateAsInitiator, deliberateAsOwner, replyOf } from './deliberation.ts';
import { initiatorOf } from './initiator.ts';

const waitsHere = ({ self }: Room, { state, terms: { parties }, offeredBy }: Agreement): boolean =>
  parties.provider === self.id && (state === 'REQUESTED' || (state === 'OFFERED' && offeredBy === parties.consumer));

/** Requests that wait for a person of this agency. */
export const requestsInReview = (room: Room): readonly Agreement[] => agreements.live(room.records).filter((agreement) => waitsHere(room, agreement));

type Decision = { readonly accept: boolean; readonly reason?: string | undefined };

const decided = async (room: Room, agreement: Agreement, { accept, reason }: Decision): Promise<Result<Agreement>> => {
  if (!accept) return moveAgreement(agreement, 'REJECTED', { reason: reason ?? 'declined by a person', reasonCode: reasonCodeOf('declined') });
  const deliberated = await deliberateAsOwner(room, agreement, true);
  return deliberated.ok ? ok(deliberated.value.agreement) : deliberated;
};

type Telling = { readonly room: Room; readonly initiator: Peer; readonly agreement: Agreement };

const tell = async ({ room, initiator, agreement }: Telling): Promise<void> => {
  const { federationId } = agreement.terms;
  const objects = [agreementObject(agreement)] as [ReturnType<typeof agreementObject>]; // branding: a list of one
  if (agreement.state === 'ACCEPTED') {
    await room.ask(initiator, 'digitalTwin.accept.federation', { parameters: { agreementHash: hashOf(agreement) }, objects }, { federationId });
  } else if (agreement.state === 'OFFERED') {
    const offered = await room.ask(initiator, 'digitalTwin.offer.federation', { parameters: { round: agreement.round ?? 2 }, objects }, { federationId });
    if (offered.ok) hearReply(room, agreement, offered.value);
  } else {
    const parameters = { agreementId: agreement.id, reason: agreement.reason, reasonCode: agreement.reasonCode };
    await room.ask(initiator, 'digitalTwin.reject.federation', { parameters, objects: [{ kind: 'federation', id: federationId }] }, { federationId });
  }
};

/** What the initiator says to terms that a person of this agency offered. */
const hearReply = (room: Room, offered: Agreement, { parameters, objects }: Reply<'digitalTwin.offer.federation'>): void => {
  const { terms, round, revision } = objects[0].attributes;
  const standing = agreements.load(room.records, offered.id) ?? offered;
  const moved =
    parameters.decision === 'accepted'
      ? moveAgreement(standing, 'ACCEPTED', { hash: hashOf(offered) })
      : parameters.decision === 'offered'
        ? moveAgreement(standing, 'OFFERED', { terms, round, revision, offeredBy: offered.terms.parties.consumer })
        : moveAgreement(standing, 'REJECTED', { reason: parameters.reason, reasonCode: parameters.reasonCode });
  const agrees = parameters.decision !== 'accepted' || parameters.agreementHash === hashOf(offered);
  if (moved.ok && agrees) room.records.putAll([agreements.saved(offered.id, moved.value)]);
};

/** Saved first, then told; the initiator asks again anyway while it waits, and gets the saved decision. */
const decide = async (room: Room, id: AgreementId, decision: Decision): Promise<Result<Agreement, Problem>> => {
  const agreement = agreements.load(room.records, id);
  if (!agreement || agreement.terms.parties.provider !== room.self.id) return fail(problem('notFound', { subject: id }));
  if (!waitsHere(room, agreement)) return fail(problem('notAllowedInState', { subject: id, found: agreement.state, accepted: 'REQUESTED' }));
  const { answerBy } = agreement;
  if (answerBy !== undefined && answerBy < room.deps.clock.now()) return fail(problem('invitationExpired', { subject: id, since: answerBy }));
  const made = await decided(room, agreement, decision);
  if (!made.ok) return made;
  room.records.putAll([agreements.saved(id, made.value)]);
  const initiator = await initiatorOf(room, agreement.terms.parties.consumer);
  if (initiator.ok) await tell({ room, initiator: initiator.value, agreement: made.value });
  return ok(agreements.load(room.records, id) ?? made.value);
};

const expired = (room: Room, { id, answerBy }: Agreement): Result<true> =>
  answerBy !== undefined && answerBy < room.deps.clock.now() ? fail(problem('invitationExpired', { subject: id, since: answerBy })) : ok(true);

/** The agreement that is spoken of, where the sender is its other party, and it stands so that this may be said. */
const spokenOf = (
  room: Room,
  name: 'digitalTwin.offer.federation' | 'digitalTwin.accept.federation' | 'digitalTwin.reject.federation',
  { id, by }: { readonly id: AgreementId; readonly by: AskedBy },
): Result<Agreement> => {
  const mine = agreements.load(room.records, id);
  const { consumer, provider } = mine?.terms.parties ?? {};
  const other = consumer === room.self.id ? provider : provider === room.self.id ? consumer : undefined;
  if (!mine || other !== by.sender) return fail(problem('unknownFederation', { subject: id }));
  const allowed = checkAllowed(name, 'agreement', { state: mine.state, subject: id });
  return allowed.ok ? ok(mine) : allowed;
};

/** T2 at either side: the terms are considered as if they were asked for anew, in the next round. */
const offered = async (
  room: Room,
  { parameters, objects: [object] }: Request<'digitalTwin.offer.federation'>,
  by: AskedBy,
): Promise<Done<'digitalTwin.offer.federation'>> => {
  const mine = spokenOf(room, 'digitalTwin.offer.federation', { id: object.id, by });
  if (!mine.ok) return mine;
  const inTurn = checkRound(mine.value, parameters.round, room.deps.clock.now());
  if (!inTurn.ok) return inTurn;
  const { terms, revision } = object.attributes;
  const put: Agreement = { ...mine.value, terms, revision, round: parameters.round, offeredBy: mine.value.terms.parties.consumer };
  const federation = federationById(room, mine.value.terms.federationId);
  const asOwner = mine.value.terms.parties.provider === room.self.id;
  if (!asOwner && !federation) return fail(problem('unknownFederation', { subject: mine.value.terms.federationId }));
  const isSameDeal = terms.federationId === mine.value.terms.federationId && terms.parties.consumer === mine.value.terms.parties.consumer;
  if (!isSameDeal) return fail(problem('termsNotAcceptable', { subject: object.id, accepted: 'terms between the same parties for the same federation' }));
  const deliberated = asOwner || !federation ? await deliberateAsOwner(room, put) : deliberateAsInitiator(room, { federation, mine: mine.value, offered: put });
  if (!deliberated.ok) return deliberated;
  const { agreement } = deliberated.value;
  return ok({ reply: replyOf(deliberated.value), save: [agreements.saved(agreement.id, agreement)] });
};

/** T3: at the owner, who offered these terms; at the initiator, who asked for them. Said again it changes nothing. */
const accepted = (
  room: Room,
  { parameters, objects: [object] }: Request<'digitalTwin.accept.federation'>,
  by: AskedBy,
): Done<'digitalTwin.accept.federation'> => {
  const mine = spokenOf(room, 'digitalTwin.accept.federation', { id: object.id, by });
  if (!mine.ok) return mine;
  const inTime = expired(room, mine.value);
  if (!inTime.ok) return inTime;
  if (hashOf(mine.value) !== parameters.agreementHash) return fail(problem('hashDiffers', { subject: object.id, accepted: hashOf(mine.value) }));
  if (mine.value.state === 'OFFERED' && mine.value.offeredBy === by.sender)
    return fail(
      problem('notAllowedInState', { subject: object.id, found: 'terms that the sender put forward himself', accepted: 'the word of the other side' }),
    );
  const moved = moveAgreement(mine.value, 'ACCEPTED', { hash: parameters.agreementHash });
  return moved.ok ? ok({ reply: { parameters: {}, objects: [] }, save: [agreements.saved(mine.value.id, moved.value)] }) : moved;
};

/** T4: an invitation is answered with no when it is said again; an offer that was declined is no longer one. */
const rejected = (room: Room, { parameters }: Request<'digitalTwin.reject.federation'>, by: AskedBy): Done<'digitalTwin.reject.federation'> => {
  const mine = spokenOf(room, 'digitalTwin.reject.federation', { id: parameters.agreementId, by });
  if (!mine.ok) return mine;
  const { reason, reasonCode } = parameters;
  const moved = moveAgreement(mine.value, 'REJECTED', { ...(reason !== undefined && { reason }), ...(reasonCode && { reasonCode }) });
  return moved.ok ? ok({ reply: { parameters: {}, objects: [] }, save: [agreements.saved(mine.value.id, moved.value)] }) : moved;
};

export const review = { decide, offered, accepted, rejected };
