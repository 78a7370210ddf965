/**
 * Network: messages between machines of one history, as text, with what networks do to them: lost, late, repeated, out of order, cut off, replayed long after.
 */
import { fail, ok, type Problem, problem, type Result } from '@cityweave/core';
import type { NodeDesk, Protocol, Sending, StreamedEvent, Streaming } from '@cityweave/server';
import type { Random } from './random.ts';
import type { VirtualTime } from './virtual-time.ts';

type OpenedStream = { readonly id: string; readonly pass: string | undefined; readonly after: number | undefined; readonly signal: AbortSignal };

/** What answers at an address while its process lives. */
export type Listener = Pick<NodeDesk, 'introduction'> & {
  readonly machine: string;
  readonly isAlive: () => boolean;
  /** aborts when the process ends */
  readonly ended: AbortSignal;
  readonly hear: (text: string, gone: AbortSignal) => Promise<string>;
  readonly open: (asked: OpenedStream) => Promise<AsyncIterable<StreamedEvent> | Problem>;
};

export type Process = { readonly machine: string; readonly isAlive: () => boolean; readonly said: (text: string) => void };

/** How often, of a hundred messages, something happens to one. */
export type Noise = { readonly lost: number; readonly repeated: number; readonly slow: number };

export const noNoise: Noise = { lost: 0, repeated: 0, slow: 0 };

export type Cut = 'refused' | 'silent';

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

type Room = { readonly time: VirtualTime; readonly random: Random; readonly usualMs: Latency };
type Kept = { readonly origin: string; readonly text: string };

const rememberedMax = 200;
/** How long a message is on its way, in ms. */
export type Latency = { readonly from: number; readonly to: number };

export const usualLatency: Latency = { from: 1, to: 20 };
const slowMs = { from: 500, to: 9_000 };

const linkOf = (a: string, b: string): string => [a, b].sort().join(' ');

const problemOf = (signal: AbortSignal): Problem =>
  problem((signal.reason as { name?: string } | undefined)?.name === 'TimeoutError' ? 'timedOut' : 'cancelled'); // branding: whatever it was aborted with

/** What the network does at this moment, and who is there. */
type Wires = Room & {
  readonly listeners: Map<string, Listener>;
  readonly cuts: Map<string, Cut>;
  readonly remembered: Kept[];
  noise: Noise;
};

const latency = ({ random, noise, usualMs }: Wires): number =>
  random.chance(noise.slow / 100) ? random.between(slowMs.from, slowMs.to) : random.between(usualMs.from, usualMs.to);

const isHit = ({ random }: Wires, percent: number): boolean => random.chance(percent / 100);

const cutOf = ({ cuts }: Wires, a: string, b: string): Cut | undefined => (a === b ? undefined : cuts.get(linkOf(a, b)));

const listenerAt = ({ listeners }: Wires, address: string): Listener | undefined => listeners.get(new URL(address).origin);

const remember = ({ remembered }: Wires, kept: Kept): void => {
  remembered.push(kept);
  if (remembered.length > rememberedMax) remembered.shift();
};

type Way = { readonly from: string; readonly gone: AbortSignal; readonly told: (answer: Result<string>) => void };

/** Heard by whoever is there then; `told` is called when an answer comes back. */
const deliver = (wires: Wires, { origin, text }: Kept, { from, gone, told }: Way): void => {
  const listener = wires.listeners.get(origin);
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

const goesOut = (wires: Wires, process: Process, { sending: { address, text }, way }: { readonly sending: Sending; readonly way: Way }): void => {
  const { time, noise } = wires;
  process.said(text);
  const kept = { origin: new URL(address).origin, text };
  const cut = cutOf(wires, process.machine, listenerAt(wires, address)?.machine ?? '');
  if (cut === 'refused') time.after(latency(wires), () => way.told(fail(problem('unreachable'))));
  if (cut !== undefined || isHit(wires, noise.lost)) return;
  remember(wires, kept);
  time.after(latency(wires), () => deliver(wires, kept, way));
  if (isHit(wires, noise.repeated)) time.after(latency(wires), () => deliver(wires, kept, { ...way, told: () => undefined }));
};

const send = (wires: Wires, process: Process, sending: Sending): Promise<Result<unknown>> =>
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
    goesOut(wires, process, { sending, way: { from: process.machine, gone: over.signal, told } });
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

/** Events in their order, until the line is cut, either end dies, or nothing was heard for too long. */
async function* stream(
  wires: Wires,
  process: Process,
  { address, lastEventId, headers, silentMs, signal: asker }: Streaming,
): AsyncGenerator<Result<StreamedEvent>> {
  const { time } = wires;
  const listener = listenerAt(wires, address);
  const way = (): Promise<void> => new Promise((resolve) => void time.after(latency(wires), resolve));
  const isCut = (): boolean => cutOf(wires, process.machine, listener?.machine ?? '') !== undefined;
  await way();
  if (!listener?.isAlive() || isCut()) return yield fail(problem('unreachable'));
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
    if (isCut()) break;
    yield ok(next.value);
  }
  yield fail(problem('interrupted'));
}

export const createNetwork = ({ time, random, usualMs }: Room): Network => {
  const wires: Wires = { time, random, usualMs, listeners: new Map(), cuts: new Map(), remembered: [], noise: noNoise };
  const { listeners, cuts, remembered } = wires;
  return {
    protocolOf: (process) => ({
      send: (sending) => send(wires, process, sending),
      fetchDocument: (asked) => fetchDocument(wires, process, asked),
      stream: (streaming) => stream(wires, process, streaming),
      close: async () => undefined,
    }),
    listen: (address, listener) => {
      listeners.set(address, listener);
      return () => void (listeners.get(address) === listener && listeners.delete(address));
    },
    cut: (a, b, how) => void cuts.set(linkOf(a, b), how),
    mend: (a, b) => void cuts.delete(linkOf(a, b)),
    mendAll: () => cuts.clear(),
    setNoise: (next) => {
      wires.noise = next;
    },
    replay: (chosen) => {
      const [first, ...more] = remembered;
      if (first) deliver(wires, chosen.pick([first, ...more]), { from: '', gone: new AbortController().signal, told: () => undefined });
    },
  };
};
