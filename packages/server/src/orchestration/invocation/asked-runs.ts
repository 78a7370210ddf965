/**
 * Asked runs (T12), the asker's side: runs that it had begun in the background, and what their owners told of their ends; kept as long as the federation's data are.
 */
import { FederationId, FunctionRun, fail, limits, ok, problem, type Request } from '@cityweave/core';
import { z } from 'zod';
import type { AskedBy, Done } from '../../exchange/answer.ts';
import type { Room } from '../room.ts';
import { isEnded } from './runs.ts';

const AskedRun = z.object({ owner: z.string(), federationId: FederationId, at: z.string(), run: FunctionRun.optional() });
type AskedRun = z.infer<typeof AskedRun>;

export type Notice = Extract<Request<'digitalTwin.notify.feature'>['parameters'], FunctionRun>;

export type AskedRuns = {
  /** Before it is asked for: its end may be told at once. */
  readonly begin: (runId: string, asked: Pick<AskedRun, 'owner' | 'federationId'>) => void;
  readonly heard: (run: Notice, by: AskedBy) => Done<'digitalTwin.notify.feature'>;
  /** What its owner told of its end; undefined where it told nothing yet, or not what came out. */
  readonly ended: (runId: string) => FunctionRun | undefined;
  readonly forget: (federation: FederationId) => void;
};

const noun = 'askedRun';

export const createAskedRuns = ({ records, deps }: Pick<Room, 'records' | 'deps'>): AskedRuns => {
  const load = (runId: string): AskedRun | undefined => AskedRun.safeParse(records.get(noun, runId)).data;
  const all = () => records.list(noun).flatMap(({ id, value }) => ((one) => (one ? [{ id, ...one }] : []))(AskedRun.safeParse(value).data));
  return {
    begin: (runId, asked) => {
      records.put(noun, runId, { ...asked, at: deps.clock.now() });
      const known = all().toSorted((a, b) => (a.at < b.at ? -1 : 1));
      for (const { id } of known.slice(0, Math.max(0, known.length - limits.functionRunsRememberedMax))) records.remove(noun, id);
    },
    heard: (run, by) => {
      const known = load(run.runId);
      if (known?.owner !== by.sender) return fail(problem('notFound', { subject: run.runId, accepted: 'a run that was asked for' }));
      if (!isEnded(run))
        return fail(problem('invalid', { subject: run.runId, path: '/parameters/state', found: run.state, accepted: 'the state in which it ended' }));
      // its end is what was told first
      return ok({ reply: { parameters: {}, objects: [] }, ...(known.run ? {} : { save: [{ noun, id: run.runId, value: { ...known, run } }] }) });
    },
    // a run that says what it was computed from is told whole
    ended: (runId) => ((run) => (run?.inputs === undefined ? undefined : run))(load(runId)?.run),
    forget: (federation) => {
      for (const { id, federationId } of all()) if (federationId === federation) records.remove(noun, id);
    },
  };
};
