/**
 * Silence: which agencies are not heard of, and since when, by the lines and members of a federation.
 */
import type { Connection, Member } from '../../graphql/answers.ts';

export type Silence = { readonly since: string; readonly lastSeen: string };
export type Silences = ReadonlyMap<string, Silence>;

type Lines = { readonly members: readonly Pick<Member, 'agency' | 'state' | 'since'>[]; readonly connections: readonly Connection[] };

const isLost = (state: string): boolean => state === 'INTERRUPTED' || state === 'FAILED';

export const silencesOf = ({ members, connections }: Lines): Silences => {
  const lines = connections
    .filter(({ state }) => isLost(state))
    .map(({ agency, since, lastSeen }) => [agency.id, { since, lastSeen: lastSeen ?? since }] as const);
  const gone = members.filter(({ state }) => isLost(state)).map(({ agency, since }) => [agency.id, { since, lastSeen: since }] as const);
  return new Map([...gone, ...lines]);
};

/** Who fell silent and who is back, by agency. */
export const movedBetween = (before: Silences, after: Silences): { readonly silent: readonly string[]; readonly back: readonly string[] } => ({
  silent: [...after.keys()].filter((id) => !before.has(id)),
  back: [...before.keys()].filter((id) => !after.has(id)),
});

/** How the lines stand now, with how late they were told to be before: of a line that was not there, as it is. */
export const withFiguresOf = (before: readonly Connection[], now: readonly Connection[]): readonly Connection[] => {
  const latencies = new Map(before.map(({ agency, latency }) => [agency.id, latency] as const));
  return now.map((line) => ({ ...line, latency: latencies.has(line.agency.id) ? (latencies.get(line.agency.id) ?? null) : line.latency }));
};
