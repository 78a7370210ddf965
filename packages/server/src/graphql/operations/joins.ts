/**
 * Joins of this node: what its sources declare of other twins by their keys, and which of them found no partner.
 */
import { type Join, JoinKey, type JoinState, joinKeyOf, limits } from '@cityweave/core';
import type { Context } from '../room.ts';
import { definePage, type PageNode } from '../schema/connection.ts';
import type { Kit } from '../schema/kit.ts';
import { decodeCursorOf, encodeKey, orBadInput, type PageArgs, pageSizeText, parsePage } from '../schema/page.ts';

type Args = Pick<PageArgs, 'first' | 'after'> & { readonly state?: JoinState | null | undefined };

const ask = async ({ room }: Context, { state, ...args }: Args): Promise<PageNode<Join>> => {
  const { size, from } = await orBadInput(parsePage(args));
  const after = await orBadInput(decodeCursorOf(JoinKey, 'after', from));
  const found = await room.store.joins({ first: size, state: state ?? undefined, after });
  const edges = found.joins.map((node) => ({ node, cursor: encodeKey(joinKeyOf(node)) }));
  const count = async (): Promise<number> => {
    const counts = await room.store.countJoins();
    return state ? counts[state] : Object.values(counts).reduce((sum, one) => sum + one, 0);
  };
  return {
    edges,
    count,
    pageInfo: { hasNextPage: found.next !== undefined, hasPreviousPage: after !== undefined, startCursor: edges[0]?.cursor, endCursor: edges.at(-1)?.cursor },
  };
};

const defineJoin = ({ builder }: Kit) => {
  const state = builder.enumType('JoinState', {
    description: 'What became of a join.',
    values: {
      PENDING: { description: 'Not tried yet: its agency could not be asked, as the federation is not ACTIVE.' },
      RESOLVED: { description: 'Found its partner; it is a link now.' },
      UNRESOLVED: { description: 'Nobody has that key. It is tried again when either side changes.' },
    } as const,
  });
  builder.objectType('Join', {
    description: "A relation that a source declares by another twin's key, of another agency or of this one.",
    fields: (t) => ({
      from: t.id({ description: 'The URN of the twin whose row declares it.', resolve: ({ from }) => from }),
      kind: t.field({ type: 'Term', description: 'The kind of link that it becomes.', resolve: ({ kind }) => ({ id: kind }) }),
      agency: t.field({ type: 'Agency', description: 'Whose register has the key.', resolve: ({ agency }, _args, { agencies }) => agencies.of(agency) }),
      scheme: t.string({
        description: 'Of which identifiers the key is one, as "lot"; `^` before it where the link points the other way.',
        resolve: ({ scheme }) => scheme,
      }),
      value: t.string({ description: 'The key, as "268A-40".', resolve: ({ value }) => value }),
      state: t.field({ type: state, description: 'What became of it.', resolve: (join) => join.state }),
      to: t.id({ nullable: true, description: 'The URN of its partner; the first where there are several.', resolve: ({ to }) => to }),
      partnersBeyond: t.boolean({
        description: `More twins than ${limits.twinsPerIdentifierMax} have the key: it became links to the first of them by their ids, and to no more.`,
        resolve: ({ partnersBeyond }) => partnersBeyond === true,
      }),
      triedAt: t.field({ type: 'DateTime', nullable: true, description: 'When it was last tried.', resolve: ({ triedAt }) => triedAt }),
    }),
  });
  return state;
};

export const defineJoins = (kit: Kit): void => {
  const { builder } = kit;
  const state = defineJoin(kit);
  const connection = definePage<Join>(builder, 'Join');
  builder.queryFields((t) => ({
    joins: t.field({
      type: connection,
      description: 'Relations that sources of this node declare by keys: with state UNRESOLVED those that found no partner.',
      args: {
        state: t.arg({ type: state, description: 'Only joins in this state.' }),
        first: t.arg.int({ description: pageSizeText }),
        after: t.arg.string({ description: 'Cursor of an earlier page.' }),
      },
      resolve: (_root, args, context) => ask(context, args),
    }),
  }));
};
