/**
 * Learning: which federation the page is about, asked first of all and again until the node tells it.
 */
import { create } from 'zustand';
import { createAsk } from '../../graphql/client.ts';
import { standing } from '../../graphql/standing.ts';
import { person } from './person.ts';

export const endpoint = '/graphql';
export const ask = createAsk(endpoint);

type Problem = { readonly kind: 'noFederation' } | { readonly kind: 'refused'; readonly reason: string };

export const useLearning = create<{ readonly problem: Problem | undefined }>()(() => ({ problem: undefined }));

const againMs = 2_000;

/** The one in its address, else the first that the node knows. */
const learn = async (signal: AbortSignal): Promise<void> => {
  const answer = await ask(standing, { lang: person.get().lang });
  if (signal.aborted) return;
  const nodes = answer.ok ? answer.value.federations.nodes : [];
  const found = nodes.find(({ id }) => id === person.get().federation) ?? nodes[0];
  if (found) person.set({ federation: found.id });
  const problem = answer.ok ? ({ kind: 'noFederation' } as const) : ({ kind: 'refused', reason: answer.refusal.message } as const);
  useLearning.setState({ problem: found ? undefined : problem });
  if (!found) setTimeout(() => void learn(signal), againMs);
};

export const keepLearning = (): (() => void) => {
  const stop = new AbortController();
  void learn(stop.signal);
  return () => stop.abort();
};
