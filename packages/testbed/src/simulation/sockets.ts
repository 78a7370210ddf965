/**
 * Sockets: lines of a history that are WebSockets: everything in its order or not at all. What is lost takes its line with it, a line that hangs carries later
 * what was said meanwhile, and whoever speaks next opens another one.
 */
import { fail, problem, type Result } from '@cityweave/core';
import type { Sending } from '@cityweave/server';
import { carriesAgain, cutOf, hostOf, isHit, type Kept, type Listener, latency, listenerAt, type Process, remember, type Socket, type Wires } from './wires.ts';

type Told = (answer: Result<string>) => void;

type Line = Socket & {
  readonly listener: Listener;
  readonly ending: AbortController;
  readonly waiting: Set<Told>;
  /** when what was said last arrives, there and back */
  readonly arrivesMs: { there: number; back: number };
};

/** The lines that one process has opened. */
export type Lines = { readonly say: (sending: Pick<Sending, 'address' | 'text'>, way: { readonly gone: AbortSignal; readonly told: Told }) => unknown };

const connectTimeoutMs = 1_000;

/** Everything that was said on it is lost, and who waits is told. */
const endLine = (wires: Wires, line: Line): void => {
  wires.sockets.delete(line);
  line.ending.abort();
  for (const told of [...line.waiting]) told(fail(problem('unreachable')));
};

/** Behind what was said before it. */
const carry = (wires: Wires, line: Line, { way, arrived }: { readonly way: 'there' | 'back'; readonly arrived: () => void }): void => {
  const { time, noise } = wires;
  line.arrivesMs[way] = Math.max(line.arrivesMs[way], time.nowMs() + latency(wires));
  const isLost = isHit(wires, noise.lost);
  const arrive = (): void => {
    if (line.ending.signal.aborted) return;
    if (isLost) line.end();
    else arrived();
  };
  time.after(line.arrivesMs[way] - time.nowMs(), () => {
    if (cutOf(wires, ...line.ends) === undefined) arrive();
    else void carriesAgain(wires, line.ends).then((again) => (again ? arrive() : line.end()));
  });
};

const createLine = (wires: Wires, process: Process, listener: Listener): Line => {
  const line: Line = {
    ends: [process.machine, listener.machine],
    end: () => endLine(wires, line),
    ...{ listener, ending: new AbortController(), waiting: new Set(), arrivesMs: { there: 0, back: 0 } },
  };
  wires.sockets.add(line);
  listener.ended.addEventListener('abort', line.end, { once: true });
  return line;
};

/** Nobody is there, or nothing comes back in time: no line, and nothing was said. */
const refusedAfterMs = (wires: Wires, process: Process, listener: Listener | undefined): number | undefined => {
  const cut = cutOf(wires, process.machine, listener?.machine ?? '');
  if (cut === 'silent') return connectTimeoutMs;
  return cut === 'refused' || !listener?.isAlive() ? latency(wires) : undefined;
};

export const createLines = (wires: Wires, process: Process): Lines => {
  const lines = new Map<string, Line>();
  const lineTo = (address: string): Line | undefined => {
    const host = hostOf(address);
    const known = lines.get(host);
    if (known && !known.ending.signal.aborted) return known;
    const listener = listenerAt(wires, address);
    if (!listener || refusedAfterMs(wires, process, listener) !== undefined) return undefined;
    const line = createLine(wires, process, listener);
    lines.set(host, line);
    return line;
  };
  const hear = (line: Line, { text }: Kept, told: Told): void =>
    void line.listener.hear(text, line.ending.signal).then((answer) => carry(wires, line, { way: 'back', arrived: () => told({ ok: true, value: answer }) }));
  return {
    say: ({ address, text }, { gone, told }) => {
      process.said(text);
      const line = lineTo(address);
      if (!line) return void wires.time.after(refusedAfterMs(wires, process, listenerAt(wires, address)) ?? 0, () => told(fail(problem('unreachable'))));
      const kept = { host: hostOf(address), text };
      remember(wires, kept);
      const settle: Told = (answer) => {
        line.waiting.delete(settle);
        told(answer);
      };
      line.waiting.add(settle);
      // nobody waits on it any more: closed, so that the other end stops working for it
      gone.addEventListener('abort', () => line.waiting.delete(settle) && line.waiting.size === 0 && line.end(), { once: true });
      carry(wires, line, { way: 'there', arrived: () => hear(line, kept, settle) });
    },
  };
};
