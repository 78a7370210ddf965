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

/** On an ellipse about the middle of a box of 100 by 100, the first one above: high, so that names have room beside it. */
const spotAt = (at: number, count: number): { readonly x: number; readonly y: number } => {
  const turn = (at / count) * 2 * Math.PI - Math.PI / 2;
  return { x: 50 + 20 * Math.cos(turn), y: 50 + 36 * Math.sin(turn) };
};

/** From the middle of a spot in the units of the picture, and of how many characters there is room for. */
export type SpotLabel = { readonly anchor: 'start' | 'middle' | 'end'; readonly dx: number; readonly dy: number; readonly characters: number };

/** So near to the axis a name stands above or below its spot, elsewhere beside it, away from the middle. */
const axisWithin = 1;

export const labelOf = ({ x, y }: Pick<MemberSpot, 'x' | 'y'>): SpotLabel => {
  if (Math.abs(x - 50) <= axisWithin) return { anchor: 'middle', dx: 0, dy: y < 50 ? -16 : 26, characters: 40 };
  return { anchor: x < 50 ? 'end' : 'start', dx: x < 50 ? -14 : 14, dy: 4, characters: 17 };
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
