/**
 * Federation status (FSIM-FE, Y.4489 10.3.2): how a federation stands, for whoever takes part in it, and telling members when that changes (T13).
 */
import {
  agencyOf,
  type CommunicationStatus,
  type Federation,
  type FederationId,
  type FederationView,
  fail,
  healthOf,
  ok,
  problem,
  type Reply,
  viewOf,
} from '@cityweave/core';
import type { Done } from '../exchange/answer.ts';
import type { Links } from './communication-status.ts';
import { peerOf } from './forming/saying.ts';
import { federationById, memberships, type Room } from './room.ts';

type StatusObject = Reply<'digitalTwin.query.federationStatus'>['objects'][0];

const linksOf = (links: Links, federation: Federation): readonly CommunicationStatus[] =>
  federation.members.flatMap(({ twinId, connectionId }) => {
    const status = links.status(twinId);
    return status ? [{ connectionId, ...status, ...links.figures(twinId, federation.id) }] : [];
  });

const statusObject = (
  { id, state, since, members, revision, reason }: FederationView,
  measured: Pick<StatusObject['attributes'], 'members' | 'health' | 'metrics' | 'links'> = { members },
): StatusObject => ({ kind: 'federationStatus', id, attributes: { state, since, revision, ...(reason !== undefined && { reason }), ...measured } });

/** As the initiator measures it. */
const measuredStatus = (links: Links, federation: Federation): StatusObject => {
  const view = viewOf(federation);
  const [told, lines] = [(twinId: string) => links.status(twinId)?.lastSeen, linksOf(links, federation)];
  const members = view.members.map((member) => ({ ...member, ...((lastSeen) => lastSeen && { lastSeen })(told(member.twinId)) }));
  const sum = (of: (line: CommunicationStatus) => number | undefined): number => lines.reduce((total, line) => total + (of(line) ?? 0), 0);
  const metrics = { messages: sum((line) => line.messages), failures: sum((line) => line.lost) };
  return statusObject(view, { members, health: healthOf(federation), metrics, ...(lines.length > 0 && { links: [...lines] }) });
};

/** As this node sees it: the initiator knows all links, a member what it was told last. */
export const statusOf = (
  { room, links }: { readonly room: Room; readonly links: Links },
  id: FederationId,
  asker: string,
): Done<'digitalTwin.query.federationStatus'> => {
  const federation = federationById(room, id);
  const takesPart = asker === room.self.id || federation?.members.some(({ twinId, state }) => twinId === asker && state !== 'REMOVED' && state !== 'LEFT');
  if (federation && takesPart) return ok({ reply: { parameters: {}, objects: [measuredStatus(links, federation)] } });
  const membership = memberships.load(room.records, id);
  if (membership && (asker === room.self.id || asker === membership.initiator))
    return ok({ reply: { parameters: {}, objects: [statusObject(membership.federation)] } });
  return fail(problem(federation ? 'notMember' : 'unknownFederation', { subject: id, agency: agencyOf(room.self.id) }));
};

/** Tells every member that listens; one that cannot be told now hears of the next change. */
export const reportStatus = async (room: Room, links: Links, federation: Federation): Promise<void> => {
  const object = measuredStatus(links, federation);
  const listening = federation.members.filter(({ state, formed }) => ['ACTIVE', 'LEAVING'].includes(state) && formed);
  await Promise.all(
    listening.map((member) =>
      room.ask(
        peerOf(member),
        'digitalTwin.notify.federationStatus',
        { parameters: {}, objects: [object] },
        { federationId: federation.id, signal: room.signal },
      ),
    ),
  );
};
