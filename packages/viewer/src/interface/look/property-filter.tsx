/**
 * Property filter: how the values of a property are spread, and which part of them is wanted: brushed with the pointer, or set with two sliders.
 */
import { useEffect, useMemo } from 'react';
import type { ToldValues as Column, Staged } from '../../scene/staged.ts';
import { useMeantValues } from '../bonds/meaning.ts';
import { rowsOf } from '../bonds/rows.ts';
import { useColumns, wantColumns } from '../state/columns.ts';
import { toBars, toHistogram } from '../state/histogram.ts';
import { type PropertyRange, person, usePerson } from '../state/person.ts';
import { Name } from '../words/name.tsx';
import { useWords } from '../words/words.ts';
import { Histogram } from './histogram.tsx';
import { HowKnown } from './how-known.tsx';
import { AskingFor, ToldOf } from './told-of.tsx';

type PropertyFilterProps = { readonly label: string; readonly range: PropertyRange };

const barsMax = 40;

const Texts = ({ label, range, column }: PropertyFilterProps & { readonly column: Column }) => {
  const { number, say } = useWords();
  const values = useMeantValues(column);
  const bars = useMemo(() => toBars({ ...column, values }), [column, values]);
  const { among = [] } = range;
  const most = bars[0]?.count ?? 1;
  const toggle = (text: string): void => {
    const next = among.includes(text) ? among.filter((each) => each !== text) : [...among, text];
    person.range(range.term, { term: range.term, flags: range.flags, ...(next.length > 0 && { among: next }) });
  };
  return (
    <fieldset>
      <legend className="unseen">
        <Name text={label} />
      </legend>
      {bars.slice(0, barsMax).map(({ text, count }) => (
        <label key={text} className="check">
          <input type="checkbox" checked={among.includes(text)} onChange={() => toggle(text)} />
          <Name className="name" text={text} />
          <span className="soft">{number(count)}</span>
          <meter className="bar" min={0} max={most} value={count} aria-label={say('twinCount', { n: count })} />
        </label>
      ))}
    </fieldset>
  );
};

const Numbers = ({ label, range, column }: PropertyFilterProps & { readonly column: Column }) => {
  const { say } = useWords();
  const values = useMeantValues(column);
  const histogram = useMemo(() => toHistogram(values), [values]);
  if (!histogram) return <p className="soft">{say('noValues')}</p>;
  return <Histogram label={label} range={range} histogram={histogram} unit={column.unit} />;
};

export const PropertyFilter = ({ staged, ...props }: PropertyFilterProps & { readonly staged: Staged | undefined }) => {
  const { say } = useWords();
  const { term } = props.range;
  const federation = usePerson((state) => state.federation);
  const read = useColumns((state) => state.read.get(term));
  useEffect(() => {
    if (federation) wantColumns(staged ? rowsOf(staged) : { federation }, [term]);
  }, [staged, federation, term]);
  return (
    <section className="property" aria-label={props.label}>
      <h3>
        <Name text={props.label} />
        <button type="button" className="quiet" onClick={() => person.range(term, undefined)}>
          {say('remove')}
        </button>
      </h3>
      {(read === undefined || read.state === 'reading') && <AskingFor waitingFor={read?.waitingFor} />}
      {read?.state === 'refused' && <p className="warn">{say('columnRefused')}</p>}
      {read?.state === 'read' && <ToldOf {...read.column} />}
      {read?.state === 'read' && (read.column.categories ? <Texts {...props} column={read.column} /> : <Numbers {...props} column={read.column} />)}
      {read?.state === 'read' && <HowKnown {...props} column={read.column} />}
    </section>
  );
};
