/**
 * Lines that are sockets, as the network of a history has them: in order or not at all, one loss takes all that was on its way, a line that hangs carries later.
 */
import { expect, it } from 'vitest';
import { createNetwork, type Network } from './network.ts';
import { createRandom } from './random.ts';
import { createVirtualTime, type VirtualTime } from './virtual-time.ts';
import { noNoise } from './wires.ts';

type Talk = {
  readonly time: VirtualTime;
  readonly network: Network;
  readonly heard: string[];
  readonly ask: (text: string, timeoutMs?: number) => Promise<string>;
};

const address = 'http://water.sim.example:1/dtf/messages';

/** One who asks and one who hears: what was heard, in its order, and what came of each message. */
const talk = (): Talk => {
  const time = createVirtualTime();
  const network = createNetwork({ time, random: createRandom('sockets'), usualMs: { from: 1, to: 50 }, carrier: 'websocket' });
  const heard: string[] = [];
  const hear = async (text: string): Promise<string> => {
    heard.push(text);
    return text;
  };
  const open = (): never => expect.unreachable();
  const introduction = (): never => expect.unreachable();
  network.listen(address, { machine: 'water', isAlive: () => true, ended: new AbortController().signal, hear, open, introduction });
  const protocol = network.protocolOf({ machine: 'front', isAlive: () => true, said: () => undefined });
  const ask = async (text: string, timeoutMs = 60_000): Promise<string> => {
    const answer = await protocol.send({ address, text: JSON.stringify(text), timeoutMs, bytesMax: 1_000 });
    return answer.ok ? String(answer.value) : answer.problem.kind;
  };
  return { time, network, heard, ask };
};

const numbers = Array.from({ length: 20 }, (_, at) => String(at));
const run = ({ time }: Talk, untilMs: number): Promise<void> => time.run(untilMs, () => true);

it('what is said on one line is heard in its order', async () => {
  const line = talk();
  const answers = Promise.all(numbers.map((text) => line.ask(text)));
  await run(line, 1_000);
  expect(line.heard).toEqual(numbers.map((text) => JSON.stringify(text)));
  expect(await answers).toEqual(numbers);
});

it('one that is lost takes its line with it, whoever speaks next opens another one', async () => {
  const line = talk();
  line.network.setNoise({ ...noNoise, lost: 100 });
  const answers = Promise.all(numbers.map((text) => line.ask(text)));
  await run(line, 1_000);
  expect(new Set(await answers)).toEqual(new Set(['unreachable']));
  expect(line.heard).toEqual([]);
  line.network.setNoise(noNoise);
  const again = line.ask('again');
  await run(line, 2_000);
  expect(await again).toBe('again');
});

it('a line that hangs carries later what was said meanwhile, in its order; one that hangs for too long is given up', async () => {
  const line = talk();
  const first = line.ask('open');
  await run(line, 1_000);
  expect(await first).toBe('open');
  line.network.cut('front', 'water', 'silent');
  const answers = Promise.all(numbers.map((text) => line.ask(text)));
  await run(line, 8_000);
  expect(line.heard).toHaveLength(1);
  line.network.mend('front', 'water');
  await run(line, 9_000);
  expect(await answers).toEqual(numbers);
  line.network.cut('front', 'water', 'silent');
  const lost = line.ask('lost');
  await run(line, 30_000);
  expect(await lost).toBe('unreachable');
  expect(line.heard).toHaveLength(1 + numbers.length);
});

it('a cut that is refused ends the line under whoever waits; nobody is heard while it is cut', async () => {
  const line = talk();
  const first = line.ask('open');
  await run(line, 1_000);
  expect(await first).toBe('open');
  const waiting = line.ask('waiting');
  line.network.cut('front', 'water', 'refused');
  const refused = line.ask('refused');
  await run(line, 2_000);
  expect([await waiting, await refused]).toEqual(['unreachable', 'unreachable']);
  expect(line.heard).toHaveLength(1);
});

it('who waits no longer closes a line on which nobody else waits', async () => {
  const line = talk();
  const first = line.ask('open');
  await run(line, 1_000);
  await first;
  line.network.cut('front', 'water', 'silent');
  const late = line.ask('late', 500);
  await run(line, 2_000);
  line.network.mend('front', 'water');
  await run(line, 9_000);
  expect(await late).toBe('timedOut');
  expect(line.heard).toHaveLength(1);
});
