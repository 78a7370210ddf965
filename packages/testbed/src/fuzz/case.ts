/**
 * Case: one thing that is said to a node, and what must come of it, whichever way it is said.
 */
import type { Random } from '../simulation/random.ts';
import type { Subject } from './subject.ts';

export type Case = {
  /** the node that it is said to */
  readonly origin: string;
  /** what is said, for whoever looks into a failure */
  readonly told: () => string;
  /** What is wrong with what came; undefined where nothing is. */
  readonly run: () => Promise<string | undefined>;
};

export type Making = { readonly subject: Subject; readonly random: Random };

export type Make = (making: Making) => Case;

/** Longer than the longest answer of the protocol. */
export const patienceMs = 35_000;

/** What is wrong with an answer to a message: it has a code, and none that says that a defect was met. */
export const codeProblem = (text: string, what: string): string | undefined => {
  const code = /"code":"(DTF-\d{3})"/.exec(text)?.[1];
  if (code === undefined) return `${what} without a code: ${text.slice(0, 200)}`;
  return code === 'DTF-900' ? `a defect was met: ${text.slice(0, 300)}` : undefined;
};
