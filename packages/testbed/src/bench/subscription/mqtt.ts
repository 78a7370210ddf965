/**
 * The peer: one client publishes at a broker, another one is subscribed there (QoS 1, at least once, as a change of a twin is told); broker in a process of its own.
 */
import { type EventEmitter, on } from 'node:events';
import mqtt from 'mqtt';
import { startProgram } from '../federation/program.ts';
import type { Way } from './way.ts';

const topic = 'water/gauge-1/level';

async function* numbersIn(messages: AsyncIterable<readonly unknown[]>): AsyncGenerator<number> {
  for await (const [, payload] of messages) yield JSON.parse(String(payload)).value;
}

export const openMqtt = async (bytes: number): Promise<Way> => {
  const broker = await startProgram({ name: 'broker', file: new URL('broker.ts', import.meta.url).pathname, args: [], ready: /^ready / });
  const url = `mqtt://127.0.0.1:${broker.line.split(' ')[1]}`;
  const [publisher, subscriber] = await Promise.all([mqtt.connectAsync(url), mqtt.connectAsync(url)]);
  await subscriber.subscribeAsync(topic, { qos: 1 });
  const padding = 'x'.repeat(bytes);
  return {
    change: (value) => publisher.publishAsync(topic, JSON.stringify({ value, padding }), { qos: 1 }),
    heard: numbersIn(on(subscriber as unknown as EventEmitter, 'message')), // branding: it is one, with types of its own,
    [Symbol.asyncDispose]: async () => {
      await Promise.all([publisher.endAsync(), subscriber.endAsync()]);
      await broker.stop();
    },
  };
};
