/**
 * Filter: which agencies, kinds and values are shown, in the city, the table and the tree alike, and by what the city is coloured.
 */
import './look.css';
import type { Staged } from '../../scene/staged.ts';
import { Panel } from '../frame/panel.tsx';
import { type PropertyChoice, propertiesOf } from '../state/columns.ts';
import { agencyName, useKnown } from '../state/known.ts';
import { isFiltered, noFilter, person, usePerson } from '../state/person.ts';
import { plainText } from '../words/format.ts';
import { Name } from '../words/name.tsx';
import { useWords } from '../words/words.ts';
import { Legend } from './legend.tsx';
import { PropertyFilter } from './property-filter.tsx';

type Choice = { readonly id: string; readonly label: string; readonly count: number };

/** Counts of groups that share an id belong together. */
const summed = (choices: readonly Choice[]): readonly Choice[] =>
  [...Map.groupBy(choices, ({ id }) => id)]
    .map(([id, own]) => ({ id, label: own[0]?.label ?? id, count: own.reduce((sum, { count }) => sum + count, 0) }))
    .sort((a, b) => (a.label < b.label ? -1 : 1));

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
            <span className="soft">{number(count)}</span>
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

const Properties = ({ staged }: { readonly staged: Staged | undefined }) => {
  const { say } = useWords();
  const groups = useKnown((state) => state.groups);
  const { filter, colour } = usePerson();
  const properties = propertiesOf(groups, filter.kinds);
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
      <Legend scene={staged?.city.scene()} />
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
  const known = useKnown();
  const filter = usePerson((state) => state.filter);
  const agencies = summed(known.groups.map(({ agency, count }) => ({ id: agency.id, label: agencyName(known, agency.id), count })));
  const kinds = summed(known.groups.map(({ kind, count }) => ({ id: kind.id, label: kind.label, count })));
  return (
    <Panel name={say('filterAndColour')} side="start" onClose={() => person.open(undefined)}>
      {known.groups.length === 0 && <p className="soft">{say('noTwins')}</p>}
      <Checks name={say('kinds')} of="kinds" choices={kinds} chosen={filter.kinds} />
      <Checks name={say('agencies')} of="agencies" choices={agencies} chosen={filter.agencies} />
      <Properties staged={staged} />
      {isFiltered(filter) && (
        <button type="button" className="quiet" onClick={() => person.set({ filter: noFilter })}>
          {say('noFilter')}
        </button>
      )}
    </Panel>
  );
};
