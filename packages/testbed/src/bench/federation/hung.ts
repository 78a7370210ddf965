/**
 * One source halted: it keeps its connections but never answers. How long does an answer take, are the others' parts there, is the missing one named?
 */
import { Pool } from 'undici';
import type { Contender } from './contender.ts';
import { dialects } from './dialect.ts';
import { type AgencyName, createQuestions, isRight } from './workload.ts';

export type Hanging = {
  readonly contender: Contender;
  readonly halted: AgencyName;
  /** asked for in the question, where the side knows of deadlines */
  readonly deadline?: string;
  /** questions at once, and how often */
  readonly width: number;
  readonly waves: number;
  /** the client's own patience */
  readonly patienceMs: number;
};

export type Outcome = {
  /** in ascending order; an answer that did not come counts with the whole patience */
  readonly times: readonly number[];
  /** shares of the questions */
  readonly answered: number;
  readonly complete: number;
  readonly named: number;
};

type One = { readonly ms: number; readonly answered: boolean; readonly complete: boolean; readonly named: boolean };

const nothing = { answered: false, complete: false, named: false };

const judge = ({ contender, halted }: Hanging, ids: readonly string[], text: string): Omit<One, 'ms'> => {
  const { rows, missing } = dialects[contender.dialect].read(text);
  return { answered: true, complete: isRight(ids, rows, halted), named: missing.some((name) => name.includes(halted)) };
};

const askOne = async (hanging: Hanging, pool: Pool, ids: readonly string[]): Promise<One> => {
  const { contender, deadline, patienceMs } = hanging;
  const from = performance.now();
  const body = dialects[contender.dialect].body(ids, deadline);
  try {
    const { pathname } = new URL(contender.url);
    const headers = { 'content-type': 'application/json', accept: 'application/json' };
    const answer = await pool.request({ path: pathname, method: 'POST', headers, body, signal: AbortSignal.timeout(patienceMs) });
    const text = await answer.body.text();
    return { ms: performance.now() - from, ...judge(hanging, ids, text) };
  } catch {
    return { ms: patienceMs, ...nothing };
  }
};

const share = (all: readonly One[], holds: (one: One) => boolean): number => all.filter(holds).length / all.length;

const seed = 77;

export const askWhileHung = async (hanging: Hanging): Promise<Outcome> => {
  const { contender, halted, width, waves } = hanging;
  const next = createQuestions(seed);
  const pool = new Pool(new URL(contender.url).origin, { connections: width, pipelining: 1 });
  const source = contender.agency(halted);
  source.halt();
  try {
    const all: One[] = [];
    for (let wave = 0; wave < waves; wave += 1) all.push(...(await Promise.all(Array.from({ length: width }, () => askOne(hanging, pool, next())))));
    const times = all.map(({ ms }) => ms).toSorted((a, b) => a - b);
    return { times, answered: share(all, (one) => one.answered), complete: share(all, (one) => one.complete), named: share(all, (one) => one.named) };
  } finally {
    source.goOn();
    await pool.destroy();
  }
};
