/**
 * Deliberation: what this twin says to terms that are put to it: by the owner's policy where it provides, by its federation's needs where it asks (T1, T2).
 */
import {
  type Agreement,
  agencyOf,
  agreementText,
  conflictOf,
  considerOffer,
  considerRequest,
  type DeclineReason,
  type Federation,
  fail,
  limits,
  moveAgreement,
  ok,
  problem,
  type Reply,
  type Result,
  reasonCodeOf,
} from '@cityweave/core';
import { describeFeatures } from '../feature-information.ts';
import { hashOf } from '../forming/negotiation.ts';
import { agreements, type Room } from '../room.ts';

type Decision = Reply<'digitalTwin.offer.federation'>['parameters']['decision'];

/** The next move, with the agreement as it stands after it. */
export type Deliberated = { readonly decision: Decision; readonly agreement: Agreement; readonly reason?: string | undefined };

export const replyOf = ({ decision, agreement: { id, ...attributes }, reason }: Deliberated): Reply<'digitalTwin.offer.federation'> => ({
  parameters: {
    decision,
    ...(decision === 'accepted' && { agreementHash: hashOf(attributes) }),
    ...(reason !== undefined && { reason }),
    ...(attributes.reasonCode && { reasonCode: attributes.reasonCode }),
  },
  objects: [{ kind: 'agreement', id, revision: attributes.revision, attributes }],
  ...(decision === 'review' && { standing: { status: 'accepted' } }),
});

const decided = (decision: Decision, moved: Result<Agreement>, reason?: string): Result<Deliberated> =>
  moved.ok ? ok({ decision, agreement: moved.value, ...(reason !== undefined && { reason }) }) : moved;

const reject = (agreement: Agreement, kind: DeclineReason, reason: string = kind): Result<Deliberated> =>
  decided('rejected', moveAgreement(agreement, 'REJECTED', { reason, reasonCode: reasonCodeOf(kind) }), reason);

/** What is offered, and what of it tells of persons. */
const offeredOf = async (room: Room) => {
  const features = await describeFeatures(room);
  return {
    offered: new Map(features.map(({ id, attributes }) => [id, attributes.semanticType])),
    personal: new Set(features.flatMap(({ id, attributes }) => (attributes.policy.personalData ? [id] : []))),
  };
};

/** Other terms, in the next round; after the last one there is none. */
const offer = (room: Room, agreement: Agreement, terms: Agreement['terms']): Result<Deliberated> => {
  const round = (agreement.round ?? 1) + 1;
  if (round > limits.negotiationRoundsMax) return reject(agreement, 'tooManyRounds');
  return decided('offered', moveAgreement(agreement, 'OFFERED', { terms, revision: agreement.revision + 1, round, offeredBy: room.self.id }));
};

/** The owner's word on terms that a consumer puts forward; `byPerson`: a person said yes where the policy asks one. */
export const deliberateAsOwner = async (room: Room, asked: Agreement, byPerson = false): Promise<Result<Deliberated>> => {
  const { terms } = asked;
  const asking = { asker: agencyOf(terms.parties.consumer), rules: room.node.policy.rules, vocabulary: room.vocabulary(), ...(await offeredOf(room)) };
  const considered = considerRequest(terms, asking);
  if (considered.decision === 'decline' && considered.kind) return fail(problem(considered.kind, { subject: asked.id, accepted: considered.reason }));
  if (considered.decision === 'decline') return reject(asked, 'declined', considered.reason);
  const conflict = conflictOf(considered.terms, agreements.live(room.records));
  if (conflict)
    return fail(problem('federationsConflict', { subject: asked.id, found: 'a feature that another federation may actuate', accepted: 'another time' }));
  const isSame = agreementText(considered.terms) === agreementText(terms);
  if (considered.decision === 'ask' && !byPerson) return ok({ decision: 'review', agreement: asked });
  return isSame ? decided('accepted', moveAgreement(asked, 'ACCEPTED', { hash: hashOf(asked) })) : offer(room, asked, considered.terms);
};

/** The initiator's word on terms that an owner puts forward after a person looked at them. */
export const deliberateAsInitiator = (
  room: Room,
  { federation, mine, offered }: { readonly federation: Federation; readonly mine: Agreement; readonly offered: Agreement },
): Result<Deliberated> => {
  const considered = considerOffer(offered.terms, { needs: federation.needs, vocabulary: room.vocabulary(), asked: mine.terms });
  const { terms, round, revision } = offered;
  const put = moveAgreement(mine, 'OFFERED', { terms, round, revision, offeredBy: offered.terms.parties.provider });
  if (!put.ok) return fail(put.problem);
  if (considered.decision === 'reject') return reject(put.value, 'termsNotAcceptable', considered.problem.accepted);
  if (considered.decision === 'counter') return offer(room, put.value, considered.terms);
  return decided('accepted', moveAgreement(put.value, 'ACCEPTED', { hash: hashOf(put.value) }));
};
