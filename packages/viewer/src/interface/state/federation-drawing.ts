/**
 * Federation drawing: where each member stands around the initiator, and how its line does, so that a picture and a text can say the same.
 */
import type { Connection, Group, Member, Source } from '../../graphql/answers.ts';
import type { Silences } from './silence.ts';

export type MemberSpot = {
  readonly id: string;
  readonly name: string;
  readonly x: number;
  readonly y: number;
  readonly standing: 'well' | 'silent' | 'joining' | 'gone';
  readonly state: string;
  readonly lastSeen: string | undefined;
  /** ISO 8601 durations */
  readonly latency: string | undefined;
  readonly age: string | undefined;
  readonly twins: number;
};

type Drawn = {
  readonly members: readonly Member[];
  readonly connections: readonly Connection[];
  readonly groups: readonly Group[];
  readonly sources: readonly Source[];
  readonly silences: Silences;
  readonly nameOf: (id: string) => string;
};

const standings: Readonly<Record<Member['state'], MemberSpot['standing']>> = {
  ACTIVE: 'well',
  AGREED: 'joining',
  CONNECTING: 'joining',
  INVITED: 'joining',
  INTERRUPTED: 'silent',
  LEAVING: 'gone',
  LEFT: 'gone',
  REMOVED: 'gone',
};

export const twinsOf = (groups: readonly Group[], agency: string): number =>
  groups.filter((group) => group.agency.id === agency).reduce((sum, { count }) => sum + count, 0);

/** On an ellipse about the middle of a box of 100 by 100, the first one above. */
const spotAt = (at: number, count: number): { readonly x: number; readonly y: number } => {
  const turn = (at / count) * 2 * Math.PI - Math.PI / 2;
  return { x: 50 + 36 * Math.cos(turn), y: 50 + 36 * Math.sin(turn) };
};

export const toSpots = ({ members, connections, groups, sources, silences, nameOf }: Drawn): readonly MemberSpot[] =>
  members.map(({ agency: { id }, state }, at) => {
    const line = connections.find(({ agency }) => agency.id === id);
    return {
      ...{ id, state, name: nameOf(id), ...spotAt(at, members.length) },
      standing: silences.has(id) ? 'silent' : standings[state],
      lastSeen: silences.get(id)?.lastSeen ?? line?.lastSeen ?? undefined,
      latency: line?.latency ?? undefined,
      age: sources.find(({ agency }) => agency.id === id)?.age ?? undefined,
      twins: twinsOf(groups, id),
    };
  });
