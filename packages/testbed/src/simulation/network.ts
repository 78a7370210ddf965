/**
 * Network: messages between machines of one history, as text, with what networks do to them: lost, late, repeated, out of order, cut off, replayed long after.
 */
import { fail, ok, problem, type Result } from '@cityweave/core';
import type { Protocol, Sending, StreamedEvent, Streaming } from '@cityweave/server';
import type { Random } from './random.ts';
import { createLines } from './sockets.ts';
import {
  type Cut,
  carriesAgain,
  cutOf,
  hostOf,
  isHit,
  type Kept,
  type Listener,
  latency,
  linkOf,
  listenerAt,
  type Noise,
  noNoise,
  type Process,
  problemOf,
  type Room,
  remember,
  type Socket,
  type Wires,
} from './wires.ts';

export type Network = {
  readonly protocolOf: (process: Process) => Protocol;
  readonly listen: (address: string, listener: Listener) => () => void;
  readonly cut: (a: string, b: string, how: Cut) => void;
  readonly mend: (a: string, b: string) => void;
  readonly mendAll: () => void;
  readonly setNoise: (noise: Noise) => void;
  /** Somebody who listened sends again what was said some time ago. */
  readonly replay: (random: Random) => void;
};

type Way = { readonly from: string; readonly gone: AbortSignal; readonly told: (answer: Result<string>) => void };

/** Heard by whoever is there then; `told` is called when an answer comes back. */
const deliver = (wires: Wires, { host, text }: Kept, { from, gone, told }: Way): void => {
  const listener = wires.listeners.get(host);
  if (!listener?.isAlive() || cutOf(wires, from, listener.machine)) {
    told(fail(problem('unreachable')));
    return;
  }
  listener.ended.addEventListener('abort', () => told(fail(problem('unreachable'))), { once: true });
  void listener.hear(text, gone).then((answer) => {
    if (isHit(wires, wires.noise.lost)) return;
    wires.time.after(latency(wires), () => {
      if (!cutOf(wires, from, listener.machine)) told(ok(answer));
    });
  });
};

type Say = (sending: Pick<Sending, 'address' | 'text'>, way: Way) => unknown;

/** Each message by itself, as HTTP carries it. */
const sayingApart =
  (wires: Wires, process: Process): Say =>
  ({ address, text }, way) => {
    const { time, noise } = wires;
    process.said(text);
    const kept = { host: hostOf(address), text };
    const cut = cutOf(wires, process.machine, listenerAt(wires, address)?.machine ?? '');
    if (cut === 'refused') time.after(latency(wires), () => way.told(fail(problem('unreachable'))));
    if (cut !== undefined || isHit(wires, noise.lost)) return;
    remember(wires, kept);
    time.after(latency(wires), () => deliver(wires, kept, way));
    if (isHit(wires, noise.repeated)) time.after(latency(wires), () => deliver(wires, kept, { ...way, told: () => undefined }));
  };

type Speaking = { readonly wires: Wires; readonly process: Process; readonly say: Say };

const send = ({ wires, process, say }: Speaking, sending: Sending): Promise<Result<unknown>> =>
  new Promise((resolve) => {
    const { timeoutMs, signal } = sending;
    const over = new AbortController();
    let cancel = (): void => undefined;
    const settle = (result: Result<unknown>): void => {
      if (over.signal.aborted) return;
      over.abort();
      cancel();
      signal?.removeEventListener('abort', stop);
      if (process.isAlive()) resolve(result);
    };
    const stop = (): void => settle(fail(signal ? problemOf(signal) : problem('cancelled')));
    if (!process.isAlive()) return;
    if (signal?.aborted) return stop();
    signal?.addEventListener('abort', stop);
    if (Number.isFinite(timeoutMs)) cancel = wires.time.after(timeoutMs, () => settle(fail(problem('timedOut'))));
    const told: Way['told'] = (answer) => settle(answer.ok ? ok(JSON.parse(answer.value)) : answer);
    say(sending, { from: process.machine, gone: over.signal, told });
  });

const fetchDocument = (wires: Wires, process: Process, { address, timeoutMs }: Parameters<Protocol['fetchDocument']>[0]): Promise<Result<unknown>> =>
  new Promise((resolve) => {
    const done = (result: Result<unknown>): void => {
      if (process.isAlive()) resolve(result);
    };
    const listener = listenerAt(wires, address);
    const cut = cutOf(wires, process.machine, listener?.machine ?? '');
    if (cut === 'silent') wires.time.after(timeoutMs, () => done(fail(problem('timedOut'))));
    else
      wires.time.after(latency(wires), () =>
        done(listener?.isAlive() && !cut ? ok(JSON.parse(JSON.stringify(listener.introduction()))) : fail(problem('unreachable'))),
      );
  });

const within = <T>({ time }: Wires, work: Promise<T>, { ms, signal }: { readonly ms: number; readonly signal: AbortSignal }): Promise<T | 'silent' | 'ended'> =>
  new Promise((resolve) => {
    const ended = (): void => resolve('ended');
    const cancel = time.after(ms, () => resolve('silent'));
    signal.addEventListener('abort', ended, { once: true });
    void work.then(resolve, ended).finally(() => {
      cancel();
      signal.removeEventListener('abort', ended);
    });
  });

const bearer = (headers: Streaming['headers']): string | undefined => /^Bearer (.+)$/.exec(headers?.['authorization'] ?? '')?.[1];

/** Whether an event arrives: over HTTP where the line is not cut just then, over a socket also where a line that hangs is mended soon. */
const arrives = async (wires: Wires, ends: Socket['ends']): Promise<boolean> => {
  const cut = cutOf(wires, ...ends);
  if (wires.carrier === 'http') return cut === undefined;
  if (isHit(wires, wires.noise.lost) || cut === 'refused') return false;
  return cut === undefined || carriesAgain(wires, ends);
};

/** Events in their order, until the line is cut, either end dies, or nothing was heard for too long. */
async function* stream(
  wires: Wires,
  process: Process,
  { address, lastEventId, headers, silentMs, signal: asker }: Streaming,
): AsyncGenerator<Result<StreamedEvent>> {
  const { time } = wires;
  const listener = listenerAt(wires, address);
  const way = (): Promise<void> => new Promise((resolve) => void time.after(latency(wires), resolve));
  const ends = [process.machine, listener?.machine ?? ''] as const;
  await way();
  if (!listener?.isAlive() || cutOf(wires, ...ends)) return yield fail(problem('unreachable'));
  const signal = AbortSignal.any([asker, listener.ended]);
  const id = new URL(address).searchParams.get('subscription') ?? '';
  const after = lastEventId === undefined ? undefined : Number(lastEventId);
  const opened = await time.outside(listener.open({ id, pass: bearer(headers), after, signal }));
  if ('kind' in opened) return yield fail(opened);
  const events = opened[Symbol.asyncIterator]();
  while (!signal.aborted) {
    const next = await within(wires, events.next(), { ms: silentMs, signal });
    if (next === 'silent') return yield fail(problem('timedOut'));
    if (next === 'ended' || next.done) break;
    await way();
    if (!(await arrives(wires, ends))) break;
    yield ok(next.value);
  }
  yield fail(problem('interrupted'));
}

const createWires = (room: Room): Wires => ({
  ...{ ...room, listeners: new Map(), cuts: new Map(), sockets: new Set(), mended: new Set(), remembered: [], noise: noNoise },
});

/** What a cut does to lines that are open: one that is refused ends them, one that is silent lets them hang. */
const cut = (wires: Wires, [a, b]: Socket['ends'], how: Cut): void => {
  wires.cuts.set(linkOf(a, b), how);
  for (const { ends, end } of how === 'refused' ? [...wires.sockets] : []) if (linkOf(...ends) === linkOf(a, b)) end();
};

export const createNetwork = (room: Room): Network => {
  const wires = createWires(room);
  const { listeners, cuts, remembered, mended } = wires;
  const tellMended = (): void => {
    for (const look of [...mended]) look();
  };
  return {
    protocolOf: (process) => {
      const say = wires.carrier === 'http' ? sayingApart(wires, process) : createLines(wires, process).say;
      return {
        send: (sending) => send({ wires, process, say }, sending),
        waiting: () => 0,
        fetchDocument: (asked) => fetchDocument(wires, process, asked),
        stream: (streaming) => stream(wires, process, streaming),
        close: async () => undefined,
      };
    },
    listen: (address, listener) => {
      const host = hostOf(address);
      listeners.set(host, listener);
      return () => void (listeners.get(host) === listener && listeners.delete(host));
    },
    cut: (a, b, how) => cut(wires, [a, b], how),
    mend: (a, b) => {
      cuts.delete(linkOf(a, b));
      tellMended();
    },
    mendAll: () => {
      cuts.clear();
      tellMended();
    },
    setNoise: (next) => {
      wires.noise = next;
    },
    replay: (chosen) => {
      const [first, ...more] = remembered;
      if (first) deliver(wires, chosen.pick([first, ...more]), { from: '', gone: new AbortController().signal, told: () => undefined });
    },
  };
};
