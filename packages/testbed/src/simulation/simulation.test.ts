/**
 * Histories: those that once failed, kept by what they showed, and a number of others; and that the same seed tells the same history.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { runHistory } from './history.ts';
import { invariants } from './invariants.ts';
import { type Plan, planOf } from './plan.ts';

const folder = new URL('../../../../fixtures/simulation/', import.meta.url);
const kept = readdirSync(folder).map((file) => ({ name: file.replace(/\.json$/, '').replaceAll('-', ' '), file }));

/** About twenty seconds on a quiet machine with two processors. */
const seeds = 80;
const perTest = 20;

describe('a history that failed once', () => {
  it.each(kept)('$name', async ({ file }) => {
    const plan: Plan = JSON.parse(readFileSync(new URL(file, folder), 'utf8'));
    expect((await runHistory(plan, invariants)).violation).toBeUndefined();
  });
});

describe('histories hold', () => {
  const starts = Array.from({ length: seeds / perTest }, (_, at) => at * perTest);
  it.each(starts)('from seed %i on', async (from) => {
    for (let seed = from; seed < from + perTest; seed += 1) {
      const { violation } = await runHistory(planOf(String(seed)), invariants);
      expect({ seed, violation }).toEqual({ seed, violation: undefined });
    }
  });
});

it('the same seed tells the same history', async () => {
  const [first, second] = [await runHistory(planOf('7'), invariants), await runHistory(planOf('7'), invariants)];
  expect(second.lines).toEqual(first.lines);
  expect(first.messages).toBeGreaterThan(0);
});
