/**
 * Legend: what the colours of the city mean: a strip with five stops or a colour a text, and how no data and what was last known look.
 */
import './look.css';
import type { Scene } from '@cityweave/core/scene';
import { agencyClass, agencyColour } from '../../scene/look.ts';
import { type Legend as Shown, useLegend } from '../bonds/colouring.ts';
import { useChosen } from '../state/choosing.ts';
import { propertiesOf, useColumns } from '../state/columns.ts';
import { useInUnit } from '../state/in-unit.ts';
import { agencyName, useKnown } from '../state/known.ts';
import { person, usePerson } from '../state/person.ts';
import { flagName } from '../state/said.ts';
import { Name } from '../words/name.tsx';
import { useWords } from '../words/words.ts';
import { AskingFor, ToldOf } from './told-of.tsx';

const categoriesShown = 8;

/** The value of the twin that somebody looks into, in the unit of the legend. */
const useChosenValue = ({ term, unit }: Shown): number | undefined => {
  const said = useChosen(({ twin }) => twin?.properties.find(({ winner }) => winner.term.id === term)?.winner);
  const inUnit = useInUnit(unit, said?.unit);
  return typeof said?.value === 'number' ? inUnit(said.value, said.unit) : undefined;
};

const Marker = ({ legend: { stops, ...legend } }: { readonly legend: Shown }) => {
  const value = useChosenValue({ stops, ...legend });
  const [from = 0, to = 0] = [stops[0]?.value, stops.at(-1)?.value];
  if (value === undefined) return null;
  const share = to > from ? Math.max(0, Math.min(1, (value - from) / (to - from))) : 0.5;
  return <span className="marker" style={{ left: `${share * 100}%` }} />;
};

/** Where all values are the same there is one stop: the one in the middle, as they are coloured. */
const toldOf = (stops: Shown['stops']): Shown['stops'] =>
  stops[0]?.value === stops.at(-1)?.value ? stops.slice(Math.floor(stops.length / 2)).slice(0, 1) : stops;

const Numbers = ({ legend }: { readonly legend: Shown }) => {
  const { say, quantity } = useWords();
  const { unit, min, max } = legend;
  const stops = toldOf(legend.stops);
  const colours = stops.map(({ colour }) => colour);
  const last = stops.length - 1;
  const textOf = (value: number, at: number): string => {
    const text = quantity(Number(value.toPrecision(3)), at === last ? unit : undefined);
    if (at === 0 && min < value) return say('andLess', { value: text });
    return at === last && max > value ? say('andMore', { value: text }) : text;
  };
  return (
    <>
      <div className="ramp" style={{ background: last > 0 ? `linear-gradient(to right, ${colours.join(', ')})` : colours[0] }} dir="ltr">
        <Marker legend={legend} />
      </div>
      <ol className="stops" dir="ltr">
        {stops.map(({ value }, at) => (
          <li key={value}>{textOf(value, at)}</li>
        ))}
      </ol>
    </>
  );
};

const Texts = ({ legend }: { readonly legend: Shown }) => {
  const { say } = useWords();
  const texts = legend.categories ?? [];
  return (
    <ul>
      {legend.stops.slice(0, categoriesShown).map(({ value, colour }, at) => (
        <li key={value} className="key">
          <span className="swatch" style={{ background: colour }} />
          <Name text={texts[at] ?? ''} />
        </li>
      ))}
      {texts.length > categoriesShown && <li className="soft">{say('colourAgain', { n: texts.length - categoriesShown })}</li>}
    </ul>
  );
};

const Patterns = ({ term, unknown }: Pick<Shown, 'term' | 'unknown'>) => {
  const { say } = useWords();
  const watch = usePerson((state) => (state.watch?.term === term ? state.watch : undefined));
  return (
    <ul className="patterns">
      <li className="key">
        <span className="swatch hatched" />
        {say('noData', { n: unknown })}
      </li>
      <li className="key">
        <span className="swatch striped" />
        {say(watch?.staleAfter === undefined ? 'lastOrCarried' : 'lastCarriedOrStale')}
      </li>
      {(watch?.least ?? watch?.most) !== undefined && (
        <li className="key">
          <span className="swatch ringed">!</span>
          {say('inAlarm')}
        </li>
      )}
    </ul>
  );
};

const Agencies = ({ scene }: { readonly scene: Scene }) => {
  const known = useKnown();
  const theme = usePerson((state) => state.theme);
  return (
    <ul>
      {scene.agencies.map(({ id }, at) => (
        <li key={id} className="key">
          <span className={agencyClass('swatch', at)} style={{ background: agencyColour(at, theme) }} />
          <Name text={agencyName(known, id)} />
        </li>
      ))}
    </ul>
  );
};

/** Why there are no colours: they are asked for, were refused, or nobody has a value. */
const Colourless = ({ term }: { readonly term: string }) => {
  const { say } = useWords();
  const read = useColumns((state) => state.read.get(term));
  if (read === undefined || read.state === 'reading') return <AskingFor waitingFor={read?.waitingFor} />;
  return <p className="soft">{say(read.state === 'read' ? 'noValues' : 'columnRefused')}</p>;
};

const Body = ({ scene, colour }: { readonly scene: Scene | undefined; readonly colour: string }) => {
  const legend = useLegend((state) => state.legend);
  if (colour === 'agency') return scene ? <Agencies scene={scene} /> : null;
  if (!legend) return <Colourless term={colour} />;
  return (
    <>
      {legend.categories ? <Texts legend={legend} /> : <Numbers legend={legend} />}
      <Patterns {...legend} />
      <OnlyKnown term={legend.term} />
      {legend.told && <ToldOf {...legend.told} />}
    </>
  );
};

/** What the filter leaves of the property by how it came about: the others step back. */
const OnlyKnown = ({ term }: Pick<Shown, 'term'>) => {
  const words = useWords();
  const flags = usePerson(({ filter }) => filter.ranges.find((range) => range.term === term)?.flags);
  return flags && <p className="soft">{words.say('onlyKnown', { names: words.list(flags.map((flag) => flagName(flag, words))) })}</p>;
};

/** It stands as long as the city is coloured. */
export const Legend = ({ scene, colour }: { readonly scene: Scene | undefined; readonly colour: string }) => {
  const { say } = useWords();
  const groups = useKnown((state) => state.groups);
  const label = colour === 'agency' ? say('agency') : (propertiesOf(groups, []).find(({ id }) => id === colour)?.label ?? colour);
  return (
    <section className="legend panel" aria-label={say('legend')}>
      <h3>
        <Name text={label} />
        <button type="button" className="quiet" onClick={() => person.set({ colour: undefined })}>
          {say('colourAsFirst')}
        </button>
      </h3>
      <Body scene={scene} colour={colour} />
    </section>
  );
};
