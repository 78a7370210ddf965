/**
 * Tree line: one line of the tree, with its level, its place among its sisters, and what it holds; of a twin what the table tells of it.
 */
import type { TwinRow } from '../../graphql/answers.ts';
import { useKnown } from '../state/known.ts';
import { person } from '../state/person.ts';
import type { Line } from '../state/tree.ts';
import { Where } from '../where/where.tsx';
import { Name } from '../words/name.tsx';
import { spokenName } from '../words/telling.ts';
import { useWords } from '../words/words.ts';
import { Property } from './property.tsx';

/** A property of which the tree tells, with its name: there is no head over it. */
export type Term = { readonly id: string; readonly label: string };

type TreeLineProps = {
  readonly id: string;
  readonly line: Line;
  readonly terms: readonly Term[];
  readonly top: number;
  readonly isActive: boolean;
  readonly isChosen: boolean;
  readonly onTake: () => void;
};

const Properties = ({ twin, terms }: { readonly twin: TwinRow; readonly terms: readonly Term[] }) =>
  terms.map(({ id, label }) => (
    <span key={id} className="told">
      <Name className="soft" text={label} /> <Property twin={twin} term={id} />
    </span>
  ));

const LineText = ({ line, terms }: Pick<TreeLineProps, 'line' | 'terms'>) => {
  const { say, number, instant, list } = useWords();
  const silences = useKnown((state) => state.silences);
  if (line.type === 'more')
    return <span className="soft">{line.state === 'refused' ? say('listRefused') : line.state === 'asking' ? say('asking') : say('more')}</span>;
  const agencies = line.type === 'agency' ? [line.key] : line.type === 'twin' ? line.twin.representations.map(({ agency }) => agency.id) : [];
  const silent = agencies.flatMap((agency) => silences.get(agency) ?? []);
  const others = line.type === 'twin' && line.twin.representations.length > 1 ? list(line.twin.representations.map(({ agency }) => agency.name)) : undefined;
  return (
    <>
      <Name className="name" text={line.type === 'twin' ? spokenName(line.twin.name, line.twin.kind.label) : line.label} />
      {'count' in line && line.count !== undefined && <span className="soft">{number(line.count)}</span>}
      {line.type === 'twin' && <Where className="soft told" twin={line.twin} />}
      {others && <Name className="soft" text={others} />}
      {silent[0] && silent.length === agencies.length && <strong className="warn">{say('lastKnown', { time: instant(silent[0].lastSeen) })}</strong>}
      {line.type === 'twin' && <Properties twin={line.twin} terms={terms} />}
    </>
  );
};

export const TreeLine = ({ id, line, terms, top, isActive, isChosen, onTake }: TreeLineProps) => (
  <div
    id={id}
    role="treeitem"
    className={`tree-line level-${line.level}${isActive ? ' active' : ''}${'open' in line && !line.open ? ' closed' : ''}`}
    aria-level={line.level}
    aria-setsize={line.size}
    aria-posinset={line.position}
    aria-selected={isChosen}
    {...('open' in line && { 'aria-expanded': line.open })}
    style={{ transform: `translateY(${top}px)` }}
    onClick={onTake}
    onPointerEnter={() => line.type === 'twin' && person.set({ hovered: line.twin.id })}
  >
    <span className="twist" aria-hidden="true">
      {'open' in line ? (line.open ? '▾' : '▸') : ''}
    </span>
    <LineText line={line} terms={terms} />
  </div>
);
