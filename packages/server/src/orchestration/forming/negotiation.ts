/**
 * Negotiation, as the initiator leads it with one member: invite (T1), hear what the owner says, accept (T3), ask for other terms (T2) or decline (T4), confirm (T5).
 * Each step is saved before it is said; after a crash the invitation is said again and the owner answers with where it stands.
 */
import {
  type Agreement,
  type AgreementState,
  type AgreementTerms,
  addMs,
  agreementLifecycle,
  agreementText,
  type ChangedMember,
  considerOffer,
  type DeclineReason,
  fail,
  limits,
  moveAgreement,
  ok,
  type Problem,
  problem,
  type ReasonCode,
  type Reply,
  type Result,
  reasonCodeOf,
  termsFor,
} from '@cityweave/core';
import { sha256 } from '../../trust/signature.ts';
import { agreements, type Room } from '../room.ts';
import { checkSignature, signAgreement } from './agreement-signature.ts';
import { agreementObject, asking, type Become, federationObject, outOrAgain, peerOf, refusal, type Saying } from './saying.ts';

export const hashOf = (agreement: Pick<Agreement, 'terms'>): string => `sha-256:${sha256(agreementText(agreement.terms))}`;

const save = (room: Room, agreement: Agreement): void => room.records.putAll([agreements.saved(agreement.id, agreement)]);

/** Moved from where it stands now: while the other side was asked, this side may have ended it. */
const saveMoved = (
  room: Room,
  agreement: Agreement,
  { state, ...change }: { readonly state: AgreementState } & Partial<Omit<Agreement, 'id' | 'state'>>,
): Result<Agreement> => {
  const moved = moveAgreement(agreements.load(room.records, agreement.id) ?? agreement, state, change);
  if (moved.ok) save(room, moved.value);
  return moved;
};

/** What this side put forward last, and what the other side says to it. */
type Heard = { readonly mine: Agreement; readonly said: Reply<'digitalTwin.offer.federation'> };

const draftFor = ({ room, federation, member }: Saying): Agreement => ({
  id: member.agreementId,
  revision: 1,
  terms: termsFor(federation, member),
  state: agreementLifecycle.initial,
  round: 1,
  offeredBy: room.self.id,
  answerBy: addMs(room.deps.clock.now(), limits.invitationMs),
});

/** In words, and as a code of the table where it is known. */
type Declined = { readonly reason: string; readonly reasonCode?: ReasonCode | undefined };

const declined = (kind: DeclineReason, reason: string = kind): Declined => ({ reason, reasonCode: reasonCodeOf(kind) });

/** Over for this member: nobody waits for an answer any more. */
const giveUp = ({ room }: Saying, agreement: Agreement, { reason, ...why }: Declined): Result<Partial<ChangedMember>> => {
  const { state } = agreements.load(room.records, agreement.id) ?? agreement;
  saveMoved(room, agreement, { state: state === 'AGREED' ? 'TERMINATED' : 'REJECTED', reason, ...why });
  return ok(refusal(reason));
};

const isExpired = ({ answerBy }: Agreement, { room }: Saying): boolean => answerBy !== undefined && answerBy < room.deps.clock.now();

export const invite = async (saying: Saying): Become => {
  const { room, member } = saying;
  const known = agreements.load(room.records, member.agreementId);
  if (known?.state === 'ACCEPTED' || known?.state === 'AGREED') return confirm(saying, known);
  if (known?.state === 'REJECTED') return ok(refusal(known.reason));
  const draft = known ?? draftFor(saying);
  if (isExpired(draft, saying)) return giveUp(saying, draft, declined('invitationExpired'));
  if (!known) save(room, draft);
  const { answerBy } = draft;
  const parameters = { round: 1, ...(answerBy && { answerBy }), ...(member.replaces && { replaces: member.replaces }) };
  const first = { ...draft, terms: termsFor(saying.federation, member), state: agreementLifecycle.initial, round: 1, revision: 1 };
  const objects: [ReturnType<typeof federationObject>, ReturnType<typeof agreementObject>] = [federationObject(saying), agreementObject(first)];
  const asked = await room.ask(peerOf(member), 'digitalTwin.request.federation', { parameters, objects }, asking(saying));
  return asked.ok ? hear(saying, { mine: { ...draft, terms: first.terms }, said: asked.value }) : outOrAgain(asked.problem);
};

const hear = (saying: Saying, { mine, said }: Heard): Become => {
  const { parameters, objects } = said;
  const { terms, revision, round } = objects[0].attributes;
  switch (parameters.decision) {
    case 'rejected':
      return Promise.resolve(giveUp(saying, mine, { reason: parameters.reason ?? 'declined', reasonCode: parameters.reasonCode }));
    case 'review':
      return Promise.resolve(fail(problem('unavailable', { subject: 'the owner looks at it' })));
    case 'accepted':
      return hold(saying, mine, { terms, revision, hash: parameters.agreementHash });
    case 'offered':
      return consider(saying, mine, { terms, revision, round: round ?? 2 });
  }
};

/** The owner accepts: what both hold must be one text. */
const hold = async (
  saying: Saying,
  mine: Agreement,
  { terms, revision, hash }: { readonly terms: AgreementTerms; readonly revision: number; readonly hash: string | undefined },
): Become => {
  if (hash === undefined || hash !== hashOf({ terms })) return fail(problem('hashDiffers', { subject: mine.id }));
  const { needs } = saying.federation;
  const considered = considerOffer(terms, { needs, vocabulary: saying.room.vocabulary(), asked: mine.terms });
  if (considered.decision !== 'accept') return giveUp(saying, mine, declined('termsNotAcceptable'));
  const accepted = saveMoved(saying.room, mine, { state: 'ACCEPTED', terms, revision, hash });
  return accepted.ok ? confirm(saying, accepted.value) : accepted;
};

type Offered = { readonly terms: AgreementTerms; readonly revision: number; readonly round: number };

const consider = async (saying: Saying, mine: Agreement, offered: Offered): Become => {
  const { room, federation, member } = saying;
  const put = saveMoved(room, mine, { state: 'OFFERED', ...offered, offeredBy: member.twinId });
  if (!put.ok) return put;
  const considered = considerOffer(offered.terms, { needs: federation.needs, vocabulary: room.vocabulary(), asked: mine.terms });
  if (considered.decision === 'accept') return acceptOffer(saying, put.value);
  if (considered.decision === 'reject')
    return declineOffer(saying, put.value, declined('termsNotAcceptable', `${considered.problem.kind}: ${considered.problem.accepted ?? ''}`));
  return offered.round >= limits.negotiationRoundsMax
    ? declineOffer(saying, put.value, declined('tooManyRounds'))
    : counter(saying, put.value, considered.terms);
};

const inFederation = ({ room, federation }: Saying) => ({ federationId: federation.id, signal: room.signal });

const acceptOffer = async (saying: Saying, offered: Agreement): Become => {
  const { room, member } = saying;
  const hash = hashOf(offered);
  const content = { parameters: { agreementHash: hash }, objects: [agreementObject(offered)] as [ReturnType<typeof agreementObject>] }; // branding: a list of one
  const asked = await room.ask(peerOf(member), 'digitalTwin.accept.federation', content, inFederation(saying));
  if (!asked.ok) return outOrAgain(asked.problem);
  const accepted = saveMoved(room, offered, { state: 'ACCEPTED', hash });
  return accepted.ok ? confirm(saying, accepted.value) : accepted;
};

const declineOffer = async (saying: Saying, offered: Agreement, why: Declined): Become => {
  const { room, federation, member } = saying;
  const given = giveUp(saying, offered, why);
  const parameters = { agreementId: offered.id, ...why };
  const objects: [{ kind: 'federation'; id: typeof federation.id }] = [{ kind: 'federation', id: federation.id }];
  await room.ask(peerOf(member), 'digitalTwin.reject.federation', { parameters, objects }, inFederation(saying));
  return given;
};

const counter = async (saying: Saying, offered: Agreement, terms: AgreementTerms): Become => {
  const { room, member } = saying;
  const round = (offered.round ?? 2) + 1;
  const mine: Agreement = { ...offered, terms, round, revision: offered.revision + 1, offeredBy: room.self.id };
  save(room, mine);
  const content = { parameters: { round }, objects: [agreementObject(mine)] as [ReturnType<typeof agreementObject>] }; // branding: a list of one
  const asked = await room.ask(peerOf(member), 'digitalTwin.offer.federation', content, inFederation(saying));
  return asked.ok ? hear(saying, { mine, said: asked.value }) : outOrAgain(asked.problem);
};

/** The signature of a party is missing or wrong: said again it is no better. That of a message may be, by a key that is followed meanwhile. */
const isUnsigned = ({ id }: Agreement, { kind, subject }: Problem): boolean => kind === 'badSignature' && subject === id;

/** The owner holds it for agreed, and is told that it is not. */
const partFrom = async (saying: Saying, accepted: Agreement, why: Declined): Become => {
  const { room, federation, member } = saying;
  const over = giveUp(saying, accepted, why);
  const objects: [{ kind: 'federation'; id: typeof federation.id }] = [{ kind: 'federation', id: federation.id }];
  await room.ask(peerOf(member), 'digitalTwin.release.federation', { parameters: { reason: why.reason }, objects }, inFederation(saying));
  return over;
};

const confirm = async (saying: Saying, accepted: Agreement): Become => {
  const { room, member } = saying;
  const hash = accepted.hash ?? hashOf(accepted);
  const revision = accepted.state === 'AGREED' ? accepted.revision : accepted.revision + 1;
  const mine = signAgreement(room, accepted);
  const agreed = moveAgreement(accepted, 'AGREED', { hash, revision, signatures: [mine] });
  if (!agreed.ok) return agreed;
  const content = { parameters: { agreementHash: hash }, objects: [agreementObject(agreed.value)] as [ReturnType<typeof agreementObject>] }; // branding: a list of one
  const asked = await room.ask(peerOf(member), 'digitalTwin.confirm.federation', content, inFederation(saying));
  if (!asked.ok) return isUnsigned(accepted, asked.problem) ? giveUp(saying, accepted, { reason: asked.problem.kind }) : outOrAgain(asked.problem);
  if (asked.value.parameters.agreementHash !== hash) return fail(problem('hashDiffers', { subject: accepted.id }));
  const { signature } = asked.value.parameters;
  const signed = checkSignature(room, accepted, { party: accepted.terms.parties.provider, signature });
  if (!signed.ok) return partFrom(saying, accepted, { reason: signed.problem.kind });
  const saved = saveMoved(room, accepted, { state: 'AGREED', hash, revision, signatures: [mine, signed.value] });
  if (!saved.ok) return saved;
  const granted = new Set(agreed.value.terms.features.map(({ featureId }) => featureId));
  return ok({ state: 'AGREED', features: member.features.filter(({ featureId }) => granted.has(featureId)) });
};
