/**
 * How a federation stands: its connections and what is measured of them; now, and, subscribed to, each time it, a member or a connection of it moves.
 */
import { CommunicationState, durationOfMs, healthOf, limits } from '@cityweave/core';
import { pause } from '../../deps.ts';
import { communications } from '../../orchestration/room.ts';
import { refuse } from '../fault.ts';
import type { GraphqlRoom } from '../room.ts';
import { federationNode, findFederation } from '../schema/federation.ts';
import type { Kit } from '../schema/kit.ts';
import type { ConnectionNode, FederationNode } from '../schema/shapes.ts';
import type { States } from '../schema/states.ts';
import { type CountsOf, counted, letGo } from './subscribers.ts';

/** As it stands now, then each time it or a line of it has moved. */
async function* statuses(room: GraphqlRoom, id: string, signal: AbortSignal): AsyncGenerator<FederationNode> {
  const { orchestration } = room;
  let over = new AbortController();
  const moved = () => over.abort();
  const stops = [orchestration.management.onChange((federation) => federation.id === id && moved()), orchestration.links.onChange(moved)];
  try {
    for (let last = ''; !signal.aborted; ) {
      over = new AbortController();
      const node = federationNode(room, id);
      if (!node) return;
      const standing = JSON.stringify([
        node.view.revision,
        node.view.state,
        node.view.members.map(({ state }) => state),
        node.view.members.map(({ twinId }) => orchestration.links.status(twinId)?.state),
      ]);
      if (standing !== last) yield node;
      last = standing;
      await pause(room.deps.timers, limits.heartbeatMs, AbortSignal.any([over.signal, signal]));
    }
  } finally {
    for (const stop of stops) stop();
  }
}

const connectionsOf = (room: GraphqlRoom, { view }: FederationNode): readonly ConnectionNode[] =>
  communications
    .all(room.records)
    .filter(({ federationId }) => federationId === view.id)
    .flatMap(({ id, ends, state, since }) => {
      const member = view.members.find(({ twinId }) => twinId === ends[1].twinId);
      const { links } = room.orchestration;
      const [status, figures] = [links.status(ends[1].twinId), links.figures(ends[1].twinId, view.id)];
      const lost = status?.state === 'INTERRUPTED' && state === 'CONNECTED';
      return member ? [{ member, id, state: lost ? 'INTERRUPTED' : state, since: lost ? status.since : since, status, figures }] : [];
    });

const defineConnection = ({ builder }: Kit, states: States): void => {
  builder.objectType('Connection', {
    description: 'The line to one member and what is measured of it while it is used.',
    fields: (t) => ({
      id: t.exposeID('id', { description: '`urn:dtf:connection:...`' }),
      agency: t.field({ type: 'Agency', description: 'At the other end.', resolve: ({ member }, _args, { agencies }) => agencies.of(member.agency) }),
      state: t.field({ type: states.connection, description: 'Where it stands.', resolve: ({ state }) => CommunicationState.parse(state) }),
      since: t.field({ type: 'DateTime', description: 'Since when it stands there.', resolve: ({ since }) => since }),
      lastSeen: t.field({ type: 'DateTime', nullable: true, description: 'When the other end last answered.', resolve: ({ status }) => status?.lastSeen }),
      latency: t.field({
        type: 'Duration',
        nullable: true,
        description: 'How long the last answer took.',
        resolve: ({ status }) => (status?.latencyMs === undefined ? undefined : durationOfMs(status.latencyMs)),
      }),
      latencyP50: t.field({
        type: 'Duration',
        nullable: true,
        description: 'Half of the last answers took at most so long.',
        resolve: ({ figures }) => figures?.latency && durationOfMs(figures.latency.p50Ms),
      }),
      latencyP95: t.field({
        type: 'Duration',
        nullable: true,
        description: '95 of 100 of the last answers took at most so long.',
        resolve: ({ figures }) => figures?.latency && durationOfMs(figures.latency.p95Ms),
      }),
      messagesPerMinute: t.float({
        description: 'Messages of this federation, and probes, that were answered in the last minute.',
        resolve: ({ figures }) => figures?.throughput.messagesPerMinute ?? 0,
      }),
      lost: t.int({
        description: 'Messages of this federation, and probes, that nobody answered, since the line is watched.',
        resolve: ({ figures }) => figures?.lost ?? 0,
      }),
      errors: t.stringList({ description: 'Why the last ones had no answer: codes as DTF-502, each once.', resolve: ({ figures }) => figures?.errors ?? [] }),
      clockOffset: t.float({
        nullable: true,
        description: 'Seconds by which the clock at the other end is ahead of ours; negative where it is behind. Beyond 5 nothing is read.',
        resolve: ({ status }) => (status?.clockOffsetMs === undefined ? undefined : status.clockOffsetMs / 1000),
      }),
      failures: t.int({ description: 'Failures in a row.', resolve: ({ status }) => status?.failures ?? 0 }),
      nextProbeAt: t.field({
        type: 'DateTime',
        nullable: true,
        description: 'When an interrupted line is tried next.',
        resolve: ({ status }) => status?.nextProbeAt,
      }),
    }),
  });
};

/** What is measured of a federation beside how it stands. */
const defineMeasured = ({ builder }: Kit): void => {
  builder.objectFields('Federation', (t) => ({
    health: t.float({
      nullable: true,
      description: 'The share of those who take part that are there, 0 to 1; known to the initiator.',
      resolve: ({ started }) => started && healthOf(started),
    }),
    connections: t.field({
      type: ['Connection'],
      description: 'The lines to the members; known to the initiator.',
      resolve: (node, _args, { room }) => connectionsOf(room, node),
    }),
  }));
};

export const defineStatus = (kit: Kit, states: States, counts: CountsOf): void => {
  const { builder } = kit;
  defineConnection(kit, states);
  defineMeasured(kit);
  const status = builder.objectRef<FederationNode>('FederationStatus').implement({
    description: 'How a federation stands.',
    fields: (t) => ({
      federation: t.field({ type: 'Federation', description: 'The federation, with its members and connections as they stand.', resolve: (node) => node }),
      state: t.field({ type: states.federation, description: 'Where it stands.', resolve: ({ view }) => view.state }),
      since: t.field({ type: 'DateTime', description: 'Since when.', resolve: ({ view }) => view.since }),
      reason: t.string({ nullable: true, description: 'What it waits for, or why it ended.', resolve: ({ view }) => view.reason }),
    }),
  });
  builder.subscriptionFields((t) => ({
    federationStatus: t.field({
      type: status,
      description: 'How a federation stands: now, and each time it, a member or a connection of it moves.',
      args: { federation: t.arg.id({ required: true, description: '`urn:dtf:federation:...`' }) },
      subscribe: (_root, { federation }, { room, signal }) => {
        const found = findFederation(room, federation);
        if (!found.ok) return refuse(found.problem);
        const stop = new AbortController();
        return letGo(counted(counts(room), statuses(room, federation, AbortSignal.any([signal, stop.signal]))), stop);
      },
      resolve: (node) => node,
    }),
  }));
};
