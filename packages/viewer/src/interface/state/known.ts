/**
 * Known: what the node said of the federation: who takes part, what they keep, how they stand, and what can be asked. Live values are not among it.
 */
import { create } from 'zustand';
import type { Connection, Federation, Group, Member, Source } from '../../graphql/answers.ts';
import { queries } from '../../graphql/queries.ts';
import { ask } from './learning.ts';
import { person } from './person.ts';
import type { Silences } from './silence.ts';

export type Known = {
  readonly federation: Pick<Federation, 'id' | 'name' | 'initiator'> | undefined;
  readonly groups: readonly Group[];
  readonly sources: readonly Source[];
  readonly members: readonly Member[];
  readonly connections: readonly Connection[];
  readonly silences: Silences;
  /** since when the node that served this page does not answer */
  readonly offlineSince: string | undefined;
  /** one more each time an agency is back: what was asked meanwhile is worth asking again */
  readonly healed: number;
};

export const useKnown = create<Known>()(() => ({
  federation: undefined,
  groups: [],
  sources: [],
  members: [],
  connections: [],
  silences: new Map(),
  offlineSince: undefined,
  healed: 0,
}));

const { setState: set } = useKnown;

export const learnFederation = async (federation: string): Promise<void> => {
  const answer = await ask(queries.federation, { federation, lang: person.get().lang });
  const found = answer.ok ? answer.value.federation : undefined;
  if (!found) return;
  const { id, name, initiator, members, connections, summary } = found;
  set({ federation: { id, name, initiator }, members, connections, groups: summary.groups, sources: summary.sources });
};

/** The name by which people know an agency; what its identifier says where nobody told it. */
export const agencyName = ({ groups, sources, members, federation }: Known, id: string): string =>
  [...sources.map(({ agency }) => agency), ...groups.map(({ agency }) => agency), ...(federation ? [federation.initiator] : [])].find(
    (agency) => agency.id === id && agency.name !== '',
  )?.name ??
  members.find(({ agency }) => agency.id === id)?.name ??
  id.replace('urn:dtf:agency:', '');

export const kindLabel = ({ groups }: Pick<Known, 'groups'>, id: string): string =>
  groups.find(({ kind }) => kind.id === id)?.kind.label ?? id.split(':').at(-1) ?? id;
