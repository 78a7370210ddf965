/**
 * Announcing: what a screen reader is told while it happens: at once when nothing was said lately, else together, one sentence after the other.
 */
import { create } from 'zustand';

const quietMs = 5_000;
const sentencesMax = 5;

type Said = {
  readonly text: string;
  /** one more each time, so that the same sentence is said again */
  readonly n: number;
};

export const useSaid = create<Said>()(() => ({ text: '', n: 0 }));

const waiting: string[] = [];
let timer: ReturnType<typeof setTimeout> | undefined;

const tell = (): void => {
  timer = undefined;
  if (waiting.length === 0) return;
  const text = waiting.splice(0).slice(-sentencesMax).join(' ');
  useSaid.setState(({ n }) => ({ text, n: n + 1 }));
  timer = setTimeout(tell, quietMs);
};

export const announce = (sentence: string): void => {
  if (!waiting.includes(sentence)) waiting.push(sentence);
  if (!timer) tell();
};
