/**
 * Far subscription: asks an agency's own NGSI-LD broker to say when something changed. What it says is a hint to look, never data: nobody has to believe it.
 */
import { addMs, fail, limits, ok, problem, type Result } from '@cityweave/core';
import type { FarInterface } from '../../config/far-interface.ts';
import type { Room } from '../room.ts';

/** One rest between two looks. */
export type Rest = {
  /** ends with the broker's next word */
  readonly hint: AbortSignal;
  /** whether it will say one */
  readonly subscribed: Promise<boolean>;
};

export type FarSubscriptions = {
  readonly begin: (given: FarInterface, signal: AbortSignal) => Rest;
  readonly notified: (token: string) => boolean;
};

/** A subscription at a broker: under which token it speaks to this node, and when it is asked for again. */
type Asked = { readonly token: string; readonly renewAtMs: number; readonly made: Promise<boolean> };

/** Beside the entities, as the standard has it. */
const subscriptionsOf = ({ address }: FarInterface): string => new URL('subscriptions', address).href;

const farNoticePath = '/dtf/far/';

const subscriptionOf = (room: Room, given: FarInterface, token: string) => {
  const type = new URL(given.address).searchParams.get('type');
  const uri = new URL(`${farNoticePath}${token}`, room.self.address()).href;
  return {
    type: 'Subscription',
    ...(type ? { entities: type.split(',').map((one) => ({ type: one })) } : { watchedAttributes: given.members.map(({ member }) => member) }),
    notification: { endpoint: { uri, accept: 'application/json' } },
    expiresAt: addMs(room.deps.clock.now(), limits.farSubscriptionMs),
  };
};

/** Where it can be taken back. */
const subscribe = async (room: Room, given: FarInterface, token: string): Promise<Result<string>> => {
  const said = await room.far.say({ ...given, method: 'POST', address: subscriptionsOf(given), body: subscriptionOf(room, given, token), signal: room.signal });
  if (!said.ok) return said;
  const location = said.value.location && URL.parse(said.value.location, given.address)?.href;
  return location
    ? ok(location)
    : fail(problem('unavailable', { subject: 'subscriptions of the interface', found: 'no location', accepted: 'where it was made' }));
};

/** Half of its time is over. */
const isCurrent = (asked: Asked | undefined, nowMs: number): asked is Asked => asked !== undefined && nowMs < asked.renewAtMs;

export const createFarSubscriptions = (room: Room): FarSubscriptions => {
  const byInterface = new Map<string, Asked>();
  const rests = new Map<string, AbortController>();
  const takeBack = (given: FarInterface, address: string): void =>
    void room.far.say({ ...given, method: 'DELETE', address, signal: undefined }).catch((cause) => room.events.defect('far-subscription', cause));
  const make = async (given: FarInterface, token: string, signal: AbortSignal): Promise<boolean> => {
    const made = await subscribe(room, given, token);
    if (!made.ok) return false;
    const end = (): void => {
      byInterface.delete(given.id);
      rests.delete(token);
      takeBack(given, made.value);
    };
    if (signal.aborted) end();
    else signal.addEventListener('abort', end, { once: true });
    return true;
  };
  const ask = (given: FarInterface, signal: AbortSignal): Asked => {
    const nowMs = room.deps.clock.monotonicMs();
    const before = byInterface.get(given.id);
    if (isCurrent(before, nowMs)) return before;
    const token = room.deps.ids.uuid();
    const asked: Asked = { token, renewAtMs: nowMs + limits.farSubscriptionMs / 2, made: make(given, token, signal) };
    byInterface.set(given.id, asked);
    return asked;
  };
  return {
    begin: (given, signal) => {
      const hint = new AbortController();
      if (given.protocol !== 'ngsi-ld') return { hint: hint.signal, subscribed: Promise.resolve(false) };
      const { token, made } = ask(given, signal);
      rests.set(token, hint);
      return { hint: hint.signal, subscribed: made };
    },
    notified: (token) => {
      rests.get(token)?.abort();
      return rests.has(token);
    },
  };
};
