/**
 * Notices: what keeps the page from showing all, and what to do about it.
 */
import type { Scene, SceneProgress } from '@cityweave/core/scene';
import { seesFrom } from '@cityweave/core/scene/tiles';
import { useEffect, useState } from 'react';
import type { SceneProblem, Staged } from '../../scene/staged.ts';
import { useClear } from '../bonds/free.ts';
import { agencyName, useKnown } from '../state/known.ts';
import { useLearning } from '../state/learning.ts';
import { goOn, usePausedSince } from '../state/pausing.ts';
import { person, usePerson } from '../state/person.ts';
import { useUnread } from '../state/unread.ts';
import { Name } from '../words/name.tsx';
import { useWords, type Words } from '../words/words.ts';
import { focusScene } from './focus-holder.ts';

/** What is slow is said after this while. */
const patienceMs = 4_000;

const useSlow = (isWaiting: boolean): boolean => {
  const [slow, setSlow] = useState(false);
  useEffect(() => {
    setSlow(false);
    const timer = isWaiting ? setTimeout(() => setSlow(true), patienceMs) : undefined;
    return () => clearTimeout(timer);
  }, [isWaiting]);
  return slow;
};

/** Of more than these one sentence tells, so that they do not hide the city; since when is said beside each agency. */
const silentOneByOneMax = 2;

const Silent = () => {
  const { say, instant, list } = useWords();
  const known = useKnown();
  if (known.silences.size > silentOneByOneMax) {
    const names = [...known.silences.keys()].map((id) => agencyName(known, id));
    return (
      <p className="notice warn">
        <bdi>{say('saidSilent', { n: names.length, names: list(names) })}</bdi>
      </p>
    );
  }
  return [...known.silences].map(([id, { lastSeen }]) => (
    <p key={id} className="notice warn">
      <Name text={agencyName(known, id)} /> {say('silentSince', { time: instant(lastSeen) })}
    </p>
  ));
};

export type SceneState = {
  readonly stands: 'waiting' | 'staged' | 'none' | 'lost';
  readonly problem: SceneProblem | undefined;
  /** how far the node is that makes the scene */
  readonly making: SceneProgress | undefined;
  /** those that are drawn, and those that are to be */
  readonly agencies: Scene['agencies'];
};
type NoticesProps = { readonly staged: Staged | undefined; readonly scene: SceneState; readonly onAgain: () => void };

const problemText = (problem: SceneProblem, { say }: Words): string =>
  problem.kind === 'refused' ? say('sceneRefused', { reason: problem.reason }) : say(problem.kind);

const SceneNotice = ({ scene: { stands, problem }, onAgain }: Omit<NoticesProps, 'staged'>) => {
  const words = useWords();
  const { say } = words;
  if (!problem) return stands === 'lost' ? <p className="notice warn">{say('sceneLost')}</p> : null;
  return (
    <p className="notice warn">
      <bdi>{problemText(problem, words)}</bdi>{' '}
      <button type="button" className="quiet" onClick={onAgain}>
        {say('tryAgain')}
      </button>
      {(stands === 'none' || problem.kind === 'shaders') && (
        <button type="button" className="quiet" onClick={() => person.set({ list: 'table' })}>
          {say('openTable')}
        </button>
      )}
    </p>
  );
};

/** What is read is drawn; of what is not, the agencies are named. */
const Unread = ({ onAgain }: Pick<NoticesProps, 'onAgain'>) => {
  const { say, list } = useWords();
  const { agencies } = useUnread();
  const known = useKnown();
  if (agencies.length === 0) return null;
  return (
    <p className="notice warn">
      <bdi>{say('sceneUnread', { names: list(agencies.map((id) => agencyName(known, id))) })}</bdi>{' '}
      <button type="button" className="quiet" onClick={onAgain}>
        {say('tryAgain')}
      </button>
    </p>
  );
};

/** A button that goes away with its notice leaves the focus to the scene. */
const leaving = (run: () => void) => (): void => {
  focusScene();
  run();
};

/** Who follows a link is told where it does not lead where it says. */
const Elsewhere = () => {
  const { say } = useWords();
  const isElsewhere = useLearning(({ unknown }) => unknown !== undefined);
  const name = useKnown(({ federation }) => federation?.name);
  if (!isElsewhere || name === undefined) return null;
  return (
    <p className="notice warn">
      <bdi>{say('otherFederation', { name })}</bdi>{' '}
      <button type="button" className="quiet" onClick={leaving(() => useLearning.setState({ unknown: undefined }))}>
        {say('understood')}
      </button>
    </p>
  );
};

const seesCity = ({ city, view }: Staged): boolean => seesFrom(view(), innerWidth / Math.max(1, innerHeight))({ box: city.scene().box, top: 0 });

/** Who looks past the city, by a link or as he went on and on, is told the way back. */
const PastCity = ({ staged }: { readonly staged: Staged }) => {
  const { say } = useWords();
  const [isPast, setPast] = useState(false);
  useEffect(() => {
    const look = (): void => setPast(!seesCity(staged));
    look();
    addEventListener('resize', look);
    const stop = staged.onView(look);
    return () => {
      removeEventListener('resize', look);
      stop();
    };
  }, [staged]);
  if (!isPast) return null;
  return (
    <p className="notice">
      <bdi>{say('pastCity')}</bdi>{' '}
      <button type="button" className="quiet" onClick={leaving(staged.home)}>
        {say('wholeCity')}
      </button>
    </p>
  );
};

/** What a key picks lies under it: shown while somebody picks, and whoever uses the scene by keys sees it. */
const Crosshair = ({ isWanted }: { readonly isWanted: boolean }) => {
  const { left, right, top, bottom } = useClear();
  return (
    <span
      className={isWanted ? 'crosshair wanted' : 'crosshair'}
      aria-hidden="true"
      style={{ left: `${(left + right) * 50}%`, top: `${(top + bottom) * 50}%` }}
    />
  );
};

const makingText = ({ twins, layers, layersCut, tiles, tilesCut }: SceneProgress, { say }: Words): string =>
  layers === 0 ? say('makingTwins', { n: twins }) : say('makingTiles', { layer: Math.min(layersCut + 1, layers), layers, cut: tilesCut, tiles });

/** What is slow is said once; how far it is can be seen all the time, and is not read aloud again and again. */
const Slow = ({ making }: Pick<SceneState, 'making'>) => {
  const words = useWords();
  return (
    <p className="notice">
      {words.say('slowScene')} {making && <span aria-live="off">{makingText(making, words)}</span>}
    </p>
  );
};

/** The first scene grows agency by agency. */
const Coming = ({ agencies }: Pick<SceneState, 'agencies'>) => {
  const { say } = useWords();
  const here = agencies.filter(({ coming }) => !coming).length;
  return here === agencies.length ? null : <p className="notice">{say('comingScene', { here, all: agencies.length })}</p>;
};

const Paused = () => {
  const { say, instant } = useWords();
  const since = usePausedSince();
  if (since === undefined) return null;
  return (
    <p className="notice">
      {say('livePaused', { time: instant(since) })}{' '}
      <button type="button" className="quiet" onClick={leaving(goOn)}>
        {say('goOn')}
      </button>
    </p>
  );
};

export const Notices = (props: NoticesProps) => {
  const { say, instant } = useWords();
  const offlineSince = useKnown((state) => state.offlineSince);
  const problem = useLearning((state) => state.problem);
  const picking = usePerson((state) => state.picking);
  const slow = useSlow(props.scene.stands === 'waiting' && !problem);
  return (
    <div className="notices" role="status">
      {offlineSince !== undefined && <p className="notice warn">{say('offlineSince', { time: instant(offlineSince) })}</p>}
      {problem?.kind === 'noFederation' && <p className="notice">{say('noFederation')}</p>}
      {problem?.kind === 'refused' && offlineSince === undefined && (
        <p className="notice warn">
          {say('nodeRefused')} <Name text={problem.reason} />
        </p>
      )}
      <Elsewhere />
      {slow && <Slow making={props.scene.making} />}
      <Coming agencies={props.scene.agencies} />
      <SceneNotice {...props} />
      <Unread onAgain={props.onAgain} />
      {props.staged && <PastCity staged={props.staged} />}
      <Crosshair isWanted={picking !== undefined} />
      {picking !== undefined && (
        <p className="notice pick">
          {say('pickNow')}{' '}
          <button type="button" className="quiet" onClick={() => person.pick(undefined)}>
            {say('cancel')}
          </button>
        </p>
      )}
      <Paused />
      <Silent />
    </div>
  );
};
