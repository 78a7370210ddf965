/**
 * Linking: the links of the chosen twin as arcs, and names: of the chosen one, what it is linked to, what an answer found, else of what one knows a city by.
 */
import { useEffect, useMemo } from 'react';
import type { WholeTwin } from '../../graphql/answers.ts';
import type { Arc, Label, Staged } from '../../scene/staged.ts';
import type { FoundTwin } from '../state/answer.ts';
import { useChosen } from '../state/choosing.ts';
import { type CrossLink, readCrossing, useCrossing } from '../state/crossing.ts';
import { useDrawn } from '../state/drawn.ts';
import { groundOf, isLeftOut, isTelling as isRange, toTwinFilter } from '../state/filter.ts';
import { useKnown } from '../state/known.ts';
import { type LinkedTo, linkedTo } from '../state/linked-to.ts';
import { usePerson } from '../state/person.ts';
import { usePosed } from '../state/posing.ts';
import { plainText } from '../words/format.ts';
import { isNumbered, spokenName } from '../words/telling.ts';
import { useClear } from './free.ts';
import { useHiddenKinds } from './hiding.ts';
import { type Kept, type Named, namesMax, useLandmarks } from './landmarks.ts';
import { rowsById, rowsOf, useEffectLatest } from './rows.ts';

const useLinked = (twin: WholeTwin | undefined) => useMemo(() => (twin ? linkedTo(twin) : []), [twin]);

/** Links between agencies, where somebody wants to see them. */
const useCrossings = (): void => {
  const { federation, crossing, filter, question, asOf } = usePerson();
  const ids = usePosed(({ answer }) => answer?.ids);
  const asked = question === undefined ? undefined : ids;
  const hidden = useHiddenKinds();
  const agencies = useKnown(({ groups }) => [...new Set(groups.map(({ agency }) => agency.id))].sort().join(' '));
  useEffect(() => {
    const isWanted = crossing && federation !== undefined && agencies !== '' && (question === undefined || ids !== undefined);
    const told = toTwinFilter({ ...filter, ranges: filter.ranges.filter(isRange) });
    return readCrossing(isWanted ? { federation, agencies: agencies.split(' '), filter: told, hidden, ids: asked, asOf } : undefined);
  }, [federation, crossing, filter, question === undefined, asked, asOf, agencies, hidden.join(' ')]);
};

const crossStrength = 0.15;

const toArcs = (links: readonly CrossLink[], rows: ReadonlyMap<string, number>): readonly Arc[] =>
  links.flatMap(({ from, to }): readonly Arc[] => {
    const [start, end] = [rows.get(from), rows.get(to)];
    return start === undefined || end === undefined ? [] : [{ from: start, to: end, strength: crossStrength }];
  });

const useArcs = (staged: Staged | undefined): void => {
  const crossing = useCrossing((state) => state.links);
  const hovered = usePerson((state) => state.hovered);
  const twin = useChosen((state) => state.twin);
  const linked = useLinked(twin);
  useEffectLatest(
    async (isLatest) => {
      if (!staged) return;
      const ends = linked.map(({ end }) => end.id);
      const crossed = crossing.flatMap(({ from, to }) => [from, to]);
      const rows = await rowsById(rowsOf(staged), [...new Set([...(twin ? [twin.id] : []), ...ends, ...crossed])]);
      if (!(rows && isLatest())) return;
      const own = twin && rows.get(twin.id);
      const arcs = linked.flatMap(({ end: { id }, isOutward }): readonly Arc[] => {
        const row = rows.get(id);
        if (own === undefined || row === undefined || row === own) return [];
        return [{ from: isOutward ? own : row, to: isOutward ? row : own, strength: id === hovered ? 1 : 0.5 }];
      });
      staged.city.link([...arcs, ...toArcs(crossing, rows)]);
    },
    [staged, twin, linked, hovered, crossing],
  );
};

/** Of what an answer found, the one hospital is named before one of eight charging points; what only its register's number tells is not named. */
const namesOf = (all: readonly FoundTwin[]): readonly Named[] => {
  const twins = all.filter(({ name }) => !isNumbered(name));
  const byKind = Map.groupBy(twins, ({ kind }) => kind);
  return twins.map(({ id, name, kind }) => ({ id, name, weight: 20 + 20 / (byKind.get(kind)?.length ?? 1) })).sort((a, b) => b.weight - a.weight);
};

/** Of the chosen twin and of what it is linked to. */
const namesAbout = (twin: WholeTwin, linked: readonly LinkedTo[]): readonly Named[] => [
  { id: twin.id, name: spokenName(twin.name, twin.kind.label), weight: 100 },
  ...linked.map(({ end: { id, name, kind } }) => ({ id, name: spokenName(name ?? '', kind?.label ?? ''), weight: 50 })),
];

/** A name over a twin that the filter leaves out would stand over nothing; the ground stays. */
const useIsThere = (): ((kept: Kept) => boolean) => {
  const filter = usePerson((state) => state.filter);
  const scene = useDrawn((state) => state.drawn?.scene);
  return useMemo(() => {
    const ground = scene && groundOf(scene);
    return ({ kind: id, agencies }) => {
      const at = scene?.kinds.findIndex((one) => one.kind === id) ?? -1;
      const kind = scene?.kinds[at];
      return kind === undefined || ground?.has(at) === true || !isLeftOut(filter, kind, agencies);
    };
  }, [filter, scene]);
};

/** The heavier stays where two would lie on one another: the chosen one, its links, what was found, what one knows a city by. */
const useLabels = (staged: Staged | undefined): void => {
  const twin = useChosen((state) => state.twin);
  const answer = usePosed((state) => state.answer);
  const known = useLandmarks(staged);
  const linked = useLinked(twin);
  const isThere = useIsThere();
  useEffectLatest(
    async (isLatest) => {
      if (!staged) return;
      const chosen = twin ? namesAbout(twin, linked) : [];
      const found = namesOf(answer?.sections.flatMap(({ twins }) => twins).filter(isThere) ?? []);
      const named = [...chosen, ...(found.length > 0 ? found : known.filter(isThere))];
      const few = [...new Map(named.toReversed().map((one) => [one.id, one])).values()].sort((a, b) => b.weight - a.weight).slice(0, namesMax);
      const rows = await rowsById(
        rowsOf(staged),
        few.map(({ id }) => id),
      );
      if (!(rows && isLatest())) return;
      const labels = few.flatMap(({ id, name, weight }): readonly Label[] => {
        const row = rows.get(id);
        return row === undefined || name === '' ? [] : [{ row, text: plainText(name, 60), weight, isChosen: id === twin?.id }];
      });
      staged.city.label(labels);
    },
    [staged, twin, linked, answer, known, isThere],
  );
};

/** No name is half under a panel, or cut by the edge of the window. */
const useLabelsBeside = (staged: Staged | undefined): void => {
  const clear = useClear();
  useEffect(() => staged?.city.keepFree(clear), [staged, clear]);
};

export const useLinking = (staged: Staged | undefined): void => {
  useCrossings();
  useArcs(staged);
  useLabels(staged);
  useLabelsBeside(staged);
};
