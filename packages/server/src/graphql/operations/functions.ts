/**
 * Functions of members, as an application invokes them: inputs as JSON, or as the twins of the federation that a filter finds.
 */
import {
  FeatureId,
  type Federation,
  type FunctionEffect,
  type FunctionRun,
  fail,
  type Json,
  limits,
  ok,
  type Problem,
  problem,
  type Result,
  RunId,
  type Scenario,
  shorten,
} from '@cityweave/core';
import { createFaults } from '../fault.ts';
import { parseDeadline } from '../questions/asking.ts';
import { type FilterGiven, toFilter } from '../questions/filter.ts';
import type { Context } from '../room.ts';
import { deadlineText, type Kit, langText } from '../schema/kit.ts';
import { nameIn } from '../schema/value.ts';

type Given<T> = T | null | undefined;
type ScenarioInput = { readonly id?: Given<string>; readonly name: string };
type TwinsInput = { readonly input: string; readonly filter: FilterGiven };
export type InvokeArgs = {
  readonly onBehalfOf?: string | null | undefined;
  readonly feature: string;
  readonly inputs?: Json | undefined;
  readonly twins?: Given<readonly TwinsInput[]>;
  readonly deadline?: Given<string>;
  readonly mode?: Given<'sync' | 'async'>;
  readonly effect?: Given<FunctionEffect>;
  readonly federation?: Given<string>;
  readonly scenario?: Given<ScenarioInput>;
  readonly timeout?: Given<string>;
};

export type Told = Problem | { readonly run: FunctionRun };

const isObject = (value: unknown): value is Record<string, Json> => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Inputs must be whole: an answer that lacks a source would close too few roads. */
const twinsOf = async (
  context: Context,
  { federation, given, deadlineMs }: { readonly federation: Federation; readonly given: TwinsInput; readonly deadlineMs: number },
): Promise<Result<readonly Json[]>> => {
  const faults = createFaults();
  const filter = toFilter(given.filter, faults, context.room.vocabulary());
  const fault = faults.first();
  if (fault) return fail(problem('invalid', { path: `twins.${given.input}.${fault.argument}`, found: shorten(fault.found), accepted: fault.accepted }));
  const asked = await context.room.orchestration.ask(federation, { filter, first: limits.pageMax, terms: [] }, { deadlineMs, signal: context.signal });
  if (!asked.ok) return asked;
  const { rows, sources, next } = asked.value;
  const missing = sources.find(({ status }) => ['PARTIAL', 'LATE', 'FAILED'].includes(status));
  if (missing) return fail(problem('unavailable', { agency: missing.agency, subject: `twins for ${given.input}`, found: missing.status }));
  if (next) return fail(problem('tooMany', { subject: `twins for ${given.input}`, limit: limits.pageMax }));
  return ok(rows.flatMap(({ twin }) => ({ id: twin.id, ...placesOf(twin) })) as Json[]); // branding: geometries are JSON
};

type Located = {
  readonly position?: readonly number[] | undefined;
  readonly representations: readonly { readonly footprint?: object | undefined; readonly position?: readonly number[] | undefined }[];
};

const placesOf = ({ position, representations }: Located) => {
  const geometry = representations.find(({ footprint }) => footprint)?.footprint;
  const at = position ?? representations.find((one) => one.position)?.position;
  return { ...(at && { position: at }), ...(geometry && { geometry }) };
};

const gather = async (
  context: Context,
  federation: Federation,
  args: { readonly inputs: Record<string, Json>; readonly twins: readonly TwinsInput[]; readonly deadlineMs: number },
): Promise<Result<Record<string, Json>>> => {
  const inputs = { ...args.inputs };
  for (const given of args.twins) {
    const twins = await twinsOf(context, { federation, given, deadlineMs: args.deadlineMs });
    if (!twins.ok) return twins;
    inputs[given.input] = [...twins.value];
  }
  return ok(inputs);
};

const parse = (args: InvokeArgs): Result<{ readonly feature: FeatureId; readonly inputs: Record<string, Json>; readonly deadlineMs: number }> => {
  const feature = FeatureId.safeParse(args.feature);
  if (!feature.success) return fail(problem('badId', { path: 'feature', found: shorten(args.feature), accepted: 'urn:dtf:feature:<authority>:<local>' }));
  if (!isObject(args.inputs)) return fail(problem('badInput', { path: 'inputs', found: shorten(args.inputs), accepted: 'an object of inputs by name' }));
  const faults = createFaults();
  const deadlineMs = parseDeadline(args.deadline, faults);
  const fault = faults.first();
  if (fault) return fail(problem('invalid', { path: fault.argument, found: shorten(fault.found), accepted: fault.accepted }));
  return ok({ feature: feature.data, inputs: args.inputs, deadlineMs });
};

/** Of a name it is not said in which language it is. */
const scenarioOf = ({ room }: Context, { id, name }: ScenarioInput): Scenario => ({ id: id ?? `urn:uuid:${room.deps.ids.uuid()}`, name: { und: name } });

export const invokeFunction = async (context: Context, args: InvokeArgs): Promise<Told> => {
  const parsed = parse(args);
  if (!parsed.ok) return parsed.problem;
  const { feature, deadlineMs } = parsed.value;
  const { functions } = context.room.orchestration;
  const granted = functions.granting(feature, args.federation ?? undefined);
  if (!granted.ok) return granted.problem;
  const inputs = await gather(context, granted.value.federation, { ...parsed.value, twins: args.twins ?? [] });
  if (!inputs.ok) return inputs.problem;
  const run = await functions.invoke({
    feature,
    inputs: inputs.value as FunctionRun['outputs'],
    mode: args.mode ?? 'sync',
    effect: args.effect ?? undefined,
    scenario: args.scenario ? scenarioOf(context, args.scenario) : undefined,
    timeout: args.timeout ?? undefined,
    deadlineMs,
    federation: granted.value.federation.id,
    signal: context.signal,
    onBehalfOf: args.onBehalfOf ?? undefined,
  }); // branding: both are JSON
  return run.ok ? { run: run.value.run } : run.problem;
};

const about = async (
  context: Context,
  { feature, run, act }: { readonly feature: string; readonly run: string; readonly act: 'query' | 'cancel' },
): Promise<Told> => {
  const [id, runId] = [FeatureId.safeParse(feature), RunId.safeParse(run)];
  if (!id.success) return problem('badId', { path: 'feature', found: shorten(feature), accepted: 'urn:dtf:feature:<authority>:<local>' });
  if (!runId.success) return problem('badId', { path: 'run', found: shorten(run), accepted: 'urn:uuid: and a UUID' });
  const told = await context.room.orchestration.functions[act](id.data, runId.data);
  return told.ok ? { run: told.value } : told.problem;
};

const defineScenario = ({ builder }: Kit) =>
  builder.objectRef<Scenario>('Scenario').implement({
    description: 'What is tried out: several runs may be of one.',
    fields: (t) => ({
      id: t.exposeID('id', { description: 'As it was asked, in the run, its outputs and the logs of both sides.' }),
      name: t.string({
        args: { lang: t.arg.string({ description: langText }) },
        description: 'For people.',
        resolve: ({ id, name }, { lang }) => (name ? nameIn(name, lang) : id),
      }),
    }),
  });

const defineRun = (kit: Kit) => {
  const { builder } = kit;
  const scenario = defineScenario(kit);
  const state = builder.enumType('FunctionRunState', {
    description: 'Where a run of a function stands.',
    values: {
      QUEUED: { description: 'Taken, not begun.' },
      RUNNING: { description: 'Being computed.' },
      SUCCEEDED: { description: 'Done: the outputs are there.' },
      FAILED: { description: 'It could not be computed.' },
      CANCELLED: { description: 'Ended by who asked.' },
      TIMED_OUT: { description: 'Ended by its time.' },
    } as const,
  });
  const run = builder.objectRef<{ readonly run: FunctionRun }>('FunctionRun').implement({
    description: 'One invocation of a function.',
    fields: (t) => ({
      id: t.id({ description: '`urn:uuid:` under which its owner knows it.', resolve: ({ run: { runId } }) => runId }),
      state: t.field({ type: state, description: 'Where it stands.', resolve: ({ run: { state: now } }) => now }),
      since: t.field({ type: 'DateTime', description: 'Since when.', resolve: ({ run: { since } }) => since }),
      progress: t.float({ description: '0 to 1.', resolve: ({ run: { progress } }) => progress }),
      outputs: t.field({
        type: 'JSON',
        nullable: true,
        description: 'What came out, once it is done; the feature describes it.',
        resolve: ({ run: { outputs } }) => outputs as Json | undefined,
      }), // branding: outputs are JSON
      inputs: t.field({
        type: 'JSON',
        nullable: true,
        description: 'What it was computed from.',
        resolve: ({ run: { inputs } }) => inputs as Json | undefined,
      }), // branding: inputs are JSON
      scenario: t.field({
        type: scenario,
        nullable: true,
        description: 'What was tried out, where it has a name.',
        resolve: ({ run: { scenario: of } }) => of,
      }),
      problem: t.field({ type: 'Problem', nullable: true, description: 'Why it failed or ended.', resolve: ({ run: { problem: why } }) => why }),
    }),
  });
  return builder.unionType('FunctionRunResult', {
    description: 'The run, or why there is none.',
    types: [run, 'Problem'],
    resolveType: (value) => ('run' in value ? 'FunctionRun' : 'Problem'),
  });
};

const defineChoices = ({ builder }: Kit) => {
  const mode = builder.enumType('FunctionMode', {
    description: 'Whether the answer waits for the outputs.',
    values: {
      SYNC: { value: 'sync', description: 'Within the deadline.' },
      ASYNC: { value: 'async', description: 'In the background: ask `functionRun`.' },
    } as const,
  });
  const effect = builder.enumType('FunctionEffect', {
    description: 'The most that an invocation may do; a function with a stronger effect is refused.',
    values: {
      NONE: { value: 'none', description: 'Nothing changes.' },
      SIMULATION: { value: 'simulation', description: 'Something is tried out.' },
      ACTUATION: { value: 'actuation', description: 'Something in the city moves: only where the agreement grants it.' },
    } as const,
  });
  return { mode, effect };
};

const defineInputs = ({ builder, inputs }: Kit) => {
  const twins = builder.inputRef<TwinsInput>('TwinsAsInput').implement({
    description: 'Twins of the federation as one input of a function: a list with id, position and geometry of each.',
    fields: (t) => ({
      input: t.string({ required: true, description: 'Name of the input.' }),
      filter: t.field({ type: inputs.filter, required: true, description: `Which twins; at most ${limits.pageMax}. All sources must answer.` }),
    }),
  });
  const scenario = builder.inputRef<ScenarioInput>('ScenarioInput').implement({
    description: 'What is tried out.',
    fields: (t) => ({
      id: t.id({ description: 'The same for runs of one scenario; a new one where absent.' }),
      name: t.string({ required: true, description: 'For people: "main bridge closed".' }),
    }),
  });
  return { twins, scenario };
};

const featureText = '`urn:dtf:feature:...` of a function that a member of an active federation of this node grants.';

export const defineFunctions = (kit: Kit) => {
  const { builder } = kit;
  const result = defineRun(kit);
  const { mode, effect } = defineChoices(kit);
  const { twins, scenario } = defineInputs(kit);
  const runArgs = { feature: { required: true, description: featureText }, run: { required: true, description: '`urn:uuid:` of the run.' } } as const;
  builder.mutationFields((t) => ({
    invokeFeature: t.field({
      type: result,
      description:
        'Has a function computed by its owner, under the agreement of a federation. One that moves something in the city moves it only where `effect` says so and the agreement grants it.',
      args: {
        feature: t.arg.id({ required: true, description: featureText }),
        inputs: t.arg({ type: 'JSON', required: true, description: 'By name, as the feature describes them.' }),
        twins: t.arg({ type: [twins], description: 'Inputs that are twins of the federation.' }),
        mode: t.arg({ type: mode, defaultValue: 'sync', description: 'Wait for the outputs, or not.' }),
        effect: t.arg({ type: effect, defaultValue: 'simulation', description: 'The most that may happen.' }),
        federation: t.arg.id({ description: 'Of several that have it, this one.' }),
        scenario: t.arg({ type: scenario, description: 'What is tried out.' }),
        timeout: t.arg({ type: 'Duration', description: `How long the run may take; PT${limits.functionMaxMs / 1000}S where absent, and at most.` }),
        onBehalfOf: t.arg.id({
          description: 'The person or organization that it is computed for: of this agency, or named by the agreement. Both logs keep it.',
        }),
        deadline: t.arg({ type: 'Duration', defaultValue: 'PT2S', description: deadlineText }),
      },
      resolve: (_root, args, context): Promise<Told> => invokeFunction(context, args),
    }),
    cancelFunctionRun: t.field({
      type: result,
      description: 'Ends a run that is not done.',
      args: { feature: t.arg.id(runArgs.feature), run: t.arg.id(runArgs.run) },
      resolve: (_root, args, context): Promise<Told> => about(context, { ...args, act: 'cancel' }),
    }),
  }));
  builder.queryFields((t) => ({
    functionRun: t.field({
      type: result,
      description: 'How a run in the background stands, as its owner says.',
      args: { feature: t.arg.id(runArgs.feature), run: t.arg.id(runArgs.run) },
      resolve: (_root, args, context): Promise<Told> => about(context, { ...args, act: 'query' }),
    }),
  }));
  return { result, twins };
};
