/**
 * Runners-up: before one of them takes the place of a member that is lost, the best of them say how they stand (T16). Who does not answer is away.
 */
import { type Candidate, type Federation, isLost, limits, type RegisteredTwin, reachedAt } from '@cityweave/core';
import type { Peer } from '../../exchange/peer.ts';
import type { Standing } from '../candidate.ts';
import type { Links } from '../communication-status.ts';
import type { Room } from '../room.ts';

const peersOf = ({ id, attributes: { endpoints, keys } }: RegisteredTwin): readonly Peer[] => {
  const reached = reachedAt(endpoints);
  return reached ? [{ id, role: 'digitalTwin', ...reached, keys }] : [];
};

const openTwins = ({ members, initiator }: Federation, ranked: readonly Candidate[]): readonly RegisteredTwin[] => {
  const taken = new Set([initiator, ...members.map(({ twinId }) => twinId)]);
  const open = ranked.filter(({ score, twin }) => score > 0 && !taken.has(twin.id));
  return [...new Map(open.map(({ twin }) => [twin.id, twin])).values()];
};

/** Nobody is asked while nobody is lost. */
export const standingOfRunnersUp =
  ({ room, links }: { readonly room: Room; readonly links: Pick<Links, 'standing'> }, federation: Federation): Standing =>
  async (ranked) => {
    const now = room.deps.clock.now();
    if (!federation.members.some((member) => isLost(member, now) || member.state === 'LEAVING' || member.state === 'LEFT')) return new Map();
    const asked = openTwins(federation, ranked).slice(0, limits.runnersUpAskedMax);
    return new Map(await Promise.all(asked.flatMap((twin) => peersOf(twin).map(async (peer) => [twin.id, await links.standing(peer)] as const))));
  };
