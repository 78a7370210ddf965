/**
 * Views: what this node knows of itself, of its federations and of its connections, as the objects that messages carry.
 */
import { viewOf } from '@cityweave/core';
import { describeFeatures, describeTwin } from './feature-information.ts';
import { communications, federations, memberships, type Room } from './room.ts';

export type Viewed = { readonly kind: string; readonly id: string; readonly revision?: number; readonly attributes: unknown };

export type OwnViews = {
  readonly twins: () => Promise<readonly Viewed[]>;
  readonly features: () => Promise<readonly Viewed[]>;
  /** those that it started, and those that it was invited to, as its initiators told of them */
  readonly federations: () => readonly Viewed[];
  readonly connections: () => readonly Viewed[];
};

export const createOwnViews = (room: Room): OwnViews => ({
  twins: async () => [{ kind: 'digitalTwin', id: room.self.id, attributes: describeTwin(room, await describeFeatures(room)) }],
  features: async () => (await describeFeatures(room)).map(({ id, attributes }) => ({ kind: 'feature', id, attributes })),
  federations: () =>
    [...federations.all(room.records).map(viewOf), ...memberships.all(room.records).map(({ federation }) => federation)].map((attributes) => ({
      kind: 'federation',
      id: attributes.id,
      revision: attributes.revision,
      attributes,
    })),
  connections: () => communications.all(room.records).map(({ id, ...attributes }) => ({ kind: 'communication', id, attributes })),
});
