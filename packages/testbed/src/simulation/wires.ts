/**
 * Wires: what the network of a history does at this moment, and who is there to be heard.
 */
import { limits, type Problem, problem } from '@cityweave/core';
import type { NodeDesk, StreamedEvent } from '@cityweave/server';
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

/** How long a message is on its way, in ms. */
export type Latency = { readonly from: number; readonly to: number };

export const usualLatency: Latency = { from: 1, to: 20 };
const slowMs = { from: 500, to: 9_000 };

/** What carries messages and streams between all of them. */
export type Carrier = 'http' | 'websocket';

export type Room = { readonly time: VirtualTime; readonly random: Random; readonly usualMs: Latency; readonly carrier: Carrier };
export type Kept = { readonly host: string; readonly text: string };

/** A socket that is open: what ends it, and between whom it is. */
export type Socket = { readonly ends: readonly [string, string]; readonly end: () => void };

export type Wires = Room & {
  readonly listeners: Map<string, Listener>;
  readonly cuts: Map<string, Cut>;
  readonly sockets: Set<Socket>;
  /** told whenever a line is mended */
  readonly mended: Set<() => void>;
  readonly remembered: Kept[];
  noise: Noise;
};

const rememberedMax = 200;

export const linkOf = (a: string, b: string): string => [a, b].sort().join(' ');

export const problemOf = (signal: AbortSignal): Problem =>
  problem((signal.reason as { name?: string } | undefined)?.name === 'TimeoutError' ? 'timedOut' : 'cancelled'); // branding: whatever it was aborted with

export const latency = ({ random, noise, usualMs }: Wires): number =>
  random.chance(noise.slow / 100) ? random.between(slowMs.from, slowMs.to) : random.between(usualMs.from, usualMs.to);

export const isHit = ({ random }: Wires, percent: number): boolean => random.chance(percent / 100);

export const cutOf = ({ cuts }: Wires, a: string, b: string): Cut | undefined => (a === b ? undefined : cuts.get(linkOf(a, b)));

/** Whatever is spoken there: a host has one address for HTTP and one for its socket. */
export const hostOf = (address: string): string => new URL(address).host;

export const listenerAt = ({ listeners }: Wires, address: string): Listener | undefined => listeners.get(hostOf(address));

export const remember = ({ remembered }: Wires, kept: Kept): void => {
  remembered.push(kept);
  if (remembered.length > rememberedMax) remembered.shift();
};

/** Whether a line that hangs carries again before an end gives it up, as a socket does from which nothing was heard for too long. */
export const carriesAgain = (wires: Wires, [a, b]: Socket['ends']): Promise<boolean> =>
  new Promise((resolve) => {
    const done = (again: boolean): void => {
      cancel();
      wires.mended.delete(look);
      resolve(again);
    };
    const look = (): void => {
      if (cutOf(wires, a, b) === undefined) done(true);
    };
    const cancel = wires.time.after(limits.socketSilentMs, () => done(false));
    wires.mended.add(look);
  });
