/**
 * Following: what happens at every source of a federation, told as it comes, for as long as somebody listens. Who joins is followed, who leaves no more.
 */
import type { AgencyId, Federation } from '@cityweave/core';
import { limits, mayBeAsked } from '@cityweave/core';
import { pause } from '../../deps.ts';
import type { Room } from '../room.ts';
import { followMember, followOwn, type SourceEvent } from './live.ts';

export type Follow = (federation: () => Federation | undefined, take: (event: SourceEvent) => Promise<void>, signal: AbortSignal) => void;

type Followed = { readonly room: Room; readonly take: (event: SourceEvent) => Promise<void>; readonly signal: AbortSignal };

const pump = ({ room, take }: Followed, events: AsyncIterable<SourceEvent>): void => {
  const run = async (): Promise<void> => {
    for await (const event of events) await take(event);
  };
  void run().catch((cause) => room.events.defect('following', cause));
};

const followAll = (followed: Followed, federation: Federation, stops: Map<AgencyId, AbortController>): void => {
  const { room, signal } = followed;
  const begin = (agency: AgencyId, eventsOf: (ending: AbortSignal) => AsyncIterable<SourceEvent>): void => {
    if (stops.has(agency)) return;
    const stop = new AbortController();
    stops.set(agency, stop);
    pump(followed, eventsOf(AbortSignal.any([stop.signal, signal])));
  };
  begin(room.self.agency, (ending) => followOwn(room, undefined, ending));
  const members = federation.members.filter(mayBeAsked);
  for (const member of members) begin(member.agency, (ending) => followMember({ room, federation, member, signal: ending }, undefined));
  for (const [agency, stop] of stops) {
    if (agency === room.self.agency || members.some((member) => member.agency === agency)) continue;
    stop.abort();
    stops.delete(agency);
  }
};

/** A source waits with its next event until this one was taken: nothing piles up here. */
export const createFollow =
  (room: Room): Follow =>
  (federation, take, signal) => {
    const stops = new Map<AgencyId, AbortController>();
    const run = async (): Promise<void> => {
      while (!signal.aborted) {
        const now = federation();
        if (now) followAll({ room, take, signal }, now, stops);
        await pause(room.deps.timers, limits.streamHeartbeatMs, signal);
      }
    };
    void run().catch((cause) => room.events.defect('following', cause));
  };
