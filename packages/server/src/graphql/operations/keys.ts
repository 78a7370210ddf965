/**
 * Keys: which keys this agency is known by, and how an operator changes them. A change is announced under the key that was current before.
 */
import { fail, keysInForce, limits, msOfDuration, ok, type Problem, type PublicKey, problem, type Result, shorten } from '@cityweave/core';
import type { Context } from '../room.ts';
import type { Kit } from '../schema/kit.ts';

type Keys = { readonly current: string; readonly keys: readonly PublicKey[] };

const keysOf = ({ room }: Context): Keys => ({
  current: room.keys.current().keyId,
  keys: keysInForce(room.keys.published(), room.deps.clock.now()),
});

const graceOf = (given: string | null | undefined): Result<number> => {
  const ms = given === null || given === undefined ? limits.keyGraceMs : msOfDuration(given);
  return ms !== undefined && ms >= 0 && ms <= limits.keyGraceMs
    ? ok(ms)
    : fail(problem('invalid', { path: 'grace', found: shorten(given), accepted: 'an ISO 8601 duration of up to P1D, as PT1H' }));
};

const rotate = async (context: Context, grace: string | null | undefined): Promise<Problem | Keys> => {
  const ms = graceOf(grace);
  if (!ms.ok) return ms.problem;
  await context.room.keys.rotate(context.room.deps.clock.now(), ms.value);
  return keysOf(context);
};

const revoke = async (context: Context, key: string): Promise<Problem | Keys> => {
  const revoked = await context.room.keys.revoke(key, context.room.deps.clock.now());
  return revoked.ok ? keysOf(context) : revoked.problem;
};

const defineKeysType = ({ builder }: Kit) => {
  const one = builder.objectRef<PublicKey & { readonly current: boolean }>('NodeKey').implement({
    description: 'A public key that this agency is known by.',
    fields: (t) => ({
      id: t.exposeID('kid', { description: 'Thumbprint of the key (RFC 7638).' }),
      current: t.boolean({ description: 'What is said from now on is signed with it.', resolve: ({ current }) => current }),
      notAfter: t.field({
        type: 'DateTime',
        nullable: true,
        description: 'Until when its signatures are accepted, once retired.',
        resolve: ({ notAfter }) => notAfter,
      }),
    }),
  });
  return builder.objectRef<Keys>('NodeKeys').implement({
    description: 'The public keys that this agency is known by.',
    fields: (t) => ({
      keys: t.field({
        type: [one],
        description: 'The current one first.',
        resolve: ({ keys, current }) => keys.map((key) => ({ ...key, current: key.kid === current })),
      }),
    }),
  });
};

export const defineKeys = (kit: Kit): void => {
  const { builder } = kit;
  const keys = defineKeysType(kit);
  const result = builder.unionType('ChangeKeysResult', {
    description: 'The keys after the change, or why it was not made.',
    types: [keys, 'Problem'],
    resolveType: (value) => ('kind' in value ? 'Problem' : 'NodeKeys'),
  });
  builder.queryFields((t) => ({
    nodeKeys: t.field({ type: keys, description: 'The keys that this agency is known by.', resolve: (_root, _args, context) => keysOf(context) }),
  }));
  builder.mutationFields((t) => ({
    rotateKey: t.field({
      type: result,
      description: 'Makes a new key current and tells the registry. Signatures of the old one are accepted for a while.',
      args: { grace: t.arg({ type: 'Duration', description: 'How long; at most P1D, which holds where absent. PT0S: not at all.' }) },
      resolve: (_root, { grace }, context): Promise<Problem | Keys> => rotate(context, grace),
    }),
    revokeKey: t.field({
      type: result,
      description: 'Signatures of a key are accepted no longer. Where it is the current one, a new key takes its place.',
      args: { key: t.arg.id({ required: true, description: 'The id of the key.' }) },
      resolve: (_root, { key }, context): Promise<Problem | Keys> => revoke(context, key),
    }),
  }));
};
