/**
 * Closing (T12): who does not wait for a function any more is told of its end until he has heard it; of what came out only under the agreement for which it was computed.
 */
import { type FeatureId, type FunctionRun, isRetryable, limits, TwinId, utf8Bytes } from '@cityweave/core';
import { pause } from '../../deps.ts';
import { traced } from '../../trace.ts';
import { agreementInForce } from '../agreement-in-force.ts';
import { initiatorOf } from '../membership/initiator.ts';
import { agreements, communications, type Room } from '../room.ts';
import { isEnded, type Kept, type Runs } from './runs.ts';

export type Closing = {
  /** Its end is to be told. */
  readonly ended: (kept: Kept) => void;
  /** Tells what is to be told until the node ends. */
  readonly keep: () => Promise<void>;
};

const tellAgainMs = 5_000;

/** Over an adaptor what came out is asked for, to be converted; and it may be larger than a notice. */
const toldOf = (room: Room, { run, grant }: Kept): FunctionRun => {
  const isBridged = communications.live(room.records).some(({ agreementId, bridge }) => agreementId === grant.agreementId && bridge !== undefined);
  const isLarge = utf8Bytes(JSON.stringify(run)) > limits.controlMessageBytesMax / 2;
  return isBridged || isLarge ? { ...run, inputs: undefined, outputs: undefined } : run;
};

/** After the end of the agreement nothing is given away: that it ended, and how, and no more. */
const bare = ({ runId, state, since, progress }: FunctionRun): FunctionRun => ({ runId, state, since, progress });

/** What may be told now; undefined while the agreement stands and its use is interrupted, paused or not yet begun. */
const tellable = (room: Room, kept: Kept): FunctionRun | undefined => {
  const { owner, run, grant } = kept;
  const { agreementId: id, mode } = grant;
  if (agreementInForce(room, { id, mode }, { sender: owner }).ok) return toldOf(room, kept);
  return agreements.load(room.records, id)?.state === 'AGREED' ? undefined : bare(run);
};

/** True where there is nothing more to be said: it was heard, or cannot be told any more. */
const tell = async (room: Room, kept: Kept): Promise<boolean> => {
  const { grant, owner, tells, featureId } = kept;
  const parameters = tellable(room, kept);
  if (!parameters) return false;
  const asker = TwinId.safeParse(owner).data;
  const peer = asker && (await initiatorOf(room, asker));
  if (!peer?.ok) return asker === undefined;
  const objects = [{ kind: 'feature' as const, id: featureId as FeatureId }] as [{ kind: 'feature'; id: FeatureId }]; // branding: the id came with the request
  const federationId = agreements.load(room.records, grant.agreementId)?.terms.federationId;
  const asking = { conversationId: tells, federationId, signal: room.signal };
  const told = await traced(kept.trace, () => room.ask(peer.value, 'digitalTwin.notify.feature', { parameters, objects }, asking));
  return told.ok || !isRetryable(told.problem);
};

export const createClosing = (room: Room, runs: Runs): Closing => {
  const open = new Map<string, Kept>();
  let wake = new AbortController();
  /** What is told to one asker does not wait for another. */
  const tellOne = async (all: readonly Kept[]): Promise<void> => {
    for (const kept of all) {
      const { runId } = kept.run;
      if (!(await tell(room, kept))) continue;
      open.delete(runId);
      if (runs.get(runId)) runs.save({ ...kept, tells: undefined });
    }
  };
  const tellAll = (): Promise<unknown> => Promise.all([...Map.groupBy(open.values(), ({ owner }) => owner).values()].map(tellOne));
  /** The oldest are given up where there are too many; how they ended stays to be asked for. */
  const note = (kept: Kept): void => {
    open.set(kept.run.runId, kept);
    for (const [oldest] of open) if (open.size > limits.functionRunsRememberedMax) open.delete(oldest);
  };
  return {
    ended: (kept) => {
      if (kept.tells === undefined) return;
      note(kept);
      wake.abort();
      wake = new AbortController();
    },
    keep: async () => {
      for (const kept of runs.before()) if (isEnded(kept.run) && kept.tells !== undefined) note(kept);
      while (!room.signal.aborted) {
        const woken = wake.signal;
        await tellAll();
        await pause(room.deps.timers, tellAgainMs, AbortSignal.any([woken, room.signal]));
      }
    },
  };
};
