/**
 * Bargaining (check 8): the target asks actors of the kit into a federation: one that refuses, and one that always puts other terms forward.
 */
import { limits } from '@cityweave/core';
import { memberAt } from '../actor.ts';
import { type Stage, until } from '../stage.ts';
import type { Finding } from '../vector.ts';
import { hears, patienceMs, withFederation } from './forming.ts';
import type { Member } from './member.ts';

const failed = (why: string): Finding => ({ outcome: 'failed', why });

/** Invitations into one federation: another one of the target, whose check is over, may ask an actor for itself meanwhile. */
const invitationsInto = (id: string, { heard }: Member): readonly unknown[] =>
  heard.flatMap(({ row, message }) =>
    row === 'request.federation' && memberAt(message, 'data.objects.0.id') === id ? [memberAt(message, 'header.messageId')] : [],
  );

const isInvited = (id: string, member: Member): boolean => invitationsInto(id, member).length > 0;

/** Who is invited first, and the other one; undefined where nobody is. */
const inTurn = async (id: string, members: readonly Member[]): Promise<{ readonly first: Member; readonly next: Member } | undefined> => {
  await until(() => members.some((member) => isInvited(id, member)), patienceMs);
  const first = members.find((member) => isInvited(id, member));
  const next = members.find((member) => member !== first);
  return first && next && { first, next };
};

/** A message that comes again because its answer did not is heard once. */
const timesInvited = (id: string, member: Member): number => new Set(invitationsInto(id, member)).size;

/** Who refuses is left in peace, and the next candidate is asked. */
export const refuseAndPass = (stage: Stage): Promise<Finding> =>
  withFederation(stage, { name: 'refusal', behaviours: ['reject', 'reject'], one: true }, async ({ id, members }) => {
    const turn = await inTurn(id, members);
    if (!turn) return failed('no candidate was asked');
    const isPassed = await until(() => isInvited(id, turn.next), patienceMs);
    if (!isPassed) return failed('the other candidate was not asked after a refusal');
    return timesInvited(id, turn.first) === 1 ? { outcome: 'passed' } : failed('who refused was asked again');
  });

const needed = 'city:waterLevel';

const roundsHeard = ({ heard }: Member): readonly number[] =>
  heard.flatMap(({ row, message }) => (row === 'offer.federation' ? [Number(memberAt(message, 'data.action.parameters.round'))] : []));

/** An owner who keeps back what is needed, and each time something more, is bargained with for five rounds; then it is the next one's turn. */
export const bargain = (stage: Stage): Promise<Finding> =>
  withFederation(stage, { name: 'bargain', behaviours: ['haggle', 'haggle'], one: true, terms: [needed] }, async ({ id, members }) => {
    const turn = await inTurn(id, members);
    if (!turn) return failed('no candidate was asked');
    const isOver = (): boolean => hears(turn.first, 'reject.federation') && isInvited(id, turn.next);
    const isEnded = await until(() => isOver() || roundsHeard(turn.first).some((round) => round > limits.negotiationRoundsMax), patienceMs);
    const rounds = roundsHeard(turn.first);
    if (rounds.some((round) => round > limits.negotiationRoundsMax)) return failed(`terms were put forward in round ${rounds.at(-1)}`);
    if (!isEnded) return failed('the negotiation was not ended by T4, or nobody else was asked then');
    return rounds.length > 0 ? { outcome: 'passed' } : { outcome: 'skipped', why: 'the target puts no other terms forward' };
  });
