/**
 * How a function of another is asked for: what moves something in the city, once and in its time; what only computes, as anything else.
 */
import { expect, it } from 'vitest';
import { mannerOf } from './invoking.ts';

it('what moves something is done once, before others, and never after the time in which its asker waits', () => {
  expect(mannerOf('actuation', 1_500)).toEqual({ qos: 2, priority: 'high', expiresInMs: 1_500 });
  expect(mannerOf('simulation', 1_500)).toEqual({});
  expect(mannerOf('none', 1_500)).toEqual({});
});
