/**
 * Layers: what is drawn, by agency and kind, each with its colour, its number and whether it is shown.
 */
import './look.css';
import type { Scene } from '@cityweave/core/scene';
import { agencyClass, agencyColour, lookOf } from '../../scene/look.ts';
import { useIsShown } from '../bonds/hiding.ts';
import { Panel } from '../frame/panel.tsx';
import { useCrossing } from '../state/crossing.ts';
import { countElsewhere, undrawnAgencies, useDrawn } from '../state/drawn.ts';
import { useKnown } from '../state/known.ts';
import { type Person, person, usePerson } from '../state/person.ts';
import { inLanguage, NameIn } from '../words/name.tsx';
import { useWords } from '../words/words.ts';
import { DrawnInPart } from './drawn-in-part.tsx';

const kindsOf = (scene: Scene, agency: number): readonly number[] => [
  ...new Set(scene.layers.filter((layer) => layer.agency === agency).flatMap(({ kinds }) => kinds)),
];

type RowProps = {
  readonly kind: Scene['kinds'][number];
  readonly agency: string;
  readonly shown: boolean;
  readonly theme: Person['theme'];
  readonly count: number;
  /** of these, drawn in another's row */
  readonly elsewhere: number;
};

const KindRow = ({ kind, agency, shown, theme, count, elsewhere }: RowProps) => {
  const { say, number, lang } = useWords();
  return (
    <label className="check">
      <input type="checkbox" checked={shown} onChange={() => person.turn(`${agency}|${kind.kind}`)} />
      <span className={`chip ${lookOf(kind).shape}`} style={{ background: lookOf(kind).colours[theme === 'light' ? 0 : 1] }} />
      <NameIn className="name" names={kind.label} lang={lang} />
      <span className="soft">{number(count)}</span>
      {elsewhere > 0 && <span className="soft beneath">{say('drawnElsewhere', { n: elsewhere })}</span>}
    </label>
  );
};

type AgencyProps = { readonly scene: Scene; readonly at: number; readonly isShown: ReturnType<typeof useIsShown> };

const AgencyLayers = ({ scene, at, isShown }: AgencyProps) => {
  const { say, instant, lang } = useWords();
  const theme = usePerson((state) => state.theme);
  const agency = scene.agencies[at];
  const { groups, silences } = useKnown();
  const drawn = useDrawn((state) => state.drawn);
  if (!agency) return null;
  const silence = silences.get(agency.id);
  const countOf = (kind: string): number | undefined => groups.find((group) => group.kind.id === kind && group.agency.id === agency.id)?.count;
  return (
    <fieldset>
      <legend>
        <span className={agencyClass('chip', at)} style={{ background: agencyColour(at, theme) }} />
        <NameIn names={agency.name} lang={lang} />
        {silence && <span className="warn"> {say('lastKnown', { time: instant(silence.lastSeen) })}</span>}
        <DrawnInPart agency={agency.id} />
        {!(silence || agency.complete) && <span className="warn"> {say(agency.coming ? 'coming' : 'incomplete')}</span>}
      </legend>
      {kindsOf(scene, at).map((kindAt) => {
        const kind = scene.kinds[kindAt];
        if (!kind) return null;
        const told = { agency: agency.id, count: countOf(kind.kind) ?? kind.count, elsewhere: drawn ? countElsewhere(drawn, agency.id, kind.kind) : 0 };
        return <KindRow key={kind.kind} kind={kind} shown={isShown(at, kindAt)} theme={theme} {...told} />;
      })}
    </fieldset>
  );
};

/** Arcs between agencies: whether they are drawn, and how many there are. */
const CrossingRow = () => {
  const { say } = useWords();
  const isWanted = usePerson((state) => state.crossing);
  const { links, state } = useCrossing();
  const told = {
    none: '',
    asking: say('askingAll'),
    all: say('linkCount', { n: links.length }),
    cut: say('linksCut', { n: links.length }),
    refused: say('linksRefused'),
  };
  return (
    <label className="check">
      <input type="checkbox" checked={isWanted} onChange={() => person.set({ crossing: !isWanted })} />
      <span className="name">{say('linksBetween')}</span>
      <span className="soft" role="status">
        {told[state]}
      </span>
    </label>
  );
};

const AllLayers = ({ scene }: { readonly scene: Scene }) => {
  const { say, list, lang } = useWords();
  const isShown = useIsShown();
  const silences = useKnown((state) => state.silences);
  const undrawn = undrawnAgencies(scene, (agency) => silences.has(agency));
  const names = undrawn.map((at) => inLanguage({ names: scene.agencies[at]?.name ?? {}, lang }).text);
  return (
    <>
      {scene.agencies.map(({ id }, at) => !undrawn.includes(at) && <AgencyLayers key={id} scene={scene} at={at} isShown={isShown} />)}
      {names.length > 0 && (
        <p className="soft">
          <bdi>{say('undrawnAgencies', { names: list(names) })}</bdi>
        </p>
      )}
    </>
  );
};

export const Layers = ({ scene }: { readonly scene: Scene | undefined }) => {
  const { say } = useWords();
  const isTurned = usePerson(({ turned }) => turned.size > 0);
  return (
    <Panel name={say('layers')} side="start" onClose={() => person.open(undefined)}>
      <CrossingRow />
      {scene ? <AllLayers scene={scene} /> : <p className="soft">{say('noScene')}</p>}
      {isTurned && (
        <button type="button" className="quiet" onClick={() => person.set({ turned: new Set() })}>
          {say('layersAsFirst')}
        </button>
      )}
    </Panel>
  );
};
