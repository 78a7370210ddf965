/**
 * Learning: which federation the page is about and what can be asked of it, first of all and again until the node tells it.
 */
import { shownFirst } from '@cityweave/core/scene/tiles';
import { create } from 'zustand';
import { createAsk } from '../../graphql/client.ts';
import { type Question, readQuestions } from '../../graphql/questions.ts';
import { standing } from '../../graphql/standing.ts';
import { tellTimesOf } from '../words/words.ts';
import { person } from './person.ts';

export const endpoint = '/graphql';
export const ask = createAsk(endpoint);

type Problem = { readonly kind: 'noFederation' } | { readonly kind: 'refused'; readonly reason: string };
type Named = { readonly id: string; readonly name: string };

type Learnt = {
  readonly problem: Problem | undefined;
  /** the federation that the address of the page names and this node takes no part in: another one is shown */
  readonly unknown: string | undefined;
  readonly federations: readonly Named[];
  readonly questions: readonly Question[];
};

export const useLearning = create<Learnt>()(() => ({
  problem: undefined,
  unknown: undefined,
  federations: [],
  questions: [],
}));

const againMs = 2_000;

/** The one in the address or that the scene shows, else the one that a node shows first. */
export const chooseFederation = (federations: readonly Named[], questions: readonly Question[], wanted: string | undefined): Named | undefined =>
  federations.find(({ id }) => id === wanted) ?? shownFirst(federations, questions);

const naming = Promise.withResolvers<void>();

/** The scene says which federation it shows, before the node is asked; undefined where it does not, and then the page chooses. */
export const nameFederation = (federation: string | undefined): void => {
  if (federation !== undefined && person.get().federation === undefined) person.set({ federation });
  naming.resolve();
};

const learn = async (signal: AbortSignal): Promise<void> => {
  const [answer, read] = await Promise.all([ask(standing, { lang: person.get().lang }), readQuestions(signal)]);
  if (signal.aborted) return;
  if (answer.ok) tellTimesOf(answer.value.timeZone);
  if (answer.ok) await naming.promise;
  const [federations, questions] = [answer.ok ? answer.value.federations.nodes : [], read.ok ? read.value : []];
  const { federation: wanted } = person.get();
  const found = chooseFederation(federations, questions, wanted);
  const unknown = found && wanted !== found.id ? wanted : undefined;
  if (found) person.set({ federation: found.id });
  const problem = answer.ok ? ({ kind: 'noFederation' } as const) : ({ kind: 'refused', reason: answer.refusal.message } as const);
  useLearning.setState({ federations, questions, unknown, problem: found ? undefined : problem });
  if (!found) setTimeout(() => void learn(signal), againMs);
};

export const keepLearning = (): (() => void) => {
  const stop = new AbortController();
  void learn(stop.signal);
  return () => stop.abort();
};

/** A question that names another federation of this node is about that one. */
export const federationOf = ({ variables }: Pick<Question, 'variables'>, federations: readonly Named[]): string | undefined =>
  federations.find(({ id }) => Object.values(variables).includes(id))?.id;
