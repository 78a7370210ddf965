/**
 * Federations: how each that this node takes part in stands, and each link of it.
 */
import { type Federation, type FederationState, federationLifecycle, type Member } from '@cityweave/core';
import { peerOf } from '../orchestration/forming/saying.ts';
import { initiatorOf } from '../orchestration/membership/initiator.ts';
import { agreements, federations, type Membership, memberships } from '../orchestration/room.ts';
import { broken, type Finding } from './finding.ts';
import { examineLink } from './link.ts';
import type { Stage } from './stage.ts';

const outcomeOf = (state: FederationState): Finding['outcome'] => {
  if (state === 'ACTIVE') return 'sound';
  return state === 'FAILED' ? 'broken' : 'doubtful';
};

const isIn = ({ state }: Pick<Member, 'state'>): boolean => state !== 'REMOVED' && state !== 'LEFT';

type Told = Pick<Federation, 'id' | 'state' | 'since'> & { readonly reason?: string | undefined; readonly members: readonly Pick<Member, 'state'>[] };

const standing = ({ id, state, since, reason, members }: Told): Finding => {
  const within = members.filter(isIn);
  const active = within.filter((member) => member.state === 'ACTIVE').length;
  const says = `${state} since ${since}, ${active} of ${within.length} members ACTIVE${reason ? `: ${reason}` : ''}`;
  return { about: 'federation', subject: id, outcome: outcomeOf(state), says };
};

/** A member that answers, but takes no part yet, is named with what holds it up. */
const examineMember = async (stage: Stage, member: Member): Promise<Finding> => {
  const link = await examineLink(stage, peerOf(member, 'data'));
  if (member.state === 'ACTIVE') return link;
  const says = `${member.state} since ${member.since}${member.reason ? `: ${member.reason}` : ''}; ${link.says}`;
  return { ...link, says, outcome: link.outcome === 'sound' ? 'doubtful' : link.outcome };
};

async function* examineOwn(stage: Stage, federation: Federation): AsyncGenerator<Finding> {
  yield standing(federation);
  for (const member of federation.members.filter(isIn)) yield examineMember(stage, member);
}

async function* examineMembership(stage: Stage, { federation, initiator, agreementId }: Membership): AsyncGenerator<Finding> {
  const found = standing(federation);
  const agreement = agreements.load(stage.records, agreementId);
  yield agreement
    ? { ...found, says: `${found.says}; agreement ${agreement.state}${agreement.terms.validity.to ? `, until ${agreement.terms.validity.to}` : ''}` }
    : found;
  const reached = await initiatorOf(stage, federation.initiator);
  yield reached.ok ? examineLink(stage, reached.value) : broken({ about: 'link', subject: initiator }, reached.problem);
}

export async function* examineFederations(stage: Stage): AsyncGenerator<Finding> {
  for (const federation of federations.all(stage.records)) if (!federationLifecycle.isFinal(federation.state)) yield* examineOwn(stage, federation);
  for (const membership of memberships.all(stage.records)) if (!membership.released) yield* examineMembership(stage, membership);
}
