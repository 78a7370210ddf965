/**
 * Filter: which agencies, kinds and values are shown, in the city, the table and the tree alike, and by what the city is coloured.
 */
import './look.css';
import { useMemo } from 'react';
import type { Staged } from '../../scene/staged.ts';
import { useLegend } from '../bonds/colouring.ts';
import { Panel } from '../frame/panel.tsx';
import { type PropertyChoice, propertiesOf } from '../state/columns.ts';
import { countTwins } from '../state/counting.ts';
import { useDrawn } from '../state/drawn.ts';
import { isNarrow } from '../state/filter.ts';
import { agencyName, useKnown } from '../state/known.ts';
import { noFilter, person, usePerson } from '../state/person.ts';
import { plainText } from '../words/format.ts';
import { Name } from '../words/name.tsx';
import { useWords } from '../words/words.ts';
import { PropertyFilter } from './property-filter.tsx';
import { Watch } from './watch.tsx';

type Choice = { readonly id: string; readonly label: string; readonly count: number | undefined };

/** Each once, by its label, with how many twins it leaves. */
const choicesOf = (all: readonly Omit<Choice, 'count'>[], countOf: (id: string) => number | undefined): readonly Choice[] =>
  [...new Map(all.map((each) => [each.id, each])).values()].map((each) => ({ ...each, count: countOf(each.id) })).sort((a, b) => (a.label < b.label ? -1 : 1));

const useChoices = (): Readonly<Record<'kinds' | 'agencies', readonly Choice[]>> => {
  const known = useKnown();
  const drawn = useDrawn((state) => state.drawn);
  const { groups } = known;
  return useMemo(
    () => ({
      kinds: choicesOf(
        groups.map(({ kind }) => kind),
        (id) => countTwins(groups, { kinds: [id], agencies: [] }, drawn),
      ),
      agencies: choicesOf(
        groups.map(({ agency }) => ({ id: agency.id, label: agencyName(known, agency.id) })),
        (id) => countTwins(groups, { kinds: [], agencies: [id] }, drawn),
      ),
    }),
    [known, groups, drawn],
  );
};

type ChecksProps = { readonly name: string; readonly of: 'agencies' | 'kinds'; readonly choices: readonly Choice[]; readonly chosen: readonly string[] };

const Checks = ({ name, of, choices, chosen }: ChecksProps) => {
  const { number, say } = useWords();
  return (
    <details open={chosen.length > 0}>
      <summary>
        {name} <span className="soft">{chosen.length === 0 ? say('allOfThem') : number(chosen.length)}</span>
      </summary>
      <fieldset>
        <legend className="unseen">{name}</legend>
        {choices.map(({ id, label, count }) => (
          <label key={id} className="check">
            <input type="checkbox" checked={chosen.includes(id)} onChange={() => person.filterBy(of, id)} />
            <Name className="name" text={label} />
            {count !== undefined && <span className="soft">{number(count)}</span>}
          </label>
        ))}
      </fieldset>
    </details>
  );
};

type PropertySelectProps = {
  readonly name: string;
  readonly none: string;
  readonly value: string | undefined;
  readonly properties: readonly PropertyChoice[];
  readonly onChange: (term: string | undefined) => void;
};

const PropertySelect = ({ name, none, value, properties, onChange }: PropertySelectProps) => {
  const words = useWords();
  const textOf = ({ label, unit }: PropertyChoice): string => {
    const printed = unit ? words.unit(unit) : '';
    return printed === '' ? plainText(label, 80) : `${plainText(label, 80)} (${printed})`;
  };
  return (
    <label className="field">
      <span>{name}</span>
      <select value={value ?? ''} onChange={({ target }) => onChange(target.value === '' ? undefined : target.value)}>
        <option value="">{none}</option>
        {properties.map((property) => (
          <option key={property.id} value={property.id}>
            {textOf(property)}
          </option>
        ))}
      </select>
    </label>
  );
};

/** Bounds are those of what is followed now. */
const Watching = () => {
  const legend = useLegend((state) => state.legend);
  const isNow = usePerson((state) => state.asOf === undefined);
  return legend && !legend.categories && isNow ? <Watch key={legend.term} term={legend.term} unit={legend.unit} /> : null;
};

const Properties = ({ staged }: { readonly staged: Staged | undefined }) => {
  const { say } = useWords();
  const groups = useKnown((state) => state.groups);
  const { filter, colour } = usePerson();
  const own = new Set(propertiesOf(groups, filter.kinds).map(({ id }) => id));
  const isUsed = (term: string): boolean => term === colour || filter.ranges.some((range) => range.term === term);
  const properties = propertiesOf(groups, []).filter(({ id }) => own.has(id) || isUsed(id));
  const labelOf = (term: string): string => properties.find(({ id }) => id === term)?.label ?? term;
  const free = properties.filter(({ id }) => !filter.ranges.some(({ term }) => term === id));
  return (
    <>
      <PropertySelect
        name={say('colourBy')}
        none={say('colourByKind')}
        value={colour}
        properties={[{ id: 'agency', label: say('agency'), unit: null }, ...properties]}
        onChange={(term) => person.set({ colour: term })}
      />
      <Watching />
      {filter.ranges.map((range) => (
        <PropertyFilter key={range.term} label={labelOf(range.term)} range={range} staged={staged} />
      ))}
      <PropertySelect
        name={say('filterByProperty')}
        none={say('chooseProperty')}
        value={undefined}
        properties={free}
        onChange={(term) => term !== undefined && person.range(term, { term })}
      />
    </>
  );
};

export const FilterPanel = ({ staged }: { readonly staged: Staged | undefined }) => {
  const { say } = useWords();
  const isEmpty = useKnown(({ groups }) => groups.length === 0);
  const filter = usePerson((state) => state.filter);
  const { kinds, agencies } = useChoices();
  return (
    <Panel name={say('filterAndColour')} side="start" onClose={() => person.open(undefined)}>
      {isEmpty && <p className="soft">{say('noTwins')}</p>}
      <Properties staged={staged} />
      <Checks name={say('kinds')} of="kinds" choices={kinds} chosen={filter.kinds} />
      <Checks name={say('agencies')} of="agencies" choices={agencies} chosen={filter.agencies} />
      {isNarrow(filter) && (
        <button type="button" className="quiet" onClick={() => person.set({ filter: noFilter })}>
          {say('noFilter')}
        </button>
      )}
    </Panel>
  );
};
