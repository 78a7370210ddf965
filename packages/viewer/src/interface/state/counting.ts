/**
 * Counting: how many twins there are, each once whoever keeps it: agencies tell how many they keep, and the scene which of these are one.
 */
import type { Group } from '../../graphql/answers.ts';
import { type Drawn, useDrawn } from './drawn.ts';
import { isLeftOut, isOneOf } from './filter.ts';
import { useKnown } from './known.ts';
import { type TwinChoice, usePerson } from './person.ts';

type Counted = {
  readonly kind: Pick<Group['kind'], 'id'> & Partial<Pick<Group['kind'], 'broader' | 'sameAs'>>;
  readonly agency: { readonly id: string };
  readonly count: number;
};
type Choice = Pick<TwinChoice, 'kinds' | 'agencies'>;

/** The kinds that a twin of this one is of, too: those that are wider, and what others call it. */
const widerOf = ({ broader = [], sameAs = [] }: Counted['kind']): readonly string[] => [...broader, ...sameAs].map(({ id }) => id);

const isShared = (groups: readonly Counted[]): boolean => new Set(groups.map(({ kind }) => kind.id)).size < groups.length;

/** How often twins of these kinds were counted that were counted already: what several of these agencies keep. */
const countedAgain = ({ kinds, agencies }: Choice, { scene, rows, keepers }: Drawn): number => {
  const isWanted = scene.agencies.map(({ id }) => agencies.length === 0 || agencies.includes(id));
  const ofKind = scene.kinds.map((kind) => kinds.length === 0 || isOneOf(kind, kinds));
  const bySet = keepers?.sets.map((set) => set.filter((agency) => isWanted[agency]).length) ?? [];
  let again = 0;
  for (const [row, set] of keepers?.of.entries() ?? []) {
    if (set === 0 || ofKind[rows.kindOf(row)] !== true) continue;
    again += Math.max(0, (bySet[set] ?? 0) - (isWanted[rows.agencyOf(row)] ? 0 : 1));
  }
  return again;
};

/** Of the kinds and agencies that are chosen; undefined where several keep a kind and nobody told yet which of their twins are one. */
export const countTwins = (groups: readonly Counted[], choice: Choice, drawn: Drawn | undefined): number | undefined => {
  const own = groups.filter(({ kind, agency }) => !isLeftOut(choice, { kind: kind.id, broader: widerOf(kind) }, [agency.id]));
  const sum = own.reduce((all, { count }) => all + count, 0);
  if (!isShared(own)) return sum;
  return drawn?.keepers && sum - countedAgain(choice, drawn);
};

/** Of the filter as it is now; undefined where it, a question or another time says more than kinds and agencies. */
export const useTwinCount = (): number | undefined => {
  const groups = useKnown((state) => state.groups);
  const drawn = useDrawn((state) => state.drawn);
  const { filter, question, asOf } = usePerson();
  return filter.ranges.length > 0 || question !== undefined || asOf !== undefined ? undefined : countTwins(groups, filter, drawn);
};
