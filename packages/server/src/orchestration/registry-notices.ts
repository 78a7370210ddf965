/**
 * Notices of the registry (R8, R9): the initiator asks to be told of features that its federations need, and looks again when something changed.
 */
import { addMs, type Federation, fail, type Instant, ok, problem, type Request } from '@cityweave/core';
import type { AskedBy, Done } from '../exchange/answer.ts';
import { type Room, reachRegistry } from './room.ts';

/** A subscription as this node remembers it, under the federation it is for. */
type Subscribed = { readonly subscriptionId: string; readonly registry: string; readonly needs: string; readonly expiresAt: Instant };

const noun = 'registrySubscription';
const subscriptionMs = 60 * 60 * 1000;
/** Renewed before it is over, so that nothing falls between two. */
const renewBeforeMs = 10 * 60 * 1000;

// branding below: only this file writes the noun
const subscribedFor = (room: Room, id: string): Subscribed | undefined => room.records.get(noun, id) as Subscribed | undefined;
const all = (room: Room): readonly Subscribed[] => room.records.list(noun).map(({ value }) => value as Subscribed);

/** Asks the registry to tell of features that serve a need; again when needs change or the time runs out. A registry that cannot be reached is asked by discovery alone. */
export const subscribeToNeeds = async (room: Room, { id, needs }: Pick<Federation, 'id' | 'needs'>): Promise<void> => {
  const now = room.deps.clock.now();
  const kinds = needs.map(({ kind }) => kind);
  const known = subscribedFor(room, id);
  if (known?.needs === kinds.join(' ') && known.expiresAt > addMs(now, renewBeforeMs)) return;
  const reached = await reachRegistry(room);
  if (!reached.ok || !reached.value || kinds.length === 0) return;
  const expiresAt = addMs(now, subscriptionMs);
  const content = { parameters: { kinds, limit: 1, expiresAt }, objects: [] };
  const asked = await room.ask(reached.value, 'registry.subscribe.feature', content, { signal: room.signal });
  if (!asked.ok) return;
  const value: Subscribed = { subscriptionId: asked.value.objects[0].id, registry: reached.value.id, needs: kinds.join(' '), expiresAt };
  room.records.put(noun, id, value);
};

/** The federation is over: nobody wants to hear any more. */
export const unsubscribeFromNeeds = async (room: Room, id: Federation['id']): Promise<void> => {
  const known = subscribedFor(room, id);
  if (!known) return;
  room.records.remove(noun, id);
  const reached = await reachRegistry(room);
  if (!reached.ok || !reached.value) return;
  const parameters = { subscriptionId: known.subscriptionId } as Request<'registry.unsubscribe.feature'>['parameters']; // branding: as the registry gave it
  await room.ask(reached.value, 'registry.unsubscribe.feature', { parameters, objects: [] }, { signal: room.signal });
};

type Notice = Request<'digitalTwin.notify.digitalTwin'>['parameters'];

export type RegistryNotices = { readonly heard: (notice: Notice, by: AskedBy) => Done<'digitalTwin.notify.feature'> };

export const createRegistryNotices = (room: Room): RegistryNotices => ({
  heard: ({ subscriptionId }, by) => {
    const known = all(room).some((one) => one.subscriptionId === subscriptionId && one.registry === by.sender);
    return known ? ok({ reply: { parameters: {}, objects: [] } }) : fail(problem('unknownSubscription', { subject: subscriptionId }));
  },
});
