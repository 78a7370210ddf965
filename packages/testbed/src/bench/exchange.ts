/**
 * Exchange benchmark: what a signed message costs at the desk of a node, on one core, and how long a question takes from one node to another, over each binding and
 * over an adaptor, beside a bare HTTP echo of the same size between two processes of the same run.
 */
import { rm } from 'node:fs/promises';
import { type Message, messageText } from '@cityweave/core';
import type { Peer } from '@cityweave/server';
import { Agent, request } from 'undici';
import { present, valueOf } from '../city.ts';
import { writeCity } from '../city-files.ts';
import { startProcess } from '../processes.ts';
import { benchBridge } from './exchange/bridge.ts';
import { openParty, type Party, write } from './exchange/parties.ts';
import { startProgram } from './federation/program.ts';
import { type BenchResult, percentile, toResult } from './result.ts';

const quick = process.argv.includes('--quick');
const measureMs = quick ? 1_000 : 10_000;
const warmUpMs = quick ? 200 : 2_000;
const signal = new AbortController().signal;

/** Times of one after the other, in ms, after a warm-up. */
const timesOf = async (once: () => Promise<unknown>): Promise<readonly number[]> => {
  const times: number[] = [];
  const begin = performance.now();
  for (let from = begin; from < begin + warmUpMs + measureMs; ) {
    await once();
    const now = performance.now();
    if (from >= begin + warmUpMs) times.push(now - from);
    from = now;
  }
  return times;
};

const perSecond = (times: readonly number[]): number => (1000 * times.length) / times.reduce((sum, ms) => sum + ms, 0);

/** Text in, text out: parse, verify, dispatch, save where it is a change, log, sign, write. */
const answerText = async ({ desk }: Party, text: string): Promise<Message> => {
  const { message } = await desk.answer(JSON.parse(text), signal, Buffer.byteLength(text));
  const answered = present(message, 'answer');
  messageText(answered);
  return answered;
};

const refuseFailure = ({ data }: Message): void => {
  if (data.action.result?.status !== 'success') throw new Error(JSON.stringify(data.action.result));
};

const entryOf = ({ room: { self, keys } }: Party) => ({
  kind: 'digitalTwin' as const,
  id: self.id,
  attributes: {
    name: self.name,
    twinType: 'city:AgencyTwin',
    domain: 'city:domain',
    owner: { name: 'bench', organizationId: self.agency },
    status: 'online' as const,
    endpoints: [{ protocol: 'http' as const, address: self.address(), format: 'application/json' as const, security: 'jws' as const }],
    keys: [...keys.published()],
    features: [],
    visibility: { level: 'federation' as const },
  },
});

type Said = Parameters<typeof write>[2];

const registration = (asker: Party): Said => ({ name: 'registry.register.digitalTwin', content: { parameters: {}, objects: [entryOf(asker)] } }) as Said; // branding: terms as texts
const change = ({ room }: Party): Said => ({
  name: 'registry.renew.digitalTwin',
  content: { parameters: {}, objects: [{ kind: 'digitalTwin', id: room.self.id, attributes: {} }] },
});
const read = ({ room }: Party): Said => ({
  name: 'registry.retrieve.digitalTwin',
  content: { parameters: {}, objects: [{ kind: 'digitalTwin', id: room.self.id }] },
});

/** At the desk alone, in this process: messages are signed beforehand, so that only the answering side is measured. */
const benchDesk = async (): Promise<readonly BenchResult[]> => {
  await using answerer = await openParty('front');
  await using asker = await openParty('water', 'http://127.0.0.1:1');
  const to = answerer.room.self.id;
  refuseFailure(await answerText(answerer, write(asker, to, registration(asker))));
  const measured = async (said: Said): Promise<number> => {
    const times: number[] = [];
    const begin = performance.now();
    while (performance.now() < begin + warmUpMs + measureMs) {
      const text = write(asker, to, said);
      const from = performance.now();
      const answer = await answerText(answerer, text);
      if (from >= begin + warmUpMs) times.push(performance.now() - from);
      refuseFailure(answer);
    }
    return perSecond(times);
  };
  return [
    toResult({ name: 'reads at the desk: parse, verify, dispatch, log, sign', value: await measured(read(asker)), unit: '1/s', better: 'higher' }),
    toResult({ name: 'changes at the desk: the same, and saved durably one by one', value: await measured(change(asker)), unit: '1/s', better: 'higher' }),
  ];
};

/** The bare exchange of bodies as large as question and answer were. */
const benchEcho = async (questionBytes: number, answerBytes: number): Promise<readonly number[]> => {
  const file = new URL('exchange/echo.ts', import.meta.url).pathname;
  const echo = await startProgram({ name: 'echo', file, args: [String(answerBytes)], ready: /^ready / });
  const dispatcher = new Agent({ connections: 1, pipelining: 1 });
  const body = JSON.stringify({ padding: 'x'.repeat(Math.max(0, questionBytes - 14)) });
  const address = `http://127.0.0.1:${echo.line.split(' ')[1]}/`;
  const times = await timesOf(async () => {
    const answer = await request(address, { method: 'POST', headers: { 'content-type': 'application/json' }, body, dispatcher });
    JSON.parse(await answer.body.text());
  });
  await dispatcher.destroy();
  await echo.stop();
  return times;
};

/** How a question goes from one node to another, with the times of one after the other. */
type Lane = { readonly label: string; readonly times: readonly number[] };

const figuresOf = ({ label, times }: Lane, echo: { readonly label: string; readonly times: readonly number[] }): readonly BenchResult[] =>
  ([50, 99] as const).map((percent) =>
    toResult({
      ...{
        name: `one question after the other between two nodes, ${label}: p${percent}`,
        value: percentile(times, percent / 100),
        unit: 'ms',
        better: 'lower',
      },
      ...{ against: echo.label, againstValue: percentile(echo.times, percent / 100) },
    }),
  );

/** From a node of this process to one of another: sign, send, answer, receive, verify, log at both ends; over either binding. */
const benchAsking = async (): Promise<readonly BenchResult[]> => {
  const folder = await writeCity({ agencies: [{ name: 'front', kind: 'city:Building', twins: [] }], needs: [] });
  await using server = await startProcess(folder, 'front');
  await using asker = await openParty('water', server.address);
  const registry = present(await asker.room.registry(), 'registry');
  valueOf(await asker.room.ask(registry, registration(asker).name, registration(asker).content));
  const { name, content } = read(asker);
  const timesTo = (peer: Peer) => timesOf(async () => valueOf(await asker.room.ask(peer, name, content)));
  const http = await timesTo(registry);
  const socket = await timesTo({ ...registry, socket: registry.address.replace(/^http/, 'ws') });
  const question = Buffer.byteLength(write(asker, registry.id, read(asker)));
  const answer = Buffer.byteLength(JSON.stringify(entryOf(asker))) + question;
  const echo = { label: `ms, bare HTTP echo of ${question} and ${answer} bytes`, times: await benchEcho(question, answer) };
  await rm(folder, { recursive: true, force: true });
  return [...figuresOf({ label: 'over HTTP', times: http }, echo), ...figuresOf({ label: 'over a WebSocket', times: socket }, echo)];
};

/** A probe of an owner at its own address, and over the adaptor between: two hops, the adaptor's entry made, signed and checked. */
const benchAdaptor = async (): Promise<readonly BenchResult[]> => {
  await using bridge = await benchBridge();
  const direct = { label: 'ms, the same probe without the adaptor', times: await timesOf(bridge.probeDirectly) };
  const through = await timesOf(bridge.probeThrough);
  return figuresOf({ label: 'a probe over an adaptor', times: through }, direct);
};

export const benchExchange = async (): Promise<readonly BenchResult[]> => [...(await benchDesk()), ...(await benchAsking()), ...(await benchAdaptor())];
