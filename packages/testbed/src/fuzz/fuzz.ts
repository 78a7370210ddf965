/**
 * Fuzz: anything at all is sent to a real node, over HTTP and over its WebSocket, and each time an answer with a code must come, within a bound, from a node that
 * is still in order.
 */
import { createRandom } from '../simulation/random.ts';
import { patienceMs } from './case.ts';
import { httpCases } from './http-cases.ts';
import { type Came, sendRaw } from './sending.ts';
import { socketCases } from './socket-cases.ts';
import type { Subject } from './subject.ts';

export type Failure = { readonly seed: string; readonly case: number; readonly found: string; readonly told: string };

/** By which way something is said. */
export const bindings = { http: httpCases, websocket: socketCases } as const;
export type FuzzBinding = keyof typeof bindings;

const get = (address: string): Promise<Came> => sendRaw({ address, method: 'GET', headers: {} }, patienceMs);

/** How many defects a node had counted when it was asked last. */
const counted = new Map<string, number>();

/** Defects that a node counted since, or that it is there no more. */
const disorder = async (origin: string): Promise<string | undefined> => {
  const live = await get(`${origin}/health/live`);
  if (live.status !== 200) return `it is not live: ${live.status}`;
  const metrics = await get(`${origin}/metrics`);
  const defects = Number(/^cityweave_defects_total\S* (\d+)/m.exec(metrics.text)?.[1] ?? 0);
  const before = counted.get(origin) ?? 0;
  counted.set(origin, defects);
  return defects > before ? `${defects - before} defects were met` : undefined;
};

const noAnswer = (cause: unknown): string => `no answer: ${cause instanceof Error ? cause.message : String(cause)}`;

/** One case of a seed: what is said over one of these bindings, and what was wrong with what came of it. */
export const fuzzOnce = async (
  subject: Subject,
  { seed, number, over }: { readonly seed: string; readonly number: number; readonly over: FuzzBinding },
): Promise<Failure | undefined> => {
  const random = createRandom(`fuzz ${seed} ${number}`);
  const { origin, told, run } = random.pick(bindings[over])({ subject, random });
  const found = (await run().catch(noAnswer)) ?? (await disorder(origin).catch(noAnswer));
  return found === undefined ? undefined : { seed, case: number, found, told: told() };
};
