/**
 * Legend: what the colours of the city mean: a strip with five stops or a colour a text, and how no data and what was last known look.
 */

import type { Scene } from '@cityweave/core/scene';
import { agencyColour } from '../../scene/look.ts';
import { type Legend as Shown, useLegend } from '../bonds/colouring.ts';
import { propertiesOf } from '../state/columns.ts';
import { agencyName, useKnown } from '../state/known.ts';
import { person, usePerson } from '../state/person.ts';
import { Name } from '../words/name.tsx';
import { useWords } from '../words/words.ts';
import { ToldOf } from './told-of.tsx';
import { Watch } from './watch.tsx';

const categoriesShown = 8;

const Numbers = ({ legend }: { readonly legend: Shown }) => {
  const { quantity } = useWords();
  const ramp = legend.stops.map(({ colour }) => colour).join(', ');
  return (
    <>
      <div className="ramp" style={{ background: `linear-gradient(to right, ${ramp})` }} dir="ltr" />
      <ol className="stops" dir="ltr">
        {legend.stops.map(({ value }, at) => (
          <li key={value}>{quantity(Number(value.toPrecision(3)), at === legend.stops.length - 1 ? legend.unit : undefined)}</li>
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
          <span className="swatch" style={{ background: agencyColour(at, theme) }} />
          <Name text={agencyName(known, id)} />
        </li>
      ))}
    </ul>
  );
};

const Body = ({ scene, colour }: { readonly scene: Scene | undefined; readonly colour: string }) => {
  const { say } = useWords();
  const legend = useLegend((state) => state.legend);
  const isNow = usePerson((state) => state.asOf === undefined);
  if (colour === 'agency') return scene ? <Agencies scene={scene} /> : null;
  if (!legend) return <p className="soft">{say('asking')}</p>;
  return (
    <>
      {legend.categories ? <Texts legend={legend} /> : <Numbers legend={legend} />}
      <Patterns {...legend} />
      {legend.told && <ToldOf {...legend.told} />}
      {!legend.categories && isNow && <Watch key={legend.term} term={legend.term} unit={legend.unit} />}
    </>
  );
};

export const Legend = ({ scene }: { readonly scene: Scene | undefined }) => {
  const { say } = useWords();
  const colour = usePerson((state) => state.colour);
  const groups = useKnown((state) => state.groups);
  if (colour === undefined) return null;
  const label = colour === 'agency' ? say('agency') : (propertiesOf(groups, []).find(({ id }) => id === colour)?.label ?? colour);
  return (
    <section className="legend" aria-label={say('legend')}>
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
