/**
 * Anything at all, sent to a real node: a code comes back, nothing breaks, nobody waits for ever.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fuzzOnce } from './fuzz.ts';
import { createSubject, type Subject } from './subject.ts';

/** About a minute on a machine that is busy with other tests. */
const cases = 2_000;
const perTest = 250;

describe('whatever is sent', () => {
  let subject: Subject;
  beforeAll(async () => {
    subject = await createSubject();
  });
  afterAll(() => subject[Symbol.asyncDispose]());

  it('starts from what is really said', () => expect(subject.said.length).toBeGreaterThan(80));

  it.each(Array.from({ length: cases / perTest }, (_, at) => at * perTest))('is answered with a code, from case %i on', async (from) => {
    for (let number = from; number < from + perTest; number += 1) expect(await fuzzOnce(subject, 'ci', number)).toBeUndefined();
  });
});
