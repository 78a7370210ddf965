/**
 * Options: what could be done, each tried out by a function of a member, and ranked by what comes of it. Nothing in the city is touched: functions that move something are not invoked here.
 */
import { fail, type Json, limits, measureOf, ok, type Problem, problem, type Result, rankOptions } from '@cityweave/core';
import { defineFunctions, type InvokeArgs, invokeFunction, type Told } from '../operations/functions.ts';
import type { Context } from '../room.ts';
import { deadlineText, type Kit } from '../schema/kit.ts';

type Option = { readonly name: string; readonly inputs?: Json | undefined; readonly twins?: InvokeArgs['twins'] };
type Tried = { readonly name: string; readonly measure: number | undefined; readonly told: Told };
type Args = Omit<InvokeArgs, 'inputs' | 'twins' | 'mode'> & { readonly options: readonly Option[]; readonly path: string; readonly sense: 'least' | 'most' };

/** At once: as many as a member runs at a time for one who asks. */
const optionsMax = limits.functionRunsMax;

const tryOne = async (context: Context, { options: _, path, ...args }: Args, { name, inputs, twins }: Option): Promise<Tried> => {
  const told = await invokeFunction(context, { ...args, inputs, twins, scenario: { name }, mode: 'sync' });
  return { name, told, measure: 'run' in told ? measureOf(told.run.outputs, path) : undefined };
};

const tryAll = async (context: Context, args: Args): Promise<Result<readonly Tried[], Problem>> => {
  const { options, sense } = args;
  if (options.length === 0 || options.length > optionsMax) return fail(problem('invalid', { path: 'options', found: `${options.length}`, limit: optionsMax }));
  return ok(rankOptions(await Promise.all(options.map((option) => tryOne(context, args, option))), sense));
};

type Outcome = Problem | { readonly tried: readonly Tried[] };

const defineTried = ({ builder }: Kit, result: ReturnType<typeof defineFunctions>['result']) =>
  builder.objectRef<Tried>('OptionTried').implement({
    description: 'What came of an option.',
    fields: (t) => ({
      name: t.exposeString('name', { description: 'As it was asked.' }),
      measure: t.float({
        nullable: true,
        description: 'The sum of the numbers at the path; null where one is missing: it is no proposal.',
        resolve: ({ measure }) => measure,
      }),
      run: t.field({ type: result, description: 'The run behind it, or why there is none.', resolve: ({ told }) => told }),
    }),
  });

const defineOutcome = ({ builder }: Kit, tried: ReturnType<typeof defineTried>) => {
  const options = builder.objectRef<{ readonly tried: readonly Tried[] }>('OptionsTried').implement({
    description: 'Every option, the best first.',
    fields: (t) => ({ options: t.field({ type: [tried], description: 'In their order.', resolve: (outcome) => outcome.tried }) }),
  });
  return builder.unionType('OptionsResult', {
    description: 'The options tried out, or why none was.',
    types: [options, 'Problem'],
    resolveType: (value) => ('tried' in value ? 'OptionsTried' : 'Problem'),
  });
};

export const defineOptions = (kit: Kit): void => {
  const { builder } = kit;
  const { result, twins } = defineFunctions(kit);
  const sense = builder.enumType('OptionSense', {
    description: 'Which measure is the better one.',
    values: { LEAST: { value: 'least', description: 'The smaller.' }, MOST: { value: 'most', description: 'The greater.' } } as const,
  });
  const option = builder.inputRef<Option>('OptionToTry').implement({
    description: 'One thing that could be done, as inputs of the function.',
    fields: (t) => ({
      name: t.string({ required: true, description: 'How it is called in the answer.' }),
      inputs: t.field({ type: 'JSON', required: true, description: 'By name, as the feature describes them.' }),
      twins: t.field({ type: [twins], description: 'Inputs that are twins of the federation.' }),
    }),
  });
  const tried = defineTried(kit, result);
  const outcome = defineOutcome(kit, tried);
  builder.mutationFields((t) => ({
    tryOptions: t.field({
      type: outcome,
      description: 'Has a function of a member try out what could be done, and proposes what comes out best. Nothing in the city is changed.',
      args: {
        feature: t.arg.id({ required: true, description: '`urn:dtf:feature:...` of a function that a member of an active federation of this node grants.' }),
        options: t.arg({ type: [option], required: true, description: `What could be done, 1 to ${optionsMax}.` }),
        path: t.arg.string({ required: true, description: 'Where the outputs say how good it is, as `routes.length`: of a list all are added.' }),
        sense: t.arg({ type: sense, required: true, description: 'Which is better.' }),
        federation: t.arg.id({ description: 'Of several that have it, this one.' }),
        deadline: t.arg({ type: 'Duration', defaultValue: 'PT2S', description: deadlineText }),
      },
      resolve: async (_root, args, context): Promise<Outcome> => {
        const all = await tryAll(context, args);
        return all.ok ? { tried: all.value } : all.problem;
      },
    }),
  }));
};
