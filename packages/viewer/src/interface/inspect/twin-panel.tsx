/**
 * Twin panel: everything that the federation says of one twin: each value with its unit, agency, age and quality, what others say beside it, and its links.
 */
import './inspect.css';
import { useEffect } from 'react';
import type { WholeTwin } from '../../graphql/answers.ts';
import { isInScene, Panel } from '../frame/panel.tsx';
import { announce } from '../state/announcing.ts';
import { agencyOf } from '../state/answer.ts';
import { useChosen } from '../state/choosing.ts';
import { useDrawn } from '../state/drawn.ts';
import { agencyName, useKnown } from '../state/known.ts';
import { person, usePerson } from '../state/person.ts';
import { useUndrawn } from '../state/undrawn.ts';
import { Where } from '../where/where.tsx';
import { Name } from '../words/name.tsx';
import { readableId, spokenName } from '../words/telling.ts';
import { useWords } from '../words/words.ts';
import { Links } from './links.tsx';
import { Values } from './values.tsx';

const Keepers = ({ twin }: { readonly twin: WholeTwin }) => {
  const { say, instant } = useWords();
  const silences = useKnown((state) => state.silences);
  const isNow = usePerson((state) => state.asOf === undefined);
  return (
    <ul className="keepers">
      {twin.representations.map(({ id, agency, updatedAt, altIds }) => {
        const silence = silences.get(agency.id);
        return (
          <li key={id}>
            <Name className="badge" text={agency.name} /> {silence && <span className="warn">{say('lastKnown', { time: instant(silence.lastSeen) })}</span>}
            {!silence && isNow && <span className="soft">{say('changedAt', { time: instant(updatedAt) })}</span>}
            {altIds.length > 0 && (
              <details className="soft">
                <summary>{say('identifiers', { n: altIds.length })}</summary>
                {altIds.map(({ scheme, value }) => (
                  <div key={`${scheme} ${value}`}>
                    <Name text={scheme} />: <Name text={value} />
                  </div>
                ))}
              </details>
            )}
          </li>
        );
      })}
    </ul>
  );
};

const Missing = () => {
  const { say } = useWords();
  const { id, asking, problem, sources } = useChosen();
  const known = useKnown();
  if (asking) return <p className="soft">{say('askingAll')}</p>;
  if (problem !== undefined)
    return (
      <p className="warn">
        {say('questionRefused')} <Name text={problem} />
      </p>
    );
  const keeper = agencyOf(id ?? '');
  const isSilent = keeper !== undefined && (known.silences.has(keeper) || sources.some(({ agency, status }) => agency.id === keeper && status === 'FAILED'));
  return <p className="warn">{isSilent ? say('twinSilent', { agency: agencyName(known, keeper) }) : say('twinUnknown')}</p>;
};

/** Who chose it in the scene stays there, and is told what it is. */
const useTelling = (id: string | undefined, name: string | undefined): void => {
  useEffect(() => {
    if (name !== undefined && isInScene()) announce(name);
  }, [id, name === undefined]);
};

export const TwinPanel = () => {
  const { say, instant } = useWords();
  const { twin, lastKnown } = useChosen();
  const isDrawn = useDrawn(({ drawn }) => drawn !== undefined);
  const undrawn = useUndrawn((state) => state.id);
  const selected = usePerson((state) => state.selected);
  const name = twin && spokenName(twin.name, twin.kind.label);
  useTelling(selected, name);
  if (selected === undefined) return null;
  return (
    <Panel
      name={say('selectedTwin')}
      side="end"
      about={selected}
      title={name === undefined ? <Name text={readableId(selected)} hint={selected} /> : <Name whole={true} text={name} />}
      onClose={() => person.select(undefined)}
    >
      {twin ? (
        <>
          <p className="soft">
            <Name text={twin.kind.label} />
            <Where twin={twin} before=" · " />
            {lastKnown !== undefined && <strong className="warn"> {say('lastKnown', { time: instant(lastKnown) })}</strong>}
          </p>
          <p>
            {isDrawn && (
              <button type="button" className="quiet" onClick={() => person.set({ frame: selected })}>
                {say('showInScene')}
              </button>
            )}{' '}
            <span className="warn undrawn" role="status">
              {undrawn === selected && say('notDrawn')}
            </span>
          </p>
          <Keepers twin={twin} />
          <Values twin={twin} />
          <Links twin={twin} />
        </>
      ) : (
        <>
          <Missing />
          <p className="soft">
            <Name whole={true} text={selected} />
          </p>
        </>
      )}
    </Panel>
  );
};
