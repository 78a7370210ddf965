/**
 * Subscription to how a federation stands: now, and each time it, a member or a connection of it moves.
 */
import { limits, problem } from '@cityweave/core';
import { pause } from '../../deps.ts';
import { faultOf } from '../fault.ts';
import type { GraphqlRoom } from '../room.ts';
import { federationNode } from '../schema/federation.ts';
import type { Kit } from '../schema/kit.ts';
import type { FederationNode } from '../schema/shapes.ts';
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

export const defineStatus = ({ builder }: Kit, states: States, counts: CountsOf): void => {
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
        if (!federationNode(room, federation))
          return Promise.reject(faultOf(problem('unknownFederation', { subject: federation.slice(0, limits.idCharactersMax) })));
        const stop = new AbortController();
        return letGo(counted(counts(room), statuses(room, federation, AbortSignal.any([signal, stop.signal]))), stop);
      },
      resolve: (node) => node,
    }),
  }));
};
