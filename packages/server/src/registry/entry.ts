/**
 * Entries of the registry: twins and features as they were registered, with revision, state and lease; and what its rooms share.
 */
import {
  addMs,
  agencyOf,
  canonicalJson,
  type DigitalTwin,
  type Entered,
  fail,
  type Instant,
  type LanguageMap,
  limits,
  ok,
  problem,
  type RegistryEntryState,
  type Result,
  registryEntryLifecycle,
  type TwinId,
  utf8Bytes,
  type Vocabulary,
} from '@cityweave/core';
import type { Deps } from '../deps.ts';
import type { Events } from '../events.ts';
import type { Saved } from '../exchange/answer.ts';
import type { Ask } from '../exchange/ask.ts';
import type { Peer } from '../exchange/peer.ts';
import { forgetOver } from '../store/forgetting.ts';
import { madeOnce } from '../store/parsed-once.ts';
import type { RecordStore } from '../store/store.ts';

export type TwinEntry = {
  readonly revision: number;
  readonly attributes: DigitalTwin;
  readonly state: Entered<RegistryEntryState>;
  readonly registeredAt: Instant;
  readonly updatedAt: Instant;
  readonly leaseUntil: Instant;
  readonly leaseSeconds: number;
  /** its owner withdrew it with notice: until then it stands */
  readonly endsAt?: Instant | undefined;
};

/** What the rooms of a registry share. */
export type RegistryRoom = {
  readonly records: RecordStore;
  readonly deps: Pick<Deps, 'clock' | 'ids'>;
  readonly events: Pick<Events, 'defect'>;
  /** the dictionaries that the node was given, and those that were registered */
  readonly vocabulary: () => Vocabulary;
  readonly leaseSeconds: number;
  /** a twin is taken in only once somebody answered at its address with its key */
  readonly verifyEndpoints?: boolean;
  readonly self: { readonly id: TwinId; readonly name: LanguageMap; readonly endpoints: () => DigitalTwin['endpoints'] };
  /** for which area it is there, where it says so */
  readonly jurisdiction?: DigitalTwin['coverage'];
  readonly ask: Ask;
  /** agencies that are kept together under a name, so that an entry may be for them alone */
  readonly groups?: Readonly<Record<string, readonly string[]>>;
  /** registries that it asks on behalf of others */
  readonly peers: () => Promise<readonly Peer[]>;
};

const twinNoun = 'registry.twin';

// branding below: only this file writes this noun
export const twinEntry = (records: RecordStore, id: string): TwinEntry | undefined => records.get(twinNoun, id) as TwinEntry | undefined;
const standing = madeOnce((listed: ReturnType<RecordStore['list']>) =>
  listed.map(({ id, value }) => ({ id: id as TwinId, entry: value as TwinEntry })).filter(({ entry }) => entry.state !== 'REMOVED'),
);
/** Those that are not withdrawn and not gone. */
export const twinEntries = (records: RecordStore): readonly { readonly id: TwinId; readonly entry: TwinEntry }[] => standing(records.list(twinNoun));

/** Tombstones of a registry go in their time. */
export const forgetTombstones = (
  { records, deps }: Pick<RegistryRoom, 'records' | 'deps'>,
  { noun, ownerOf }: { readonly noun: string; readonly ownerOf: (record: { readonly id: string; readonly value: unknown }) => string },
): void => forgetOver(records, { noun, isOver: ({ value }) => Object(value).state === 'REMOVED', partnerOf: ownerOf }, deps.clock.now());

export const forgetTwins = (room: Pick<RegistryRoom, 'records' | 'deps'>): void =>
  forgetTombstones(room, { noun: twinNoun, ownerOf: ({ id }) => agencyOf(id as TwinId) });

export const saveTwin = (id: TwinId, value: TwinEntry): Saved => ({ noun: twinNoun, id, value });

/** When an entry is gone by itself: its owner's notice is over, or its lease was missed too often. */
const goneAt = ({ leaseUntil, leaseSeconds, endsAt }: TwinEntry): Instant => {
  const forgottenAt = addMs(leaseUntil, (limits.leasesMissedMax - 1) * leaseSeconds * 1000);
  return endsAt !== undefined && endsAt < forgottenAt ? endsAt : forgottenAt;
};

/** Where an entry stands now: leases and notices run out without anybody's doing. */
export const stateNow = (entry: TwinEntry, now: Instant): Entered<RegistryEntryState> => {
  const isOver = goneAt(entry) < now;
  if (!['ACTIVE', 'STALE', 'PAUSED'].includes(entry.state) || (entry.leaseUntil >= now && !isOver)) return entry.state;
  const moved = registryEntryLifecycle.move(entry.state, isOver ? 'REMOVED' : 'STALE');
  return moved.ok ? moved.value : entry.state;
};

/** The entry of a twin that is registered now: neither withdrawn nor gone with its lease. */
export const registeredNow = ({ records, deps }: Pick<RegistryRoom, 'records' | 'deps'>, id: string): Result<TwinEntry> => {
  const entry = twinEntry(records, id);
  return entry && stateNow(entry, deps.clock.now()) !== 'REMOVED' ? ok(entry) : fail(problem('notRegistered', { subject: id }));
};

export const enterState = (entry: TwinEntry | undefined, to: RegistryEntryState, now: Instant): Result<Entered<RegistryEntryState>> =>
  registryEntryLifecycle.move(entry ? stateNow(entry, now) : registryEntryLifecycle.initial, to);

/** Whatever it has more than this version knows is kept with it: an update must not let it grow for ever. */
export const checkSize = (id: string, attributes: object): Result<true> =>
  utf8Bytes(canonicalJson(attributes)) <= limits.registryEntryBytesMax
    ? ok(true)
    : fail(problem('tooLarge', { subject: id, limit: limits.registryEntryBytesMax }));

export const withLease = (entry: Omit<TwinEntry, 'leaseUntil' | 'updatedAt' | 'leaseSeconds'>, leaseSeconds: number, now: Instant): TwinEntry => ({
  ...entry,
  updatedAt: now,
  leaseSeconds,
  leaseUntil: addMs(now, leaseSeconds * 1000),
});
