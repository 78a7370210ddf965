/**
 * Twin tree: federation, agency, kind, twin: the city as a tree of texts; the same filter, the same selection, all by keyboard.
 */
import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, useEffect, useId, useMemo, useRef, useState } from 'react';
import { propertiesOf } from '../state/columns.ts';
import { countTwins, useTwinCount } from '../state/counting.ts';
import { useKnown } from '../state/known.ts';
import { noFilter, person, usePerson } from '../state/person.ts';
import { missingIn } from '../state/sources-line.ts';
import { type Line, toLines } from '../state/tree.ts';
import { useWords } from '../words/words.ts';
import { movedBy } from './keys.ts';
import { type Term, TreeLine } from './tree-line.tsx';
import { type Sight, useForest } from './use-forest.ts';
import { useListed, useNothing } from './use-listed.ts';

const rowPixels = 30;

type Turning = { readonly turn: (key: string, open: boolean) => void; readonly grow: (key: string) => void };

const take = (line: Line, { turn, grow }: Turning): void => {
  if (line.type === 'twin') person.set({ selected: line.twin.id, frame: line.twin.id });
  else if (line.type === 'more') grow(line.branch);
  else turn(line.key, !line.open);
};

/** Where a key leads: undefined where it only opens or closes. */
const aside = (key: string, line: Line, { lines, turn }: { readonly lines: readonly Line[]; readonly turn: Turning['turn'] }): number | undefined => {
  const [into, outOf] = document.documentElement.dir === 'rtl' ? ['ArrowLeft', 'ArrowRight'] : ['ArrowRight', 'ArrowLeft'];
  const isBranch = 'open' in line;
  if (key === into && isBranch && !line.open) turn(line.key, true);
  else if (key === into && isBranch) return lines.findIndex(({ parent }) => parent === line.key);
  else if (key === outOf && isBranch && line.open) turn(line.key, false);
  else if (key === outOf && line.parent !== undefined) return lines.findIndex(({ key: other }) => other === line.parent);
  return undefined;
};

const useTreeKeys = (lines: readonly Line[], turning: Turning, show: (index: number) => void) => {
  const [active, setActive] = useState<string>();
  const at = Math.max(
    0,
    lines.findIndex(({ key }) => key === active),
  );
  const go = (next: number): void => {
    const line = lines[next];
    setActive(line?.key);
    show(next);
    person.set({ hovered: line?.type === 'twin' ? line.twin.id : undefined });
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const line = lines[at];
    if (!line) return;
    const next = movedBy(event.key, at, lines.length) ?? aside(event.key, line, { lines, turn: turning.turn });
    const isTaken = event.key === 'Enter' || event.key === ' ';
    if (isTaken) take(line, turning);
    if (isTaken || event.key.startsWith('Arrow') || next !== undefined) event.preventDefault();
    if (next !== undefined && next >= 0) go(next);
  };
  return { at, setActive, onKeyDown };
};

const useTermsNamed = (terms: readonly string[]): readonly Term[] => {
  const groups = useKnown((state) => state.groups);
  return useMemo(() => {
    const properties = propertiesOf(groups, []);
    return terms.map((term) => ({ id: term, label: properties.find(({ id }) => id === term)?.label ?? term }));
  }, [groups, terms]);
};

const useLines = ({ counted, open, branches }: ReturnType<typeof useForest>): readonly Line[] => {
  const name = useKnown(({ federation }) => federation?.name ?? '');
  const filtered = useTwinCount();
  const total = filtered ?? countTwins(counted.counts, noFilter, undefined);
  return useMemo(() => toLines({ name, counts: counted.counts, total, open, branches }), [name, counted, total, open, branches]);
};

/** Twins in sight are those that are worth reading again. */
const useSight = (lines: readonly Line[], sees: (sight: Sight) => void): void =>
  useEffect(() => {
    const twins = lines.flatMap((line) => (line.type === 'twin' ? [[line.parent ?? '', line.position - 1] as const] : []));
    const byBranch = Map.groupBy(twins, ([branch]) => branch);
    sees(new Map([...byBranch].map(([branch, own]) => [branch, { first: own[0]?.[1] ?? 0, last: own.at(-1)?.[1] ?? 0 }])));
  }, [lines.map(({ key }) => key).join(), sees]);

const TreeState = ({ counted }: Pick<ReturnType<typeof useForest>, 'counted'>) => {
  const { say, list } = useWords();
  const nothing = useNothing(counted.sources);
  const missing = missingIn(counted.sources);
  return (
    <p className="soft table-state" role="status">
      {counted.state === 'asking' && say('askingAll')}
      {counted.state === 'refused' && say('listRefused')}
      {counted.state === 'read' && counted.counts.length === 0 && say(nothing)}
      {missing.length > 0 && <strong className="warn"> {say('without', { names: list(missing) })}</strong>}
    </p>
  );
};

export const TwinTree = () => {
  const { say } = useWords();
  const listed = useListed();
  const forest = useForest(listed);
  const { turn, grow, counted } = forest;
  const lines = useLines(forest);
  const terms = useTermsNamed(listed.terms);
  const selected = usePerson((state) => state.selected);
  const box = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({ count: lines.length, getScrollElement: () => box.current, estimateSize: () => rowPixels, overscan: 8 });
  const { at, setActive, onKeyDown } = useTreeKeys(lines, { turn, grow }, (index) => rows.scrollToIndex(index));
  const shown = rows.getVirtualItems();
  const last = lines[shown.at(-1)?.index ?? 0];
  const id = useId();
  useSight(lines.slice(shown[0]?.index, (shown.at(-1)?.index ?? 0) + 1), forest.sees);
  // more of a branch is asked for where its end comes into sight
  useEffect(() => {
    if (last?.type === 'more' && last.state === 'more') grow(last.branch);
  }, [last]);
  return (
    <>
      <TreeState counted={counted} />
      <div id="list" ref={box} className="tree" role="tree" tabIndex={0} aria-label={say('tree')} aria-activedescendant={`${id}-${at}`} onKeyDown={onKeyDown}>
        <div role="presentation" className="rows" style={{ height: rows.getTotalSize() }}>
          {shown.map(({ index, start }) => {
            const line = lines[index];
            if (!line) return null;
            const told = { id: `${id}-${index}`, line, terms, top: start, isActive: index === at, isChosen: line.type === 'twin' && line.twin.id === selected };
            const onTake = (): void => {
              setActive(line.key);
              take(line, { turn, grow });
            };
            return <TreeLine key={line.key} {...told} onTake={onTake} />;
          })}
        </div>
      </div>
    </>
  );
};
