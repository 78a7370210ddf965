/**
 * Posing: a saved question, asked with what was picked for its places, and what came back.
 */
import { create } from 'zustand';
import { queries } from '../../graphql/queries.ts';
import type { Question } from '../../graphql/questions.ts';
import { currentWords } from '../words/words.ts';
import { announce } from './announcing.ts';
import { type Answer, toAnswer } from './answer.ts';
import { ask, federationOf, useLearning } from './learning.ts';
import { type PosedQuestion, person } from './person.ts';
import { filled, type Place } from './places.ts';

export type Posed = { readonly answer: Answer | undefined; readonly problem: string | undefined; readonly asking: boolean };
/** `told`: what tells it apart: its values of the properties by which the question was saved. */
export type Option = { readonly id: string; readonly name: string; readonly told: readonly { readonly value: unknown; readonly unit: string | null }[] };

const nothing: Posed = { answer: undefined, problem: undefined, asking: false };
export const usePosed = create<Posed>()(() => nothing);

/** An earlier answer stays to be seen until the next one is here. */
const pose = async (question: Question, picked: PosedQuestion['places'], signal: AbortSignal): Promise<void> => {
  usePosed.setState({ asking: true, problem: undefined });
  const from = performance.now();
  const got = await ask<object, unknown>({ text: question.query }, filled(question, picked), signal);
  if (signal.aborted) return;
  if (!got.ok) return usePosed.setState({ answer: undefined, problem: got.refusal.message, asking: false });
  const answer = toAnswer(question.name, got.value, performance.now() - from);
  usePosed.setState({ answer, asking: false });
  announce(currentWords().say('saidAnswered', { n: answer.ids.length }));
};

/** Asks what the person poses; ends with the interest in it. */
export const poseAll = (questions: readonly Question[], posed: PosedQuestion | undefined): (() => void) => {
  const stop = new AbortController();
  const question = questions.find(({ name }) => name === posed?.name);
  if (usePosed.getState().answer?.question !== question?.name) usePosed.setState(nothing);
  const federation = question && federationOf(question, useLearning.getState().federations);
  if (federation !== undefined && federation !== person.get().federation) person.set({ federation, selected: undefined });
  if (question && posed) void pose(question, posed.places, stop.signal);
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
  return nodes.map(({ id, name, properties }) => ({ id, name, told: properties.map(({ winner: { value, unit } }) => ({ value, unit })) }));
};
