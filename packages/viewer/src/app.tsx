/**
 * App: the planner's window: the city, and over it what is asked, found, shown and said by whom. It hears of no tile; of a twin only what somebody looks at.
 */
import type { Scene, SceneProgress } from '@cityweave/core/scene';
import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import { useDress } from './interface/bonds/dressing.ts';
import { usePick } from './interface/bonds/picking.ts';
import { reachByKey } from './interface/bonds/reaching.ts';
import type { SceneState } from './interface/frame/notices.tsx';
import { keepLearning, nameFederation } from './interface/state/learning.ts';
import { decodePermalink } from './interface/state/permalink.ts';
import { usePerson } from './interface/state/person.ts';
import { readyToSpeak, speakAsChosen } from './interface/state/speaking.ts';
import { start } from './interface/state/start.ts';
import { useWords } from './interface/words/words.ts';
import { Stage, type StageProps } from './scene/stage.tsx';
import type { SceneProblem, Staged } from './scene/staged.ts';

const SkipLinks = lazy(async () => {
  const [{ SkipLinks: made }] = await Promise.all([import('./interface/frame/skip-links.tsx'), readyToSpeak()]);
  return { default: made };
});
const Window = lazy(async () => {
  const [{ Window: made }] = await Promise.all([import('./interface/frame/window.tsx'), readyToSpeak()]);
  return { default: made };
});

/** What the window tells of the scene; where its twins are is not among it, and nothing is rendered because one of them moves. */
const shownOf = ({ city }: Staged): string => {
  const { rowsRevision, agencies, kinds, layers } = city.scene();
  return JSON.stringify([rowsRevision, agencies, kinds, layers.map((layer) => [layer.agency, layer.kinds])]);
};

const isOfShaders = (problem: SceneProblem | undefined): boolean => problem?.kind === 'shaders';

/** The scene as the page has it: not yet, here, lost for a while, or not to be had. */
const useScene = () => {
  const [staged, setStaged] = useState<Staged>();
  const [problem, setProblem] = useState<SceneProblem>();
  const [making, setMaking] = useState<SceneProgress>();
  const [isLost, setLost] = useState(false);
  const [tries, setTries] = useState(0);
  const [scene, setScene] = useState<Scene>();
  useEffect(() => staged?.onEvent(({ type }) => (type === 'lost' || type === 'restored') && setLost(type === 'lost')), [staged]);
  useEffect(() => {
    setScene(staged?.city.scene());
    if (!staged) return undefined;
    // a scene that stands takes back what was said of one that did not
    setProblem((before) => (isOfShaders(before) ? before : undefined));
    let shown = shownOf(staged);
    return staged.onEvent(({ type }) => {
      const now = type === 'revised' ? shownOf(staged) : shown;
      if (now === shown) return;
      shown = now;
      setScene(staged.city.scene());
    });
  }, [staged]);
  const again = (): void => {
    setProblem(undefined);
    setMaking(undefined);
    setStaged(undefined);
    setTries(tries + 1);
  };
  const stands = isLost ? 'lost' : staged ? 'staged' : problem ? 'none' : 'waiting';
  const state: SceneState = { stands, problem, making, agencies: scene?.agencies ?? [] };
  return { staged, setStaged, setProblem, setMaking, state, again, tries };
};

/**
 * The federation that the scene is asked for: none is named before somebody names one, or another than the node shows first.
 * It is looked at from where the address says, another one from home.
 */
const useAsked = (onOther: () => void) => {
  const federation = usePerson((state) => state.federation);
  const [from, setFrom] = useState(start.camera);
  const [asked, setAsked] = useState(federation);
  const shown = useRef(federation);
  useEffect(() => {
    if (federation === shown.current) return;
    shown.current = federation;
    setAsked(federation);
    setFrom(undefined);
    onOther();
  }, [federation]);
  const name = (named: string | undefined): void => {
    shown.current = named;
    nameFederation(named);
  };
  const stay = (): void => setFrom(decodePermalink(location.hash).camera);
  return { asked, name, from, stay };
};

/** Once something is seen in it, the scene says what; nothing is rendered for that. */
const NamedStage = (props: Omit<StageProps, 'said'>) => {
  const { say } = useWords();
  return <Stage {...props} said={{ role: say('sceneRole'), name: say('sceneNow'), keys: say('scene') }} />;
};

export const App = () => {
  const { staged, setStaged, setProblem, setMaking, state, again, tries } = useScene();
  const { asked, name, from, stay } = useAsked(again);
  const askAgain = (): void => {
    stay();
    again();
  };
  const dress = useDress();
  const pick = usePick(staged);
  useEffect(keepLearning, []);
  useEffect(speakAsChosen, []);
  useEffect(reachByKey, []);
  return (
    <>
      <Suspense fallback={null}>
        <SkipLinks />
      </Suspense>
      <NamedStage
        key={`${asked} ${tries}`}
        federation={asked}
        dress={dress}
        from={from}
        onNamed={name}
        onMaking={setMaking}
        onStaged={setStaged}
        onPick={(row) => void pick(row)}
        onHover={(row) => staged?.city.hover(row === undefined ? [] : [row])}
        onProblem={setProblem}
      />
      <Suspense fallback={null}>
        <Window staged={staged} scene={state} onAgain={askAgain} />
      </Suspense>
    </>
  );
};
