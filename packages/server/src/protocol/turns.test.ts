import { limits, type Priority } from '@cityweave/core';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createTurns } from './turns.ts';

const line = 'urn:dtf:twin:water.example:agency';

/** A sender's words, the first of which lasts until it is let go; and the order in which they were heard. */
const sayAll = async (words: readonly (readonly [word: string, priority: Priority | undefined, conversation?: string | undefined])[]) => {
  const [inTurn, heard] = [createTurns(1), [] as string[]];
  const first = Promise.withResolvers<void>();
  const said = [
    inTurn({ line }, () => first.promise),
    ...words.map(([word, priority, conversation]) => inTurn({ line, priority, conversation }, async () => heard.push(word))),
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
  const inTurn = createTurns(1);
  const held = Promise.withResolvers<void>();
  const first = inTurn({ line }, () => held.promise);
  expect(await inTurn({ line: 'another', priority: 'low' }, async () => 'heard')).toBe('heard');
  const second = inTurn({ line }, async () => inTurn.waiting(line));
  expect([inTurn.waiting(line), inTurn.waiting('another')]).toEqual([1, 0]);
  held.resolve();
  await first;
  expect(await second).toBe(0);
});

it('one that breaks lets the next one go', async () => {
  const inTurn = createTurns(1);
  const broken = inTurn({ line }, () => Promise.reject(new Error('broken')));
  const next = inTurn({ line }, async () => 'heard');
  await expect(broken).rejects.toThrow('broken');
  expect(await next).toBe('heard');
});

const priority = fc.constantFrom<Priority>('low', 'normal', 'high', 'emergency');

it('nothing overtakes what was said before it in the same conversation', async () => {
  const words = fc.array(fc.tuple(priority, fc.constantFrom('a', 'b', 'c', undefined)), { maxLength: 60 });
  await fc.assert(
    fc.asyncProperty(words, async (said) => {
      const { heard } = await sayAll(said.map(([urgency, conversation], at) => [`${at}`, urgency, conversation] as const));
      const orders = ['a', 'b', 'c'].map((name) => heard.map(Number).filter((at) => said[at]?.[1] === name));
      expect(heard).toHaveLength(said.length);
      expect(orders).toEqual(orders.map((order) => order.toSorted((a, b) => a - b)));
    }),
  );
});

it('what an urgent word of its own conversation waits for goes as urgently', async () => {
  const { heard } = await sayAll([
    ['other', 'normal'],
    ['first', 'low', 'one'],
    ['second', 'emergency', 'one'],
  ]);
  expect(heard).toEqual(['first', 'second', 'other']);
});

it('what lets others go before it ends keeps nobody waiting', async () => {
  const inTurn = createTurns(1);
  const lasting = Promise.withResolvers<string>();
  const first = inTurn({ line }, (over) => {
    over();
    return lasting.promise;
  });
  expect(await inTurn({ line }, async () => 'heard')).toBe('heard');
  lasting.resolve('done');
  expect(await first).toBe('done');
  expect(await inTurn({ line }, async () => 'heard')).toBe('heard');
});

it('so many go at once; who gives up is not waited for', async () => {
  const inTurn = createTurns(2);
  const held = Promise.withResolvers<void>();
  const under = [inTurn({ line }, () => held.promise), inTurn({ line }, () => held.promise)];
  const leaving = new AbortController();
  const begun: string[] = [];
  const left = inTurn({ line, signal: leaving.signal }, async () => begun.push('left'));
  const last = inTurn({ line }, async () => begun.push('last'));
  leaving.abort();
  expect(await left).toBeUndefined();
  held.resolve();
  await Promise.all([...under, last]);
  expect(begun).toEqual(['last']);
});
