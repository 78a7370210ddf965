/**
 * Table row: one twin: its name, kind, agencies, where it lies, and the values that somebody filters or colours by.
 */
import type { TwinRow } from '../../graphql/answers.ts';
import { useKnown } from '../state/known.ts';
import { person } from '../state/person.ts';
import { Where } from '../where/where.tsx';
import { Name } from '../words/name.tsx';
import { spokenName } from '../words/telling.ts';
import { useWords } from '../words/words.ts';
import { Property } from './property.tsx';

type TableRowProps = {
  readonly id: string;
  readonly twin: TwinRow;
  readonly terms: readonly string[];
  readonly index: number;
  readonly top: number;
  readonly isActive: boolean;
  readonly isChosen: boolean;
  readonly onTake: (index: number) => void;
};

const Agencies = ({ twin }: { readonly twin: TwinRow }) => {
  const { say, instant, list } = useWords();
  const silences = useKnown((state) => state.silences);
  const silent = twin.representations.flatMap(({ agency }) => silences.get(agency.id) ?? []);
  const isLost = silent.length > 0 && silent.length === twin.representations.length;
  return (
    <>
      <Name text={list([...new Set(twin.representations.map(({ agency }) => agency.name))])} />
      {isLost && silent[0] && <strong className="warn"> {say('lastKnown', { time: instant(silent[0].lastSeen) })}</strong>}
    </>
  );
};

export const TableRow = ({ id, twin, terms, index, top, isActive, isChosen, onTake }: TableRowProps) => (
  <div
    id={id}
    role="row"
    className={`table-row${isActive ? ' active' : ''}`}
    aria-rowindex={index + 2}
    aria-selected={isChosen}
    style={{ transform: `translateY(${top}px)` }}
    onClick={() => {
      onTake(index);
      person.set({ selected: twin.id, frame: twin.id });
    }}
    onPointerEnter={() => person.set({ hovered: twin.id })}
  >
    <div role="gridcell" aria-colindex={1}>
      <Name text={spokenName(twin.name, twin.kind.label)} />
    </div>
    <div role="gridcell" aria-colindex={2}>
      <Name text={twin.kind.label} />
    </div>
    <div role="gridcell" aria-colindex={3}>
      <Agencies twin={twin} />
    </div>
    <div role="gridcell" aria-colindex={4}>
      <Where twin={twin} />
    </div>
    {terms.map((term, at) => (
      <div key={term} role="gridcell" aria-colindex={at + 5}>
        <Property twin={twin} term={term} />
      </div>
    ))}
  </div>
);
