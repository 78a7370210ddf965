/**
 * Benchmark of a subscription: a change at one agency until a subscriber at another one hears of it, beside MQTT's publish and subscribe on the same machine; in turns.
 */
import { type BenchResult, percentile, toResult } from './result.ts';
import { openFederated } from './subscription/federated.ts';
import { openMqtt } from './subscription/mqtt.ts';
import { timesOf } from './subscription/way.ts';

const quick = process.argv.includes('--quick');
const turns = quick ? 1 : 3;
const turnMs = quick ? 1_000 : 8_000;
const warmUpMs = quick ? 500 : 5_000;
/** about what an event of one changed twin takes */
const payloadBytes = 400;
const budgetTimes = 3;

export const benchSubscription = async (): Promise<readonly BenchResult[]> => {
  await using ours = await openFederated();
  await using theirs = await openMqtt(payloadBytes);
  const [mine, peers]: [number[], number[]] = [[], []];
  let from = 1_000;
  const takeTurn = async (forMs: number): Promise<void> => {
    mine.push(...(await timesOf(ours, { from, forMs })));
    peers.push(...(await timesOf(theirs, { from, forMs })));
    from += 1_000_000;
  };
  await takeTurn(warmUpMs);
  mine.length = 0;
  peers.length = 0;
  for (let turn = 0; turn < turns; turn += 1) await takeTurn(turnMs);
  const figure = (label: string, share: number, budget?: number): BenchResult =>
    toResult({
      ...{ name: `a change at one agency heard of by a subscriber at another: ${label}`, value: percentile(mine, share), unit: 'ms', better: 'lower' },
      ...{ against: 'ms, MQTT, QoS 1', againstValue: percentile(peers, share), ...(budget !== undefined && { budget }) },
    });
  return [figure('p50', 0.5), figure('p99', 0.99, budgetTimes * percentile(peers, 0.99))];
};
