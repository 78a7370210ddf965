/**
 * Timeline: one twin in minutes of one day, as the suites of history write it and ask for it.
 */
import { type HistoryQuery, Instant, type Reading, type Sample } from '@cityweave/core';
import { expect } from 'vitest';
import type { Command, TwinStore } from './store.ts';
import { agency, term, twin, twinId } from './twins.contract.ts';

/** A minute of one day. */
export const m = (minute: number): Instant => Instant.parse(new Date(Date.UTC(2026, 4, 4, 12, minute)).toISOString());

export const id = twinId('1');
export const level = term('level');
export const end = Instant.parse('2200-01-01T00:00:00Z');

export type Told = readonly [observed: number, recorded: number, value: unknown];

export const minuteOf = (at: Instant): number => (Date.parse(at) - Date.parse(m(0))) / 60_000;

export const told = (samples: readonly Sample[]): readonly Told[] =>
  samples.map(({ observedAt, recordedAt, said }) => [minuteOf(observedAt), minuteOf(recordedAt), said ? said.value : 'gone']);

export const reading = (value: Reading['value'], observed: number, recorded = observed): Reading => ({
  value,
  unit: 'm',
  observedAt: m(observed),
  recordedAt: m(recorded),
});

export const sampled = (...samples: readonly Reading[]): Command => ({ op: 'patchTwin', id, values: {}, samples: { [level]: samples } });

export const putAt = (minute: number, values: Readonly<Record<string, unknown>>, more: object = {}): Command => ({
  op: 'putTwin',
  twin: {
    ...twin(id),
    ...more,
    provenance: { observedAt: m(minute), recordedAt: m(minute), source: agency },
    values: Object.fromEntries(Object.entries(values).map(([name, value]) => [term(name), { value: value as Reading['value'] }])), // branding: JSON of a test
  },
});

export type Timeline = {
  readonly at: (minute: number, ...commands: readonly Command[]) => Promise<void>;
  readonly all: (query?: Partial<HistoryQuery>) => Promise<readonly Told[]>;
  readonly value: (valid: Instant, known?: Instant) => Promise<unknown>;
};

export const createTimeline = (store: () => TwinStore): Timeline => {
  const at = async (minute: number, ...commands: readonly Command[]): Promise<void> => {
    const outcomes = await store().apply(commands, { at: m(minute) });
    expect(outcomes.filter((outcome) => !outcome.ok)).toEqual([]);
  };
  const all = async (query: Partial<HistoryQuery> = {}) => told((await store().history(id, { series: level, first: 1000, ...query })).samples);
  const value = async (valid: Instant, known: Instant = end): Promise<unknown> => {
    const past = (await store().stateAt([id], { valid, known })).get(id);
    return past === undefined ? 'no twin' : (past.values[level]?.value ?? 'no value');
  };
  return { at, all, value };
};
