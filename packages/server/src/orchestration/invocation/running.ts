/**
 * Running (T12), the owner's side: checks the agreement and the inputs, runs the function, once however often it is asked for; who waits for it is
 * answered within a bound, and what takes longer goes on in the background; and tells how each run stands.
 */
import {
  type AgreementTerms,
  canonicalJson,
  checkAllowed,
  type FunctionRun,
  fail,
  functionRunLifecycle,
  limits,
  moveRun,
  msBetween,
  msOfDuration,
  ok,
  type Problem,
  problem,
  problemOfIssues,
  type Request,
  type Result,
  type TermId,
  type UsableAgreement,
  type UseMode,
} from '@cityweave/core';
import { endingSignal } from '../../deps.ts';
import type { AskedBy, Done } from '../../exchange/answer.ts';
import type { CityFunction, Computing } from '../../functions/function.ts';
import { storeWithin } from '../../functions/store-within.ts';
import { sha256 } from '../../trust/signature.ts';
import { agreementInForce, checkWay, type Rates } from '../agreement-in-force.ts';
import { agreements, type Room } from '../room.ts';
import { type Closing, createClosing } from './closing.ts';
import { findFarFunction } from './far-functions.ts';
import { grantedKinds } from './granted-kinds.ts';
import { offeredFunctions } from './offered-functions.ts';
import { createRuns, isEnded, type Kept, type Runs, recoverRuns } from './runs.ts';

type Invocation = Request<'digitalTwin.invoke.feature'>;

export type Running = {
  readonly invoke: (request: Invocation, by: AskedBy) => Promise<Done<'digitalTwin.invoke.feature'>>;
  readonly query: (request: Request<'digitalTwin.query.feature'>, by: AskedBy) => Done<'digitalTwin.query.feature'>;
  readonly cancel: (request: Request<'digitalTwin.cancel.feature'>, by: AskedBy) => Done<'digitalTwin.cancel.feature'>;
  /** Follows what systems of the agency still work on, and tells of ends until the node ends. */
  readonly keep: () => Promise<void>;
};

type Desk = { readonly room: Room; readonly runs: Runs; readonly closing: Closing; readonly active: Set<string> };

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

const found = ({ runs }: Desk, { runId, by }: { readonly runId: string; readonly by: AskedBy }): Result<Kept> => {
  const kept = runs.get(runId);
  return kept?.owner === by.sender ? ok(kept) : fail(problem('notFound', { subject: runId }));
};

/** What came out is given as long as the agreement holds under which it was computed. */
const stillGiven = (desk: Desk, asked: { readonly runId: string; readonly by: AskedBy }): Result<Kept> => {
  const kept = found(desk, asked);
  if (!kept.ok) return kept;
  const { agreementId: id, mode } = kept.value.grant;
  const used = agreementInForce(desk.room, { id, mode }, asked.by);
  return used.ok ? kept : used;
};

type Replied = Extract<Done<'digitalTwin.query.feature'>, { ok: true }>;

const replyOf = ({ run, featureId }: Kept): Replied => ok({ reply: { parameters: run, objects: [{ kind: 'feature', id: featureId }] } }) as Replied; // branding: the id came with the request

/** That work goes on, where it does; what came out, or, to who waits, why nothing did. */
const outcomeOf = ({ room }: Desk, kept: Kept, mode: Invocation['parameters']['mode']): Done<'digitalTwin.invoke.feature'> => {
  const { run } = kept;
  const { value } = replyOf(kept);
  if (isEnded(run)) return mode === 'sync' && run.problem ? fail(run.problem) : ok(value);
  if (mode === 'sync' && room.signal.aborted) return fail(problem('unavailable', { subject: run.runId, found: 'the node stops' }));
  return ok({ ...value, reply: { ...value.reply, standing: { status: 'accepted' } } });
};

type Work = {
  readonly kept: Kept;
  readonly terms: AgreementTerms | undefined;
  readonly reads: CityFunction['reads'];
  readonly ms: number;
  readonly compute: (computing: Computing) => Promise<Result<object>>;
};

const reasonOf = (signal: AbortSignal, kept: Kept): Problem =>
  kept.stop.signal.aborted
    ? problem('cancelled', { subject: kept.run.runId })
    : problem(signal.aborted ? 'functionTimedOut' : 'functionFailed', { subject: kept.run.runId });

/** What it is made of is read for everybody who may invoke it, what it tells of only as granted. */
const kindsFor = async (room: Room, { reads, terms }: Work): Promise<readonly TermId[]> => {
  if (reads !== 'granted') return reads;
  return terms ? grantedKinds(room, terms) : [];
};

const computingFor = async ({ room, runs }: Desk, work: Work, signal: AbortSignal): Promise<Computing> => {
  const [{ kept }, area, kinds] = [work, work.terms?.area, await kindsFor(room, work)];
  return {
    store: storeWithin(room.store, { kinds, area }),
    area,
    signal,
    progress: (part) => {
      if (kept.run.state === 'RUNNING') kept.run = { ...kept.run, progress: Math.min(1, Math.max(kept.run.progress, part)) };
    },
    workedOnAt: (job) => {
      kept.job = job;
      runs.save(kept);
    },
  };
};

/** Runs to its end, within its time; how it ended stands in the run. One that the node's own end cuts short is looked at when it is started again. */
const carryOut = async (desk: Desk, work: Work): Promise<void> => {
  const { deps, events, signal: ending } = desk.room;
  const { kept } = work;
  const since = () => deps.clock.now();
  const { signal, done } = endingSignal(deps.timers, work.ms, AbortSignal.any([kept.stop.signal, ending]));
  desk.active.add(kept.run.runId);
  kept.run = moveRun(kept.run, 'RUNNING', { since: since() });
  desk.runs.save(kept);
  const computed = computingFor(desk, work, signal).then((computing) => {
    signal.throwIfAborted();
    return work.compute(computing);
  });
  const outcome = await computed.catch((cause): Result<never> => {
    if (!signal.aborted) events.defect('function', cause);
    return fail(reasonOf(signal, kept));
  });
  done();
  desk.active.delete(kept.run.runId);
  if (ending.aborted) return;
  if (outcome.ok)
    kept.run = moveRun(kept.run, 'SUCCEEDED', { since: since(), progress: 1, stage: 'modelOutput', outputs: outcome.value as FunctionRun['outputs'] }); // branding: a function's outputs are JSON
  else kept.run = moveRun(kept.run, outcome.problem.kind === 'functionTimedOut' ? 'TIMED_OUT' : 'FAILED', { since: since(), problem: outcome.problem });
  desk.runs.save(kept);
  desk.closing.ended(kept);
};

/** How long it may take: as its asker says, at most its bound. */
const timeOf = ({ timeout }: Invocation['parameters']): number => (timeout === undefined ? limits.functionMaxMs : (msOfDuration(timeout) ?? 0));

/** Who waits may say for how long. */
const endsOf = (parameters: Invocation['parameters']): number =>
  parameters.mode === 'sync' ? Math.min(timeOf(parameters), parameters.budgetMs ?? limits.functionMaxMs) : timeOf(parameters);

type Invoked = { readonly request: Invocation; readonly by: AskedBy };

/** The asker's own name for it, or the id of the message that asks for it: said again, it is the same run. */
const runIdOf = ({ request, by }: Invoked): string => request.parameters.runId ?? by.message.header.messageId;

const askedOf = ({ parameters: { mode, inputs, effect, agreementId, scenario, timeout }, objects: [{ id }] }: Invocation): string =>
  sha256(canonicalJson({ id, mode, inputs, effect, agreementId, scenario, timeout }));

/** The conversation in which whose it is hears of its end. */
const conversationOf = (kept: Kept, { message }: AskedBy): string => message.header.conversationId ?? kept.run.runId;

/** Who asks for it waits for it, but not for ever: it goes on without him, also where his line broke, and its end is told. What else he wants waits for none of it. */
const waited = async ({ room, runs }: Desk, kept: Kept, by: AskedBy): Promise<void> => {
  by.letNext?.();
  const { signal, done } = endingSignal(room.deps.timers, limits.functionAcceptedMs, by.signal);
  const left = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
  if (!signal.aborted) await Promise.race([kept.carried, left]);
  done();
  if (isEnded(kept.run) || room.signal.aborted) return;
  kept.tells ??= conversationOf(kept, by);
  runs.save(kept);
};

type Starting = Invoked & { readonly given: CityFunction; readonly used: UsableAgreement; readonly mode: UseMode };

const start = async (desk: Desk, starting: Starting): Promise<Done<'digitalTwin.invoke.feature'>> => {
  const { request, by, given, used, mode: useMode } = starting;
  const { room, runs, active } = desk;
  const { mode, inputs, scenario } = request.parameters;
  if (active.size >= limits.functionRunsMax) return fail(problem('overloaded', { subject: 'functions', limit: limits.functionRunsMax }));
  const since = room.deps.clock.now();
  const run: FunctionRun = { runId: runIdOf(starting), state: functionRunLifecycle.initial, since, progress: 0, inputs, ...(scenario && { scenario }) };
  const { id: agreementId, terms } = used.agreement;
  const kept: Kept = {
    ...{ run, owner: by.sender, featureId: request.objects[0].id, grant: { agreementId, mode: useMode }, asked: askedOf(request), begunAt: since },
    trace: by.message.header.trace,
    ms: timeOf(request.parameters),
    ...{ stop: new AbortController(), carried: Promise.resolve() },
  };
  if (mode === 'async') kept.tells = conversationOf(kept, by);
  runs.put(kept);
  kept.carried = carryOut(desk, { kept, terms, reads: given.reads, ms: endsOf(request.parameters), compute: (computing) => given.run(inputs, computing) });
  if (mode === 'sync') await waited(desk, kept, by);
  return outcomeOf(desk, kept, mode);
};

/** What was asked for before, under this id, is not begun once more. */
const again = async (desk: Desk, known: Kept, { request, by }: Invoked): Promise<Done<'digitalTwin.invoke.feature'>> => {
  if (known.owner !== by.sender || known.asked !== askedOf(request)) return fail(problem('replayed', { subject: known.run.runId }));
  const { mode } = request.parameters;
  if (mode === 'sync' && !isEnded(known.run)) await waited(desk, known, by);
  const given = stillGiven(desk, { runId: known.run.runId, by });
  return given.ok ? outcomeOf(desk, given.value, mode) : given;
};

/** Goes on with what a system of the agency works on; where that cannot be followed any more, it has come to nothing. */
const followOn = async (desk: Desk, kept: Kept): Promise<void> => {
  const { room } = desk;
  const given = await findFarFunction(room, kept.featureId);
  const terms = agreements.load(room.records, kept.grant.agreementId)?.terms;
  const ms = Math.max(1, (kept.ms ?? limits.functionMaxMs) - msBetween(kept.begunAt, room.deps.clock.now()));
  const lost = fail(problem('functionFailed', { subject: kept.run.runId, found: 'the node stopped meanwhile, and its system cannot be asked any more' }));
  if (isEnded(kept.run)) return;
  kept.carried = carryOut(desk, {
    kept,
    terms,
    reads: given?.reads ?? [],
    ms,
    compute: async (computing) => given?.resume?.(kept.job ?? '', computing) ?? lost,
  });
  await kept.carried;
};

export const createRunning = (room: Room, rates: Rates, offered: ReadonlyMap<string, CityFunction> = offeredFunctions(room)): Running => {
  const runs = createRuns(room);
  const desk: Desk = { room, runs, closing: createClosing(room, runs), active: new Set() };
  const workedOn = recoverRuns(room, runs);
  for (const kept of workedOn) runs.put(kept);
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
      const known = runs.get(runIdOf({ request, by }));
      if (known) return again(desk, known, { request, by });
      const taken = rates.take(used.value, 1);
      return taken.ok ? start(desk, { request, by, given, used: used.value, mode: mode.value }) : taken;
    },
    query: ({ parameters }, by) => {
      const kept = stillGiven(desk, { runId: parameters.runId, by });
      return kept.ok ? replyOf(kept.value) : kept;
    },
    cancel: ({ parameters }, by) => {
      const kept = found(desk, { runId: parameters.runId, by });
      if (!kept.ok) return kept;
      const { value } = kept;
      const { runId: subject, state } = value.run;
      const allowed = checkAllowed('digitalTwin.cancel.feature', 'function run', { state, subject });
      if (!allowed.ok) return allowed;
      value.run = moveRun(value.run, 'CANCELLED', { since: room.deps.clock.now(), problem: problem('cancelled', { subject: value.run.runId }) });
      runs.save(value);
      value.stop.abort();
      return replyOf(value);
    },
    keep: async () => {
      await Promise.all([desk.closing.keep(), ...workedOn.map((kept) => followOn(desk, kept))]);
    },
  };
};
