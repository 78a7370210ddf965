/**
 * Window: all that lies over the city, and what moves it: what is known, asked, chosen, and the address of the page. It comes beside the first picture.
 */
import { lazy, type ReactNode, Suspense, useEffect, useRef } from 'react';
import type { Staged } from '../../scene/staged.ts';
import { Search } from '../ask/search.tsx';
import { Sources } from '../ask/sources.tsx';
import { useBonds } from '../bonds/bonds.ts';
import { addressNow, keepAddress, noteMoves } from '../state/address.ts';
import { choose } from '../state/choosing.ts';
import { learnFederation, useKnown } from '../state/known.ts';
import { useLearning } from '../state/learning.ts';
import { usePerson } from '../state/person.ts';
import { poseAll } from '../state/posing.ts';
import { watchFederation } from '../state/watching.ts';
import { usePlacesRead } from '../where/gazetteer.ts';
import { CameraPad } from './camera-pad.tsx';
import { Notices, type SceneState } from './notices.tsx';
import { Progress } from './progress.tsx';
import { Said } from './said.tsx';
import { useNaming } from './scene-name.ts';
import { Toolbar } from './toolbar.tsx';
import './frame.css';
import './narrow.css';
import '../ask/ask.css';

const Questions = lazy(() => import('../ask/questions.tsx').then(({ Questions: made }) => ({ default: made })));
const Layers = lazy(() => import('../look/layers.tsx').then(({ Layers: made }) => ({ default: made })));
const FilterPanel = lazy(() => import('../look/filter.tsx').then(({ FilterPanel: made }) => ({ default: made })));
const Legend = lazy(() => import('../look/legend.tsx').then(({ Legend: made }) => ({ default: made })));
const FederationMap = lazy(() => import('../members/federation-map.tsx').then(({ FederationMap: made }) => ({ default: made })));
const TwinPanel = lazy(() => import('../inspect/twin-panel.tsx').then(({ TwinPanel: made }) => ({ default: made })));
const SunBar = lazy(() => import('../look/sun-bar.tsx').then(({ SunBar: made }) => ({ default: made })));
const TimeBar = lazy(() => import('../look/time-bar.tsx').then(({ TimeBar: made }) => ({ default: made })));
const ListPanel = lazy(() => import('../list/list-panel.tsx').then(({ ListPanel: made }) => ({ default: made })));

/** What the node knows of the federation, in the language of the page. */
const useKnowing = (): void => {
  const federation = usePerson((state) => state.federation);
  const lang = usePerson((state) => state.lang);
  useEffect(() => {
    if (!federation) return undefined;
    void learnFederation(federation);
    return watchFederation(federation);
  }, [federation, lang]);
};

/** What is chosen and asked is read again when an agency is back. */
const useAsking = (): void => {
  const federation = usePerson((state) => state.federation);
  const selected = usePerson((state) => state.selected);
  const question = usePerson((state) => state.question);
  const lang = usePerson((state) => state.lang);
  const asOf = usePerson((state) => state.asOf);
  const questions = useLearning((state) => state.questions);
  const healed = useKnown((state) => state.healed);
  // as said above
  useEffect(() => choose(federation, selected), [federation, selected, lang, asOf, healed]);
  // as said above
  useEffect(() => poseAll(questions, question), [questions, question, asOf, healed]);
};

const useAddress = (staged: Staged | undefined): void => {
  const latest = useRef(staged);
  latest.current = staged;
  useEffect(() => keepAddress(() => latest.current), []);
  useEffect(() => staged && noteMoves(staged), [staged]);
};

/** Each comes by itself: what is open already stays, and keeps the focus, while another one is fetched. */
const Late = ({ when, children }: { readonly when: boolean; readonly children: ReactNode }) => when && <Suspense fallback={null}>{children}</Suspense>;

type PanelsProps = { readonly staged: Staged | undefined; readonly undrawable: boolean };

const Panels = ({ staged, undrawable }: PanelsProps) => {
  const { panel, list, selected, colour, sun, asOf } = usePerson();
  const scene = staged?.city.scene();
  return (
    <>
      <Late when={panel === 'questions'}>
        <Questions />
      </Late>
      <Late when={panel === 'layers'}>
        <Layers scene={scene} />
      </Late>
      <Late when={panel === 'filter'}>
        <FilterPanel staged={staged} />
      </Late>
      <Late when={panel === 'federation'}>
        <FederationMap />
      </Late>
      <Late when={colour !== undefined && !undrawable}>
        <Legend scene={scene} colour={colour ?? ''} />
      </Late>
      <Late when={list !== undefined}>
        <ListPanel list={list ?? 'table'} />
      </Late>
      <Late when={selected !== undefined}>
        <TwinPanel />
      </Late>
      <Late when={asOf !== undefined}>
        <TimeBar asOf={asOf ?? ''} />
      </Late>
      <Late when={sun !== undefined}>
        <SunBar sun={sun ?? ''} />
      </Late>
    </>
  );
};

type WindowProps = { readonly staged: Staged | undefined; readonly scene: SceneState; readonly onAgain: () => void };

export const Window = ({ staged, scene, onAgain }: WindowProps) => {
  const parts = usePerson(({ panel, list, selected }) => `on-${panel ?? 'none'} on-${list ?? 'none'} ${selected === undefined ? '' : 'on-twin'}`);
  useKnowing();
  useAsking();
  usePlacesRead();
  useAddress(staged);
  const undrawable = scene.stands === 'none';
  useBonds(staged, undrawable);
  useNaming(staged);
  return (
    <>
      <main className={`window ${parts}`}>
        <Search />
        <Progress staged={staged} />
        <Toolbar address={() => addressNow(staged)} />
        <Notices staged={staged} scene={scene} onAgain={onAgain} />
        <Panels staged={staged} undrawable={undrawable} />
        {staged && <CameraPad staged={staged} />}
        <Sources />
      </main>
      <Said />
    </>
  );
};
