/**
 * Lease watch: an entry whose lease ran out is stale, after the missed ones, or when its owner's notice is over, it is gone; whoever listens to it hears that, though
 * nobody said anything.
 */
import { addMs, type Instant, limits, msBetween, type TwinId } from '@cityweave/core';
import { type Deps, pause } from '../deps.ts';
import { forgetAdaptors } from './adaptor-registration.ts';
import { enterState, forgetTwins, type RegistryRoom, saveTwin, stateNow, type TwinEntry, twinEntries } from './entry.ts';
import { type EnteredFeature, featureEntries, featureStateNow, featuresOf, forgetFeatures, saveFeature, withdrawn } from './feature-entry.ts';
import { forgetFederatedTwins } from './federated-twin/registration.ts';
import { forgetDictionaries } from './semantic-dictionary.ts';
import { changedFeatures, telling } from './subscription.ts';

type EnteredTwin = { readonly id: TwinId; readonly entry: TwinEntry };

/** The room as it was at a moment: what could be seen then. */
const at = (room: RegistryRoom, now: Instant): RegistryRoom => ({ ...room, deps: { ...room.deps, clock: { ...room.deps.clock, now: () => now } } });

const run = (room: RegistryRoom, { id, entry }: EnteredTwin): void => {
  const moved = enterState(entry, stateNow(entry, room.deps.clock.now()), room.deps.clock.now());
  if (!moved.ok) return;
  const after: TwinEntry = { ...entry, state: moved.value };
  const features = featuresOf(room.records, id).map((feature) => ({ id: feature.id, before: feature.entry, after: feature.entry }));
  const [lastSeen = entry.leaseUntil] = [entry.leaseUntil, ...(entry.endsAt ? [entry.endsAt] : [])].toSorted();
  const tell = telling(room, { twins: [{ id, before: entry, after }], features }, at(room, lastSeen));
  room.records.putAll([saveTwin(id, after)]);
  tell();
};

const end = (room: RegistryRoom, { id, entry }: EnteredFeature): void => {
  const now = room.deps.clock.now();
  const gone = withdrawn(entry, { now });
  if (!gone.ok) return;
  const tell = telling(room, { features: changedFeatures(room, [{ id, entry: gone.value }]) }, at(room, entry.endsAt ?? now));
  room.records.putAll([saveFeature(id, gone.value)]);
  tell();
};

/** Entries that stand otherwise than they were saved, because time went by. */
export const runOutLeases = (room: RegistryRoom): void => {
  const now = room.deps.clock.now();
  for (const entered of featureEntries(room.records)) if (featureStateNow(entered.entry, now) !== entered.entry.state) end(room, entered);
  for (const entered of twinEntries(room.records)) if (stateNow(entered.entry, now) !== entered.entry.state) run(room, entered);
};

/** What is gone for long, or too often. */
export const forgetGone = (room: RegistryRoom): void => {
  for (const forget of [forgetTwins, forgetFeatures, forgetFederatedTwins, forgetAdaptors, forgetDictionaries]) forget(room);
};

const forgetEveryMs = 60_000;

/** How long until the next lease is over; not longer than the shortest one that may be begun meanwhile: notices that are over are seen then too. */
const untilNext = (room: RegistryRoom): number => {
  const now = room.deps.clock.now();
  const ends = twinEntries(room.records).flatMap(({ entry }) => (entry.state === 'ACTIVE' ? [msBetween(now, entry.leaseUntil) + 1] : []));
  return Math.max(1, Math.min(limits.leaseSecondsMin * 1000, ...ends));
};

export const watchLeases = async (room: RegistryRoom, { timers, signal }: { readonly timers: Deps['timers']; readonly signal: AbortSignal }): Promise<void> => {
  let forgetAt = room.deps.clock.now();
  while (!signal.aborted) {
    runOutLeases(room);
    if (forgetAt <= room.deps.clock.now()) {
      forgetGone(room);
      forgetAt = addMs(room.deps.clock.now(), forgetEveryMs);
    }
    await pause(timers, untilNext(room), signal);
  }
};
