/**
 * What a run of tests did not show though it should have: traces whose test did not pass, problems of the table that the product never made.
 */
import type { TestModule } from 'vitest/node';
import { entities } from '../requirements/entities.ts';
import { tracedMessages } from '../requirements/messages.ts';
import { type Proof, proofsOf, requirements } from '../requirements/requirements.ts';

const traces: readonly (readonly [name: string, Proof])[] = Object.entries({ ...requirements, ...entities, ...tracedMessages }).flatMap(([name, traced]) =>
  proofsOf(traced).map((proof) => [name, proof] as const),
);

const stateOf = (module: TestModule, title: string): string => {
  const states = [...module.children.allTests()].filter(({ name }) => name === title).map((test) => test.result().state);
  return states.length === 0 ? 'not there' : (states.find((state) => state !== 'passed') ?? 'passed');
};

/** One line a trace whose test ran with the others and did not pass; a test that failed is told as such already. */
export const untold = (modules: readonly TestModule[]): readonly string[] =>
  traces.flatMap(([name, [file, title]]) => {
    const module = modules.find(({ relativeModuleId }) => relativeModuleId === file);
    const state = module ? stateOf(module, title) : 'passed';
    return ['passed', 'failed'].includes(state) ? [] : [`${name} is not shown: ${state} is ${file}: ${title}`];
  });

/** What the files left by that name, each once. */
const left = (modules: readonly TestModule[], name: string): ReadonlySet<string> =>
  new Set(modules.flatMap((module) => Reflect.get(module.meta(), name) ?? []));

/** One line a problem of the table that nothing made, in a run of everything. */
export const unmade = (modules: readonly TestModule[]): readonly string[] => {
  const made = left(modules, 'problemKindsMade');
  return [...left(modules, 'problemKindsKnown')].filter((kind) => !made.has(kind)).map((kind) => `the problem ${kind} was not made by any test`);
};
