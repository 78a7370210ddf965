/**
 * Asked runs (T12), the asker's side: runs that it had others begin, and what these told of their ends; kept as long as the federation's data are.
 */
import { addMs, FederationId, FunctionRun, fail, Instant, limits, ok, problem, type Request, type Result } from '@cityweave/core';
import { z } from 'zod';
import { endingSignal } from '../../deps.ts';
import type { AskedBy, Done } from '../../exchange/answer.ts';
import type { Room } from '../room.ts';
import { isEnded } from './runs.ts';

const AskedRun = z.object({ owner: z.string(), federationId: FederationId, at: Instant, run: FunctionRun.optional() });
type AskedRun = z.infer<typeof AskedRun>;

export type Notice = Extract<Request<'digitalTwin.notify.feature'>['parameters'], FunctionRun>;

export type AskedRuns = {
  /** Before it is asked for: its end may be told at once. No more than are remembered may be under way. */
  readonly begin: (runId: string, asked: Pick<AskedRun, 'owner' | 'federationId'>) => Result<true>;
  /** The answer said all that is to be known of it. */
  readonly drop: (runId: string) => void;
  /** Whether its end is told, for which is waited so long at most. */
  readonly told: (runId: string, waiting: { readonly ms: number; readonly signal: AbortSignal | undefined }) => Promise<boolean>;
  readonly heard: (run: Notice, by: AskedBy) => Done<'digitalTwin.notify.feature'>;
  /** What its owner told of its end; undefined where it told nothing yet, or not what came out. */
  readonly ended: (runId: string) => FunctionRun | undefined;
  /** The one in which it was asked for; undefined where nothing is remembered of it. */
  readonly federation: (runId: string) => FederationId | undefined;
  readonly forget: (federation: FederationId) => void;
};

const noun = 'askedRun';

type Given = Pick<Room, 'records' | 'deps'>;

const load = ({ records }: Given, runId: string): AskedRun | undefined => AskedRun.safeParse(records.get(noun, runId)).data;

const all = ({ records }: Given) => records.list(noun).flatMap(({ id, value }) => ((one) => (one ? [{ id, ...one }] : []))(AskedRun.safeParse(value).data));

/** Which runs are remembered: those under way, by when they were begun, and those whose end was told, the first ones first. */
const createMemory = (given: Given) => {
  const inOrder = all(given).toSorted((a, b) => (a.at < b.at ? -1 : 1));
  const underWay = new Map<string, Instant>(inOrder.flatMap(({ id, at, run }) => (run ? [] : [[id, at]])));
  const over = new Set(inOrder.flatMap(({ id, run }) => (run ? id : [])));
  const forget = (runId: string): void => {
    underWay.delete(runId);
    over.delete(runId);
    given.records.remove(noun, runId);
  };
  return {
    forget,
    add: (runId: string, at: Instant): void => void underWay.set(runId, at),
    end: (runId: string): void => {
      if (underWay.delete(runId)) over.add(runId);
    },
    /** Room for one more, among those that ended or must have ended by now. */
    makeRoom: (now: Instant): Result<true> => {
      const lost = [...underWay].filter(([, at]) => at < addMs(now, -limits.functionMaxMs)).map(([runId]) => runId);
      const tooMany = Math.max(0, underWay.size + over.size + 1 - limits.functionRunsRememberedMax);
      const first = [...over, ...lost].slice(0, tooMany);
      if (first.length < tooMany) return fail(problem('overloaded', { subject: 'runs asked for', limit: limits.functionRunsRememberedMax }));
      for (const runId of first) forget(runId);
      return ok(true);
    },
  };
};

export const createAskedRuns = (given: Given): AskedRuns => {
  const { records, deps } = given;
  const memory = createMemory(given);
  const waiting = new Map<string, () => void>();
  return {
    begin: (runId, asked) => {
      const at = deps.clock.now();
      const room = memory.makeRoom(at);
      if (!room.ok) return room;
      memory.add(runId, at);
      records.put(noun, runId, { ...asked, at });
      return room;
    },
    drop: memory.forget,
    told: async (runId, { ms, signal: asker }) => {
      const { signal, done } = endingSignal(deps.timers, ms, asker);
      await new Promise<void>((resolve) => {
        if (signal.aborted || load(given, runId)?.run) resolve();
        signal.addEventListener('abort', () => resolve(), { once: true });
        waiting.set(runId, resolve);
      });
      waiting.delete(runId);
      done();
      return load(given, runId)?.run !== undefined;
    },
    heard: (run, by) => {
      const { runId } = run;
      const known = load(given, runId);
      if (known?.owner !== by.sender) return fail(problem('notFound', { subject: runId, accepted: 'a run that was asked for' }));
      if (!isEnded(run))
        return fail(problem('invalid', { subject: runId, path: '/parameters/state', found: run.state, accepted: 'the state in which it ended' }));
      const afterwards = (): void => {
        memory.end(runId);
        waiting.get(runId)?.();
      };
      // its end is what was told first
      return ok({ reply: { parameters: {}, objects: [] }, afterwards, ...(known.run ? {} : { save: [{ noun, id: runId, value: { ...known, run } }] }) });
    },
    // a run that says what it was computed from is told whole
    ended: (runId) => ((run) => (run?.inputs === undefined ? undefined : run))(load(given, runId)?.run),
    federation: (runId) => load(given, runId)?.federationId,
    forget: (federation) => {
      for (const { id, federationId } of all(given)) if (federationId === federation) memory.forget(id);
    },
  };
};
