/**
 * Anything at all, sent to a real node: a code comes back, nothing breaks, nobody waits for ever.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fuzzOnce } from './fuzz.ts';
import { createSubject, type Subject } from './subject.ts';

/** About a minute on a machine that is busy with other tests. */
const cases = { http: 1_500, websocket: 500 } as const;
const perTest = 125;

describe('whatever is sent', () => {
  let subject: Subject;
  beforeAll(async () => {
    subject = await createSubject();
  });
  afterAll(() => subject[Symbol.asyncDispose]());

  it('starts from what is really said', () => expect(subject.said.length).toBeGreaterThan(80));

  describe.each(['http', 'websocket'] as const)('over %s', (over) => {
    it.each(Array.from({ length: cases[over] / perTest }, (_, at) => at * perTest))('is answered with a code, from case %i on', async (from) => {
      for (let number = from; number < from + perTest; number += 1) expect(await fuzzOnce(subject, { seed: 'ci', number, over })).toBeUndefined();
    });
  });
});
