/**
 * Partner keys: whose word a message is. Known partners by their pins; at first contact by how they are introduced; after a change of keys by what they announced.
 */
import { fail, keysInForce, limits, type Message, ok, type Problem, type PublicKey, problem, type Result } from '@cityweave/core';
import { LRUCache } from 'lru-cache';
import type { Deps } from '../deps.ts';
import type { RecordStore } from '../store/store.ts';
import { followPin, type Introduced, type Pin, pinOf, putPin } from '../trust/pin.ts';
import { verifyMessage } from '../trust/signature.ts';

/** What the registry, or the registry's own document, says of a partner now. */
export type LookUp = (id: string) => Promise<Result<Introduced>>;

export type PartnerKeys = {
  /** True as a value where the sender itself said exactly this. `introduced`: what was said of its keys before, or what it says of them itself. */
  readonly verify: (message: Message, introduced?: Introduced) => Promise<Result<true>>;
  /** The keys of a partner whose signatures are accepted now; none where it is not known. */
  readonly keysOf: (id: string) => readonly PublicKey[];
  /** The key of this name of a partner, where its signatures are accepted now: what it announced since is followed. Of a stranger nothing is pinned by looking. */
  readonly keyFor: (id: string, keyId: string) => Promise<PublicKey | undefined>;
};

export type PartnerKeysRoom = {
  readonly deps: Deps;
  readonly records: RecordStore;
  /** this node, which may speak to itself: its own keys need no pin */
  readonly self: { readonly id: string; readonly keys: () => readonly PublicKey[] };
  readonly lookUp: LookUp;
};

const partnersRememberedMax = 10_000;

/** Looks partners up: each once at a time, not again soon after a failure, never very many at once. */
const createLookUps = ({ deps, lookUp }: PartnerKeysRoom) => {
  const running = new Map<string, Promise<Result<Introduced>>>();
  const restUntil = new LRUCache<string, number>({ max: partnersRememberedMax });
  const run = async (id: string): Promise<Result<Introduced>> => {
    const found = await lookUp(id);
    restUntil.set(id, deps.clock.monotonicMs() + (found.ok ? 0 : limits.keyLookUpPauseMs));
    running.delete(id);
    return found;
  };
  return (id: string): Promise<Result<Introduced>> => {
    const known = running.get(id);
    if (known) return known;
    if ((restUntil.get(id) ?? Number.NEGATIVE_INFINITY) > deps.clock.monotonicMs()) return Promise.resolve(fail(problem('notAuthenticated', { subject: id })));
    if (running.size >= limits.keyLookUpsMax) return Promise.resolve(fail(problem('overloaded', { subject: 'look-ups of keys', limit: limits.keyLookUpsMax })));
    const made = run(id);
    running.set(id, made);
    return made;
  };
};

const has = (keys: readonly PublicKey[], message: Message): boolean => keys.some(({ kid }) => kid === message.header.security?.keyId);

/** Who cannot be looked up now may be known in a moment; who was looked up and is not known will not. */
const stranger = (id: string, found: Problem): Problem => {
  if (found.kind === 'overloaded') return found;
  if (found.kind === 'timedOut') return problem('upstreamTimedOut', { subject: id, accepted: 'a registry that says in time who this is' });
  return problem('notAuthenticated', { subject: id, accepted: 'a sender that the registry knows' });
};

/** What is known of partners now, and how it follows what they announce. */
const createKnown = ({ deps, records, self }: PartnerKeysRoom, lookUp: LookUp) => {
  const freshUntil = new LRUCache<string, number>({ max: partnersRememberedMax });
  /** What announcements lead to is what is known of a partner from now on; of a stranger what was told, and nothing is pinned. */
  const follow = (id: string, told: Introduced): readonly PublicKey[] => {
    const pin = pinOf(records, id);
    const known = followPin(pin, id, told);
    if (pin) putPin(records, id, { ...known, endpoint: told.endpoint, at: deps.clock.now() });
    return known.keys;
  };
  return {
    follow,
    keysOf: (id: string): readonly PublicKey[] => keysInForce(id === self.id ? self.keys() : (pinOf(records, id)?.keys ?? []), deps.clock.now()),
    /** Announcements heard of meanwhile lead to other keys: a key that was revoked is found out even if its holder goes on using it. */
    refresh: (id: string): void => {
      const now = deps.clock.monotonicMs();
      const until = freshUntil.get(id);
      freshUntil.set(id, until === undefined || until < now ? now + limits.keyRefreshMs : until);
      if (until === undefined || until >= now) return;
      void lookUp(id).then((found) => {
        if (found.ok) follow(id, found.value);
      });
    },
  };
};

export const createPartnerKeys = (room: PartnerKeysRoom): PartnerKeys => {
  const { deps, records, self } = room;
  const lookUp = createLookUps(room);
  const { follow, keysOf, refresh } = createKnown(room, lookUp);

  /** Pinned only after the signature was found good, so that nobody can pin a key in another's name. */
  const verifyWith = async (message: Message, pin: Pin | undefined, introduced: Introduced): Promise<Result<true>> => {
    const { id, endpoint } = message.header.source;
    const known = followPin(pin, id, introduced);
    const verified = await verifyMessage(message, keysInForce(known.keys, deps.clock.now()));
    if (verified.ok) putPin(records, id, { ...known, endpoint: endpoint ?? introduced.endpoint, at: deps.clock.now() });
    return verified;
  };

  const verify: PartnerKeys['verify'] = async (message, introduced) => {
    const { id } = message.header.source;
    if (id === self.id) return verifyMessage(message, keysInForce(self.keys(), deps.clock.now()));
    const pin = pinOf(records, id);
    if (pin && has(pin.keys, message)) {
      refresh(id);
      return verifyWith(message, pin, { keys: pin.keys });
    }
    const told = introduced && has(followPin(pin, id, introduced).keys, message) ? ok(introduced) : await lookUp(id);
    if (told.ok) return verifyWith(message, pin, told.value);
    return pin ? verifyMessage(message, keysInForce(pin.keys, deps.clock.now())) : fail(stranger(id, told.problem));
  };

  const keyFor: PartnerKeys['keyFor'] = async (id, keyId) => {
    const isMeant = ({ kid }: PublicKey): boolean => kid === keyId;
    const known = keysOf(id).find(isMeant);
    if (known) refresh(id);
    const told = known ? undefined : await lookUp(id);
    return told?.ok ? keysInForce(follow(id, told.value), deps.clock.now()).find(isMeant) : known;
  };

  return { verify, keysOf, keyFor };
};
