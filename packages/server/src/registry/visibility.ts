/**
 * Visibility: which entries an asker may see. What he may not see leaves no trace: it is not found, not counted and not told of.
 */
import { authorityOf, type RegistryEntryState, type TermId, TwinId, type Visibility } from '@cityweave/core';
import { type RegistryRoom, stateNow, type TwinEntry, twinEntry } from './entry.ts';
import { type FeatureEntry, featureEntries, featureStateNow } from './feature-entry.ts';

type Groups = Pick<RegistryRoom, 'groups'>;
type Ends = { readonly owner: string; readonly asker: string };

/** Named itself, or as one of a group. */
const isMeant = ({ groups = {} }: Groups, audience: readonly string[], asker: string): boolean => {
  const twin = TwinId.safeParse(asker);
  return (
    audience.includes(asker) || (twin.success && audience.some((group) => Object.hasOwn(groups, group) && groups[group]?.includes(authorityOf(twin.data))))
  );
};

export const maySee = (room: Groups, { level, audience = [] }: Visibility, { owner, asker }: Ends): boolean =>
  owner === asker || level === 'public' || (level === 'federation' && (audience.length === 0 || isMeant(room, audience, asker)));

export const isTwinVisible = (room: RegistryRoom, { id, entry }: { readonly id: TwinId; readonly entry: TwinEntry }, asker: string): boolean =>
  stateNow(entry, room.deps.clock.now()) === 'ACTIVE' && maySee(room, entry.attributes.visibility, { owner: id, asker });

/** A feature is for who may see it and is meant by it, whatever state it is in. */
const isFor = (room: RegistryRoom, { attributes: { twinId, visibility, policy } }: FeatureEntry, asker: string): boolean =>
  maySee(room, visibility, { owner: twinId, asker }) && (policy.audience === undefined || asker === twinId || isMeant(room, policy.audience, asker));

/** A feature is seen by who sees its twin too, and is of those for whom it is; `states` are those in which it is told of. */
export const isFeatureVisible = (
  room: RegistryRoom,
  entry: FeatureEntry,
  { asker, states = ['ACTIVE'] }: { readonly asker: string; readonly states?: readonly RegistryEntryState[] },
): boolean => {
  const { twinId } = entry.attributes;
  const twin = twinEntry(room.records, twinId);
  return (
    states.includes(featureStateNow(entry, room.deps.clock.now())) &&
    twin !== undefined &&
    isTwinVisible(room, { id: twinId, entry: twin }, asker) &&
    isFor(room, entry, asker)
  );
};

/** What a twin offers to the asker, or offered before it went. */
export const kindsFor = (room: RegistryRoom, twinId: string, asker: string): readonly TermId[] =>
  featureEntries(room.records).flatMap(({ entry }) =>
    entry.attributes.twinId === twinId && entry.attributes.direction === 'provides' && isFor(room, entry, asker) ? [entry.attributes.semanticType] : [],
  );

/** What it offers to him now. */
export const kindsOf = (room: RegistryRoom, twinId: string, asker: string): readonly TermId[] =>
  featureEntries(room.records).flatMap(({ entry }) =>
    entry.attributes.twinId === twinId && entry.attributes.direction === 'provides' && isFeatureVisible(room, entry, { asker })
      ? [entry.attributes.semanticType]
      : [],
  );
