/**
 * Entries of features: as their twins registered them, with revision and state; one that was withdrawn with notice stands until that is over.
 */
import {
  type Entered,
  type FeatureId,
  type FeatureInformation,
  type Instant,
  ok,
  type RegistryEntryState,
  type Result,
  registryEntryLifecycle,
  type TwinId,
} from '@cityweave/core';
import type { Saved } from '../exchange/answer.ts';
import { madeOnce } from '../store/parsed-once.ts';
import type { RecordStore } from '../store/store.ts';
import { forgetTombstones, type RegistryRoom } from './entry.ts';

export type FeatureEntry = {
  readonly revision: number;
  readonly attributes: FeatureInformation;
  readonly state: Entered<RegistryEntryState>;
  /** its owner withdrew it with notice: until then it stands */
  readonly endsAt?: Instant | undefined;
};
export type EnteredFeature = { readonly id: FeatureId; readonly entry: FeatureEntry };

const noun = 'registry.feature';

// branding below: only this file writes the noun
export const featureEntry = (records: RecordStore, id: string): FeatureEntry | undefined => records.get(noun, id) as FeatureEntry | undefined;
const standing = madeOnce((listed: ReturnType<RecordStore['list']>): readonly EnteredFeature[] =>
  listed.map(({ id, value }) => ({ id: id as FeatureId, entry: value as FeatureEntry })).filter(({ entry }) => entry.state !== 'REMOVED'),
);
/** Those that are not withdrawn. */
export const featureEntries = (records: RecordStore): readonly EnteredFeature[] => standing(records.list(noun));

export const forgetFeatures = (room: Pick<RegistryRoom, 'records' | 'deps'>): void =>
  forgetTombstones(room, { noun, ownerOf: ({ value }) => (value as FeatureEntry).attributes.twinId });

export const saveFeature = (id: FeatureId, value: FeatureEntry): Saved => ({ noun, id, value });

/** Those of a twin. */
export const featuresOf = (records: RecordStore, twinId: TwinId): readonly EnteredFeature[] =>
  featureEntries(records).filter(({ entry }) => entry.attributes.twinId === twinId);

/** Where it stands now: a notice runs out without anybody's doing. */
export const featureStateNow = ({ state, endsAt }: FeatureEntry, now: Instant): Entered<RegistryEntryState> => {
  const moved = registryEntryLifecycle.move(state, endsAt !== undefined && endsAt < now ? 'REMOVED' : state);
  return moved.ok ? moved.value : state;
};

export const enterFeatureState = (entry: FeatureEntry | undefined, to: RegistryEntryState, now: Instant): Result<Entered<RegistryEntryState>> =>
  registryEntryLifecycle.move(entry ? featureStateNow(entry, now) : registryEntryLifecycle.initial, to);

/** Withdrawn: at once, or when the notice is over. */
export const withdrawn = (entry: FeatureEntry, { now, endsAt }: { readonly now: Instant; readonly endsAt?: Instant | undefined }): Result<FeatureEntry> => {
  const revision = entry.revision + 1;
  if (endsAt !== undefined) return ok({ ...entry, revision, endsAt });
  const moved = enterFeatureState(entry, 'REMOVED', now);
  return moved.ok ? ok({ ...entry, revision, state: moved.value, endsAt: undefined }) : moved;
};
