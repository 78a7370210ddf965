/**
 * Posing: a saved question, asked with what was picked for its places, and what came back.
 */
import { create } from 'zustand';
import { queries } from '../../graphql/queries.ts';
import type { Question } from '../../graphql/questions.ts';
import { spokenName } from '../words/telling.ts';
import { currentWords } from '../words/words.ts';
import { announce } from './announcing.ts';
import { type Answer, nextOf, toAnswer, withPage } from './answer.ts';
import { askInTime } from './in-time.ts';
import { ask, federationOf, useLearning } from './learning.ts';
import { type PosedQuestion, person } from './person.ts';
import { filled, type Place } from './places.ts';

export type Posed = {
  readonly answer: Answer | undefined;
  /** the moment of the past that the answer tells of; undefined: now */
  readonly asOf: string | undefined;
  readonly problem: string | undefined;
  readonly asking: boolean;
};
/** `told`: what tells it apart: its values of the properties by which the question was saved. */
export type Option = { readonly id: string; readonly name: string; readonly told: readonly { readonly value: unknown; readonly unit: string | null }[] };

const nothing: Posed = { answer: undefined, asOf: undefined, problem: undefined, asking: false };
export const usePosed = create<Posed>()(() => nothing);

/** A question that can be asked page by page says so: by a cursor among its variables. */
const isPaged = ({ query }: Question): boolean => /\$after\s*:\s*String\b/.test(query);

/** A question that can be asked of the past says so, by a moment among its variables. */
export const isOfTime = ({ query }: Pick<Question, 'query'>): boolean => /\$asOf\s*:\s*DateTime\b/.test(query);

/** What follows the first page, each page as it comes; one that does not come ends it, and the list says how many it has of all. */
const readOn = async (question: Question, variables: object, signal: AbortSignal): Promise<void> => {
  for (;;) {
    const { answer } = usePosed.getState();
    const after = answer && isPaged(question) ? nextOf(answer) : undefined;
    if (!answer || after === undefined) return;
    const from = performance.now();
    const got = await ask<object, unknown>({ text: question.query }, { ...variables, after }, signal);
    if (signal.aborted || !got.ok) return;
    usePosed.setState({ answer: withPage(answer, got.value, performance.now() - from) });
  }
};

/** `isAgain`: what is there already is better than nothing. */
const refuse = (message: string, isAgain: boolean): void => usePosed.setState({ asking: false, ...(!isAgain && { answer: undefined, problem: message }) });

type Asked = { readonly question: Question; readonly picked: PosedQuestion['places']; readonly isAgain: boolean };

/** An earlier answer stays to be seen until the next one is here. */
const pose = async ({ question, picked, isAgain }: Asked, signal: AbortSignal): Promise<void> => {
  usePosed.setState({ asking: true, problem: undefined });
  const from = performance.now();
  const asOf = isOfTime(question) ? person.get().asOf : undefined;
  const variables = { ...filled(question, picked), ...(asOf !== undefined && { asOf }) };
  const got = await ask<object, unknown>({ text: question.query }, variables, signal);
  if (signal.aborted) return;
  if (!got.ok) return refuse(got.refusal.message, isAgain);
  usePosed.setState({ answer: toAnswer(question.name, got.value, performance.now() - from), asOf });
  await readOn(question, variables, signal);
  if (signal.aborted) return;
  usePosed.setState({ asking: false });
  announce(currentWords().say('saidAnswered', { n: usePosed.getState().answer?.ids.length ?? 0 }));
};

/** An answer that somebody was too late for stays to be seen while it is asked for again. */
const poseInTime = (question: Question, picked: PosedQuestion['places'], signal: AbortSignal): Promise<void> =>
  askInTime(async (times) => {
    await pose({ question, picked, isAgain: times > 0 }, signal);
    return usePosed.getState().answer;
  }, signal);

/** Asks what the person poses; ends with the interest in it. */
export const poseAll = (questions: readonly Question[], posed: PosedQuestion | undefined): (() => void) => {
  const stop = new AbortController();
  const question = questions.find(({ name }) => name === posed?.name);
  if (usePosed.getState().answer?.question !== question?.name) usePosed.setState(nothing);
  const federation = question && federationOf(question, useLearning.getState().federations);
  if (federation !== undefined && federation !== person.get().federation) person.set({ federation, selected: undefined });
  if (question && posed) void poseInTime(question, posed.places, stop.signal);
  return () => stop.abort();
};

const optionsMax = 100;

/** The twins from which a place is picked in a list: those of the kinds for which the question was saved, by name. */
export const optionsOf = async (federation: string, { kinds, tests }: Place, signal: AbortSignal): Promise<readonly Option[]> => {
  if (kinds.length === 0) return [];
  const { lang } = person.get();
  const terms = tests.map(({ term }) => term);
  const got = await ask(queries.twins, { federation, filter: { kinds }, first: optionsMax, orderBy: { by: 'NAME' }, terms, lang }, signal);
  const nodes = got.ok ? (got.value.federation?.twins.nodes ?? []) : [];
  return nodes.map(({ id, name, kind, properties }) => ({
    id,
    name: spokenName(name, kind.label),
    told: properties.map(({ winner: { value, unit } }) => ({ value, unit })),
  }));
};
