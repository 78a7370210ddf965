import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Instant } from '../../ground/instant.ts';
import { standsIn } from '../../ground/trial-state.ts';
import { type FunctionRun, FunctionRunState, functionRunLifecycle, measureOf, moveRun, rankOptions } from './function-run.ts';

const since = Instant.parse('2026-05-04T12:00:00Z');
const queued: FunctionRun = { runId: 'urn:uuid:6f0d2f0e-8d5c-4b3a-9a57-1f4b6c2d7e90', state: standsIn('QUEUED'), since, progress: 0 };

test('a run goes only where its lifecycle lets it, whatever it is told, and stays where it ended', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...FunctionRunState.options)), (moves) => {
      let run = queued;
      for (const to of moves) {
        const from: FunctionRunState = run.state;
        const next = moveRun(run, to, { since });
        expect(next.state === run.state || functionRunLifecycle.next[from].includes(next.state)).toBe(true);
        if (functionRunLifecycle.isFinal(run.state)) expect(next.state).toBe(run.state);
        run = next;
      }
    }),
  );
});

test('options are ranked by what they come to; what has no measure is no proposal', () => {
  const outputs = { routes: [{ length: 3 }, { length: 4.5 }], none: [{ length: null }, { length: 1 }], text: 'x' };
  expect(['routes.length', 'none.length', 'text', 'nothing'].map((path) => measureOf(outputs, path))).toEqual([7.5, undefined, undefined, undefined]);
  expect(measureOf(undefined, 'routes.length')).toBeUndefined();
  const tried = [
    { name: 'b', measure: 2 },
    { name: 'c', measure: undefined },
    { name: 'a', measure: 2 },
    { name: 'd', measure: 1 },
  ];
  expect(rankOptions(tried, 'least').map(({ name }) => name)).toEqual(['d', 'a', 'b', 'c']);
  expect(rankOptions(tried, 'most').map(({ name }) => name)).toEqual(['a', 'b', 'd', 'c']);
});
