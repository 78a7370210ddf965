/**
 * Joining: declared joins to other agencies' keys become links once a federation is active: the other member is asked by alternative identifiers.
 */
import { type AgencyId, type Authority, agencyTwinIdOf, authorityOf, fail, ok, problem, type Result, reachedAt, type TwinId } from '@cityweave/core';
import { pause } from '../../deps.ts';
import type { Peer } from '../../exchange/peer.ts';
import { type AskIdentifiers, resolveJoins } from '../../import/joins.ts';
import { answered } from '../../store/unanswered.ts';
import { sharedFederation } from '../fellow.ts';
import type { Room } from '../room.ts';

/** How often what found no partner is tried again without anybody's telling. */
const retryMs = 30_000;

const peerOfAgency = async (room: Room, id: TwinId): Promise<Result<Peer>> => {
  const registry = await room.registry();
  if (!registry) return fail(problem('unreachable', { subject: 'registry' }));
  const found = await room.ask(registry, 'registry.retrieve.digitalTwin', { parameters: {}, objects: [{ kind: 'digitalTwin', id }] }, { signal: room.signal });
  if (!found.ok) return found;
  const { endpoints, keys } = found.value.objects[0].attributes;
  const way = reachedAt(endpoints);
  return way ? ok({ id, role: 'digitalTwin', ...way, keys }) : fail(problem('unbridgeable', { subject: id }));
};

const askIdentifiers =
  (room: Room, peers: Map<AgencyId, Promise<Result<Peer>>>): AskIdentifiers =>
  async (agency, scheme, values) => {
    const authority: Authority = authorityOf(agency);
    const id = agencyTwinIdOf(authority);
    const federationId = sharedFederation(room, id);
    if (!federationId) return fail(problem('notInForce', { agency, accepted: 'an active federation with this agency' }));
    const known = peers.get(agency) ?? peerOfAgency(room, id);
    peers.set(agency, known);
    const peer = await known;
    if (!peer.ok) return peer;
    const content = { parameters: { federationId, identify: { scheme, values: [...values] } }, objects: [] as [] }; // branding: a list of none
    const asked = await room.ask(peer.value, 'digitalTwin.read.exchangeData', content, { federationId, signal: room.signal });
    if (!asked.ok) return asked;
    const { identified = {}, identifiedBeyond } = asked.value.objects[0].attributes;
    return ok({ partners: new Map(Object.entries(identified)), beyond: new Set(identifiedBeyond) });
  };

export type Joining = {
  /** tries all that is open, now or as soon as the round under way is done */
  readonly run: () => void;
  /** once every join that was open when this was called has been tried, or the node stops */
  readonly tried: () => Promise<void>;
};

/** Rounds are counted as they are wanted; whoever waits is told when one ends that began after it asked. */
const createRounds = () => {
  let [wanted, done] = [0, 0];
  let waiting: readonly { readonly round: number; readonly tell: () => void }[] = [];
  const end = (round: number): void => {
    done = Math.max(done, round);
    for (const { tell } of waiting.filter((one) => one.round <= done)) tell();
    waiting = waiting.filter((one) => one.round > done);
  };
  return {
    want: (): void => {
      wanted += 1;
    },
    begin: (): (() => void) => {
      const round = wanted;
      return () => end(round);
    },
    endAll: () => end(wanted),
    ended: (): Promise<void> =>
      new Promise((tell) => {
        if (done >= wanted) tell();
        else waiting = [...waiting, { round: wanted, tell }];
      }),
  };
};

export const createJoining = (room: Room): Joining => {
  let running = false;
  let rest = new AbortController();
  const rounds = createRounds();
  const resolveOnce = async (): Promise<boolean> => {
    const end = rounds.begin();
    const counts = await resolveJoins(room.store, askIdentifiers(room, new Map()), { clock: room.deps.clock, own: room.self.agency, signal: room.signal });
    end();
    return counts.waiting + counts.unresolved > 0;
  };
  const work = async (): Promise<void> => {
    for (let open = true; open && !room.signal.aborted; ) {
      rest = new AbortController();
      const tried = await answered(resolveOnce());
      open = !tried.ok || tried.value;
      if (open) await pause(room.deps.timers, retryMs, AbortSignal.any([rest.signal, room.signal]));
    }
  };
  const run = (): void => {
    rounds.want();
    if (running) {
      rest.abort();
      return;
    }
    running = true;
    void work()
      .catch((cause) => (room.signal.aborted ? undefined : room.events.defect('joining', cause)))
      .finally(() => {
        running = false;
        rounds.endAll();
      });
  };
  return { run, tried: rounds.ended };
};
