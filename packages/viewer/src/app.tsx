/**
 * App: the planner's window: the city, and over it what is asked, found, shown and said by whom. It hears of no tile; of a twin only what somebody looks at.
 */
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { create } from 'zustand';
import type { Source, WholeTwin } from './graphql/answers.ts';
import { createAsk } from './graphql/client.ts';
import { queries } from './graphql/queries.ts';
import { type Question, readQuestions } from './graphql/questions.ts';
import { Answered } from './interface/answered.tsx';
import { Layers } from './interface/layers.tsx';
import { Search } from './interface/search.tsx';
import { Sources } from './interface/sources.tsx';
import { type Answer, toAnswer } from './interface/state/answer.ts';
import { TwinPanel } from './interface/twin-panel.tsx';
import { lookUp } from './scene/fetching.ts';
import { lookOf } from './scene/look.ts';
import { Stage } from './scene/stage.tsx';
import type { Dress, Staged, Theme } from './scene/staged.ts';

const ask = createAsk('/graphql');
/** Names come in the language of the page, whose texts are English. */
const lang = 'en';

/** What a person does; nothing that the city is made of. */
type Person = {
  readonly theme: Theme;
  readonly federation: string | undefined;
  /** `agency|kind` by their numbers in the scene, shown or hidden against what the look says */
  readonly turned: ReadonlySet<string>;
};

const usePerson = create<Person>()(() => ({
  theme: matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light',
  federation: undefined,
  turned: new Set(),
}));

const turn = (key: string): void =>
  usePerson.setState(({ turned }) => {
    const next = new Set(turned);
    if (!next.delete(key)) next.add(key);
    return { turned: next };
  });

const useFederation = (): string | undefined => {
  const [problem, setProblem] = useState<string>();
  useEffect(() => {
    void ask(queries.standing, { lang }).then((answer) => {
      const [first] = answer.ok ? answer.value.federations.nodes : [];
      if (first) usePerson.setState({ federation: first.id });
      else setProblem(answer.ok ? 'No twins in this federation yet: this node has joined none.' : answer.refusal.message);
    });
  }, []);
  return problem;
};

const dressOf = (theme: Theme): Dress => ({
  theme,
  contrast: matchMedia('(prefers-contrast: more)').matches,
  motion: !matchMedia('(prefers-reduced-motion: reduce)').matches,
});

type Selected = { readonly id: string; readonly twin: WholeTwin | undefined; readonly reason?: string };

const flyTo = async (staged: Staged | undefined, row: number | undefined | null): Promise<void> => {
  const place = row === undefined || row === null ? undefined : await staged?.city.placeOf(row);
  if (staged && place) staged.move({ ...staged.view(), east: place.east, north: place.north, distance: Math.min(staged.view().distance, 600) });
};

/** What somebody asked for last counts; an answer to an earlier wish comes too late. */
const useLatest = (): (() => () => boolean) => {
  const wishes = useRef(0);
  return useCallback(() => {
    wishes.current += 1;
    const own = wishes.current;
    return () => own === wishes.current;
  }, []);
};

const useSelection = (federation: string | undefined, staged: Staged | undefined) => {
  const [selected, setSelected] = useState<Selected>();
  const wish = useLatest();
  const select = useCallback(
    async (id: string | undefined, goes = false): Promise<void> => {
      const isLatest = wish();
      setSelected(id === undefined ? undefined : { id, twin: undefined });
      if (!(id && federation)) return staged?.city.select(undefined);
      const [{ rows = [] }, answer] = await Promise.all([lookUp(federation, { ids: [id] }), ask(queries.twin, { federation, id, lang })]);
      if (!isLatest()) return;
      const [row] = rows;
      staged?.city.select(row ?? undefined);
      if (goes) void flyTo(staged, row);
      const twin = answer.ok ? (answer.value.federation?.twin.twin ?? undefined) : undefined;
      setSelected({ id, twin, ...(!twin && { reason: answer.ok ? 'No agency knows it any more.' : answer.refusal.message }) });
    },
    [federation, staged, wish],
  );
  const pick = useCallback(
    async (row: number | undefined): Promise<void> => {
      const found = row === undefined || !federation ? undefined : (await lookUp(federation, { rows: [row] })).ids?.[0];
      await select(found ?? undefined);
    },
    [federation, select],
  );
  return { selected, select, pick };
};

const useQuestions = (federation: string | undefined, staged: Staged | undefined) => {
  const [questions, setQuestions] = useState<readonly Question[]>([]);
  const [answer, setAnswer] = useState<Answer>();
  const [problem, setProblem] = useState<string>();
  const wish = useLatest();
  useEffect(() => {
    void readQuestions().then((read) => setQuestions(read.ok ? read.value : []));
  }, []);
  const pose = useCallback(
    async (question: Question | undefined): Promise<void> => {
      const isLatest = wish();
      setProblem(undefined);
      setAnswer(undefined);
      staged?.city.light([]);
      if (!(question && federation)) return;
      const from = performance.now();
      const got = await ask<object, unknown>({ text: question.query }, question.variables);
      if (!isLatest()) return;
      if (!got.ok) return setProblem(got.refusal.message);
      const found = toAnswer(question.name, got.value, performance.now() - from);
      setAnswer(found);
      const { rows = [] } = await lookUp(federation, { ids: found.ids });
      if (isLatest()) staged?.city.light(rows.filter((row) => row !== null));
    },
    [federation, staged, wish],
  );
  return { questions, answer, problem, pose };
};

const useLayers = (staged: Staged | undefined) => {
  const turned = usePerson((state) => state.turned);
  const theme = usePerson((state) => state.theme);
  const hiddenByLook = useMemo(() => staged?.city.scene().kinds.map((kind) => lookOf(kind).isHidden) ?? [], [staged]);
  const isHidden = useCallback(
    (agency: number, kind: number): boolean => (hiddenByLook[kind] ?? false) !== turned.has(`${agency}|${kind}`),
    [hiddenByLook, turned],
  );
  useEffect(() => staged?.city.hide(isHidden), [staged, isHidden]);
  useEffect(() => {
    document.documentElement.dataset['theme'] = theme;
  }, [theme]);
  return { isHidden, theme };
};

const useStanding = (federation: string | undefined): { readonly name: string; readonly sources: readonly Source[] } => {
  const [standing, setStanding] = useState<{ readonly name: string; readonly sources: readonly Source[] }>({ name: '', sources: [] });
  useEffect(() => {
    if (!federation) return;
    void ask(queries.federation, { federation, lang }).then((answer) => {
      const found = answer.ok ? answer.value.federation : undefined;
      if (found) setStanding({ name: found.name, sources: found.summary.sources });
    });
  }, [federation]);
  return standing;
};

export const App = () => {
  const { federation } = usePerson();
  const absent = useFederation();
  const [staged, setStaged] = useState<Staged>();
  const [problem, setProblem] = useState<string>();
  const { selected, select, pick } = useSelection(federation, staged);
  const { questions, answer, problem: refused, pose } = useQuestions(federation, staged);
  const { isHidden, theme } = useLayers(staged);
  const { name, sources } = useStanding(federation);
  const dress = useMemo(() => dressOf(theme), [theme]);
  const notice = absent ?? problem ?? refused;
  return (
    <>
      {federation && (
        <Stage key={federation} federation={federation} dress={dress} onStaged={setStaged} onPick={(row) => void pick(row)} onProblem={setProblem} />
      )}
      {federation && (
        <Search
          ask={ask}
          federation={federation}
          name={name}
          questions={questions}
          onPose={(question) => void pose(question)}
          onOpen={(id) => void select(id, true)}
        />
      )}
      {answer ? (
        <Answered answer={answer} onOpen={(id) => void select(id, true)} onClose={() => void pose(undefined)} />
      ) : (
        staged && <Layers scene={staged.city.scene()} theme={theme} isHidden={isHidden} onTurn={turn} />
      )}
      <div className="corner">
        <button type="button" className="button" onClick={() => usePerson.setState({ theme: theme === 'light' ? 'dark' : 'light' })}>
          {theme === 'light' ? 'Dark' : 'Light'}
        </button>
      </div>
      {selected && (
        <TwinPanel
          id={selected.id}
          twin={selected.twin}
          reason={selected.reason}
          onOpen={(id) => void select(id, true)}
          onClose={() => void select(undefined)}
        />
      )}
      <Sources sources={answer ? answer.sources : sources} ms={answer?.ms} />
      {notice && (
        <p className="panel notice" role="alert">
          {notice}
        </p>
      )}
    </>
  );
};
