/**
 * Running (T12), the owner's side: checks the agreement and the inputs, runs the function at once or in the background, and remembers how each run stands.
 */
import {
  AgreementId,
  checkAllowed,
  FunctionRun,
  fail,
  featureIdOf,
  functionRunLifecycle,
  type Geometry,
  limits,
  moveRun,
  ok,
  type Problem,
  problem,
  problemOfIssues,
  type Request,
  type Result,
  type UsableAgreement,
  UseMode,
} from '@cityweave/core';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import { endingSignal } from '../../deps.ts';
import type { AskedBy, Done } from '../../exchange/answer.ts';
import type { CityFunction } from '../../functions/function.ts';
import { cityFunctions } from '../../functions/functions.ts';
import { storeWithin } from '../../functions/store-within.ts';
import type { RecordStore } from '../../store/store.ts';
import { agreementInForce, checkWay, type Rates } from '../agreement-in-force.ts';
import type { Room } from '../room.ts';
import { findFarFunction } from './far-functions.ts';

type Invocation = Request<'digitalTwin.invoke.feature'>;

export type Running = {
  readonly invoke: (request: Invocation, by: AskedBy) => Promise<Done<'digitalTwin.invoke.feature'>>;
  readonly query: (request: Request<'digitalTwin.query.feature'>, by: AskedBy) => Done<'digitalTwin.query.feature'>;
  readonly cancel: (request: Request<'digitalTwin.cancel.feature'>, by: AskedBy) => Done<'digitalTwin.cancel.feature'>;
};

/** Under which agreement a run was granted, and to be used how. */
const Grant = z.object({ agreementId: AgreementId, mode: UseMode });

/** A run, whose it is, and how it is stopped. */
type Kept = { run: FunctionRun; readonly owner: string; readonly featureId: string; readonly grant: z.infer<typeof Grant>; readonly stop: AbortController };

const KeptRun = z.object({ run: FunctionRun, owner: z.string(), featureId: z.string(), grant: Grant });

type Runs = { readonly kept: LRUCache<string, Kept>; readonly active: Set<string> };

export const offeredFunctions = (room: Pick<Room, 'node' | 'self'>): ReadonlyMap<string, CityFunction> =>
  new Map(room.node.functions.map((name) => [featureIdOf(room.self.authority, cityFunctions[name].kind), cityFunctions[name]]));

const strength = { none: 0, simulation: 1, actuation: 2 } as const;

/** What moves something in the city needs its own permission, the asker's will, and a message that is answered once. */
const checkEffect = ({ effect }: CityFunction, { parameters }: Invocation, { message }: AskedBy): Result<UseMode> => {
  if (strength[effect] > strength[parameters.effect])
    return fail(problem('actuationNotPermitted', { found: effect, accepted: `a function whose effect is at most ${parameters.effect}` }));
  if (effect !== 'actuation') return ok('invoke');
  return message.header.qos === 2 ? ok('actuate') : fail(problem('qosNotAttainable', { subject: 'a function that moves something', accepted: 'qos 2' }));
};

const checkUse = (room: Room, { request, by, mode }: { readonly request: Invocation; readonly by: AskedBy; readonly mode: UseMode }) => {
  const { agreementId: id, federationId } = request.parameters;
  const [{ id: featureId }] = request.objects;
  const used = agreementInForce(room, { id, mode, federationId }, by);
  if (!used.ok) return used;
  const way = checkWay(room, id, by);
  if (!way.ok) return way;
  const features = used.value.features.filter((feature) => feature.featureId === featureId);
  if (features.length > 0) return ok({ ...used.value, features });
  return fail(
    mode === 'actuate'
      ? problem('actuationNotPermitted', { subject: featureId })
      : problem('notInForce', { subject: featureId, accepted: 'a function that was granted' }),
  );
};

const noun = 'functionRun';

/** What came of a run stays to be read after its end, also when the node was started again; the newest, as far as they are small enough. */
const keep = ({ records, deps }: Room, { run, owner, featureId, grant }: Kept): void => {
  if (JSON.stringify(run).length > limits.controlMessageBytesMax) return;
  records.put(noun, run.runId, { run, owner, featureId, grant, at: deps.clock.now() });
  const kept = records.list(noun).map(({ id, value }) => ({ id, at: String(Object(value).at) }));
  const excess = kept.length - limits.functionRunsRememberedMax;
  if (excess > 0) for (const { id } of kept.toSorted((a, b) => (a.at < b.at ? -1 : 1)).slice(0, excess)) records.remove(noun, id);
};

/** A run that was under way when the node stopped has come to nothing. */
const asEnded = (run: FunctionRun): FunctionRun => {
  if (run.state !== 'QUEUED' && run.state !== 'RUNNING') return run;
  return moveRun(run, 'FAILED', { since: run.since, problem: problem('functionFailed', { subject: run.runId, found: 'the node stopped meanwhile' }) });
};

const keptBefore = (records: RecordStore, runId: string): Kept | undefined => {
  const parsed = KeptRun.safeParse(records.get(noun, runId));
  return parsed.success ? { ...parsed.data, run: asEnded(parsed.data.run), stop: new AbortController() } : undefined;
};

/** The agreement under which a run that has ended was granted. */
export const agreementOfRun = (records: RecordStore, runId: string): string | undefined => keptBefore(records, runId)?.grant.agreementId;

const found = (room: Room, runs: Runs, { runId, by }: { readonly runId: string; readonly by: AskedBy }): Result<Kept> => {
  const kept = runs.kept.get(runId) ?? keptBefore(room.records, runId);
  return kept?.owner === by.sender ? ok(kept) : fail(problem('notFound', { subject: runId }));
};

/** What came out is given as long as the agreement holds under which it was computed. */
const stillGiven = (room: Room, runs: Runs, asked: { readonly runId: string; readonly by: AskedBy }): Result<Kept> => {
  const kept = found(room, runs, asked);
  if (!kept.ok) return kept;
  const { agreementId: id, mode } = kept.value.grant;
  const used = agreementInForce(room, { id, mode }, asked.by);
  return used.ok ? kept : used;
};

const replyOf = ({ run, featureId }: Kept): Extract<Done<'digitalTwin.query.feature'>, { ok: true }> =>
  ok({ reply: { parameters: run, objects: [{ kind: 'feature', id: featureId }] } }) as Extract<Done<'digitalTwin.query.feature'>, { ok: true }>; // branding: the id came with the request

type Starting = { readonly given: CityFunction; readonly inputs: unknown; readonly kept: Kept; readonly area: Geometry | undefined; readonly ms: number };

const reasonOf = (signal: AbortSignal, kept: Kept): Problem =>
  kept.stop.signal.aborted
    ? problem('cancelled', { subject: kept.run.runId })
    : problem(signal.aborted ? 'functionTimedOut' : 'functionFailed', { subject: kept.run.runId });

/** Runs to its end, within its time; how it ended stands in the run. */
const carryOut = async (room: Room, runs: Runs, { given, inputs, kept, area, ms }: Starting): Promise<void> => {
  const { deps, events, store } = room;
  const since = () => deps.clock.now();
  const { signal, done } = endingSignal(deps.timers, ms, AbortSignal.any([kept.stop.signal, room.signal]));
  runs.active.add(kept.run.runId);
  kept.run = moveRun(kept.run, 'RUNNING', { since: since() });
  const progress = (part: number): void => {
    if (kept.run.state === 'RUNNING') kept.run = { ...kept.run, progress: Math.min(1, Math.max(kept.run.progress, part)) };
  };
  const outcome = await given.run(inputs, { store: storeWithin(store, area), area, signal, progress }).catch((cause): Result<never> => {
    if (!signal.aborted) events.defect('function', cause);
    return fail(reasonOf(signal, kept));
  });
  done();
  runs.active.delete(kept.run.runId);
  if (outcome.ok)
    kept.run = moveRun(kept.run, 'SUCCEEDED', { since: since(), progress: 1, stage: 'modelOutput', outputs: outcome.value as FunctionRun['outputs'] }); // branding: a function's outputs are JSON
  else kept.run = moveRun(kept.run, outcome.problem.kind === 'functionTimedOut' ? 'TIMED_OUT' : 'FAILED', { since: since(), problem: outcome.problem });
  keep(room, kept);
};

const endsOf = ({ mode, budgetMs }: Invocation['parameters']): number =>
  Math.min(mode === 'sync' ? (budgetMs ?? limits.answerMaxMs) : limits.functionMaxMs, mode === 'sync' ? limits.answerMaxMs : limits.functionMaxMs);

const start = async (
  room: Room,
  runs: Runs,
  {
    request,
    by,
    given,
    used,
    mode: useMode,
  }: { readonly request: Invocation; readonly by: AskedBy; readonly given: CityFunction; readonly used: UsableAgreement; readonly mode: UseMode },
): Promise<Done<'digitalTwin.invoke.feature'>> => {
  const [{ id: featureId }] = request.objects;
  const { mode, inputs } = request.parameters;
  if (runs.active.size >= limits.functionRunsMax) return fail(problem('overloaded', { subject: 'functions', limit: limits.functionRunsMax }));
  const run: FunctionRun = {
    runId: `urn:uuid:${room.deps.ids.uuid()}`,
    state: functionRunLifecycle.initial,
    since: room.deps.clock.now(),
    progress: 0,
    inputs,
  };
  const { id: agreementId, terms } = used.agreement;
  const kept: Kept = { run, owner: by.sender, featureId, grant: { agreementId, mode: useMode }, stop: new AbortController() };
  runs.kept.set(run.runId, kept);
  const leave = (): void => kept.stop.abort();
  const carried = carryOut(room, runs, { given, inputs, kept, area: terms.area, ms: endsOf(request.parameters) });
  keep(room, kept);
  if (mode === 'async') return replyOf(kept);
  by.signal.addEventListener('abort', leave, { once: true });
  await carried;
  by.signal.removeEventListener('abort', leave);
  return kept.run.problem ? fail(kept.run.problem) : replyOf(kept);
};

export const createRunning = (room: Room, rates: Rates, offered: ReadonlyMap<string, CityFunction> = offeredFunctions(room)): Running => {
  const runs: Runs = { kept: new LRUCache({ max: limits.functionRunsRememberedMax }), active: new Set() };
  return {
    invoke: async (request, by) => {
      const [{ id }] = request.objects;
      const given = offered.get(id) ?? (await findFarFunction(room, id));
      if (!given) return fail(problem('notFound', { subject: id, accepted: 'a function that this agency offers' }));
      const mode = checkEffect(given, request, by);
      if (!mode.ok) return mode;
      const used = checkUse(room, { request, by, mode: mode.value });
      if (!used.ok) return used;
      const inputs = given.inputs.safeParse(request.parameters.inputs);
      if (!inputs.success) return fail(problemOfIssues('badInput', inputs.error, { where: '/inputs' }));
      const taken = rates.take(used.value, 1);
      return taken.ok ? start(room, runs, { request, by, given, used: used.value, mode: mode.value }) : taken;
    },
    query: ({ parameters }, by) => {
      const kept = stillGiven(room, runs, { runId: parameters.runId, by });
      return kept.ok ? replyOf(kept.value) : kept;
    },
    cancel: ({ parameters }, by) => {
      const kept = found(room, runs, { runId: parameters.runId, by });
      if (!kept.ok) return kept;
      const { value } = kept;
      const { runId: subject, state } = value.run;
      const allowed = checkAllowed('digitalTwin.cancel.feature', 'function run', { state, subject });
      if (!allowed.ok) return allowed;
      value.run = moveRun(value.run, 'CANCELLED', { since: room.deps.clock.now(), problem: problem('cancelled', { subject: value.run.runId }) });
      value.stop.abort();
      return replyOf(value);
    },
  };
};
