import { limits, type Priority } from '@cityweave/core';
import { expect, it } from 'vitest';
import { createTurns } from './turns.ts';

const sender = 'urn:dtf:twin:water.example:agency';

/** A sender's words, the first of which lasts until it is let go; and the order in which they were heard. */
const sayAll = async (words: readonly (readonly [string, Priority | undefined])[]) => {
  const [inTurn, heard] = [createTurns(), [] as string[]];
  const first = Promise.withResolvers<void>();
  const said = [
    inTurn({ sender, priority: undefined }, () => first.promise),
    ...words.map(([word, priority]) => inTurn({ sender, priority }, async () => heard.push(word))),
  ];
  first.resolve();
  const outcomes = await Promise.all(said);
  return { heard, refused: outcomes.slice(1).filter((outcome) => outcome === undefined).length };
};

it('what waits goes by its priority, and else as it came', async () => {
  const { heard } = await sayAll([
    ['a', 'low'],
    ['b', undefined],
    ['c', 'emergency'],
    ['d', 'normal'],
    ['e', 'high'],
    ['f', 'emergency'],
  ]);
  expect(heard).toEqual(['c', 'f', 'e', 'b', 'd', 'a']);
});

it('nothing is passed over more than turnsPassedOverMax times', async () => {
  const urgent = Array.from({ length: limits.turnsPassedOverMax + 3 }, (_, at) => [`urgent ${at}`, 'high'] as const);
  const { heard } = await sayAll([['patient', 'low'], ...urgent]);
  expect(heard.indexOf('patient')).toBe(limits.turnsPassedOverMax);
});

it('what is urgent waits for one of those that were passed over so often, not for all of them', async () => {
  const urgent = Array.from({ length: 2 * limits.turnsPassedOverMax }, (_, at) => [`urgent ${at}`, 'high'] as const);
  const { heard } = await sayAll([['one', 'low'], ['two', 'low'], ['three', 'low'], ...urgent]);
  expect(['one', 'two', 'three'].map((word) => heard.indexOf(word))).toEqual([1, 2, 2].map((turns, at) => turns * limits.turnsPassedOverMax + at));
});

it('turnsWaitingMax of a sender wait, and no more; another sender waits for none of them', async () => {
  const words = (count: number) => Array.from({ length: count }, (_, at) => [`${at}`, undefined] as const);
  expect((await sayAll(words(limits.turnsWaitingMax))).refused).toBe(0);
  expect((await sayAll(words(limits.turnsWaitingMax + 1))).refused).toBe(1);
  const inTurn = createTurns();
  const held = Promise.withResolvers<void>();
  const first = inTurn({ sender, priority: undefined }, () => held.promise);
  expect(await inTurn({ sender: 'another', priority: 'low' }, async () => 'heard')).toBe('heard');
  held.resolve();
  await first;
});

it('one that breaks lets the next one go', async () => {
  const inTurn = createTurns();
  const broken = inTurn({ sender, priority: undefined }, () => Promise.reject(new Error('broken')));
  const next = inTurn({ sender, priority: undefined }, async () => 'heard');
  await expect(broken).rejects.toThrow('broken');
  expect(await next).toBe('heard');
});
