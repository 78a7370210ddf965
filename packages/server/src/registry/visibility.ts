/**
 * Visibility: which entries an asker may see. What he may not see leaves no trace: it is not found, not counted and not told of.
 */
import type { RegistryEntryState, TwinId, Visibility } from '@cityweave/core';
import { type FeatureEntry, type RegistryRoom, stateNow, type TwinEntry, twinEntry } from './entry.ts';

export const maySee = ({ level, audience = [] }: Visibility, owner: string, asker: string): boolean =>
  owner === asker || level === 'public' || (level === 'federation' && (audience.length === 0 || audience.includes(asker)));

export const isTwinVisible = (room: RegistryRoom, { id, entry }: { readonly id: TwinId; readonly entry: TwinEntry }, asker: string): boolean =>
  stateNow(entry, room.deps.clock.now()) === 'ACTIVE' && maySee(entry.attributes.visibility, id, asker);

/** A feature is seen by who sees its twin too; `states` are those in which it is told of. */
export const isFeatureVisible = (
  room: RegistryRoom,
  entry: FeatureEntry,
  { asker, states = ['ACTIVE'] }: { readonly asker: string; readonly states?: readonly RegistryEntryState[] },
): boolean => {
  const { twinId, visibility } = entry.attributes;
  const twin = twinEntry(room.records, twinId);
  return states.includes(entry.state) && twin !== undefined && isTwinVisible(room, { id: twinId, entry: twin }, asker) && maySee(visibility, twinId, asker);
};
