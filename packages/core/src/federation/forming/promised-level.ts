/**
 * Promised level: the service level of an agreement: how soon its owner answers, and for which share of the time. Asked for by needs, promised by the owner no better than he can.
 */
import { z } from 'zod';
import { openObject } from '../../ground/json.ts';

export const PromisedLevel = openObject({
  /** within which nearly all questions (19 of 20) are answered, as the owner measures it */
  latencyMs: z.number().positive().optional(),
  /** the share of the time in which it answers, 0 to 1 */
  availability: z.number().min(0).max(1).optional(),
});
export type PromisedLevel = z.infer<typeof PromisedLevel>;

const levelOf = (latencies: readonly number[], availabilities: readonly number[]): PromisedLevel | undefined => {
  if (latencies.length + availabilities.length === 0) return undefined;
  return {
    ...(latencies.length > 0 && { latencyMs: Math.min(...latencies) }),
    ...(availabilities.length > 0 && { availability: Math.max(...availabilities) }),
  };
};

/** What satisfies all of them; undefined where none names anything. */
export const strictestLevel = (levels: readonly PromisedLevel[]): PromisedLevel | undefined =>
  levelOf(
    levels.flatMap(({ latencyMs }) => latencyMs ?? []),
    levels.flatMap(({ availability }) => availability ?? []),
  );

/** What is promised of what is asked for, by an owner who can do no better than `own`. */
export const promisedLevel = ({ latencyMs, availability }: PromisedLevel, own: PromisedLevel | undefined): PromisedLevel => ({
  ...(latencyMs !== undefined && { latencyMs: Math.max(latencyMs, own?.latencyMs ?? 0) }),
  ...(availability !== undefined && { availability: Math.min(availability, own?.availability ?? 1) }),
});

/** Whether what is offered is as good as what is wanted. */
export const meetsLevel = (offered: PromisedLevel | undefined, { latencyMs, availability }: PromisedLevel): boolean =>
  (latencyMs === undefined || (offered?.latencyMs ?? Number.POSITIVE_INFINITY) <= latencyMs) &&
  (availability === undefined || (offered?.availability ?? 0) >= availability);

/** In words. */
export const describeLevel = ({ latencyMs, availability }: PromisedLevel): string =>
  [latencyMs === undefined ? [] : `answers within ${latencyMs} ms`, availability === undefined ? [] : `${availability * 100} % of the time`].flat().join(', ');
