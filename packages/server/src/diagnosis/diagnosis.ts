/**
 * Diagnosis: looks at a node and at everybody whom it has to do with, as it would look itself, and changes nothing.
 */
import { problem } from '@cityweave/core';
import { z } from 'zod';
import { fetchIntroduction } from '../exchange/introduction.ts';
import { examineFederations } from './federations.ts';
import { broken, type Finding } from './finding.ts';
import { examineRegistry } from './registry.ts';
import type { Stage } from './stage.ts';
import { examineStore } from './store.ts';

const healthTimeoutMs = 3_000;
const Health = z.object({ status: z.string(), problem: z.string().optional() });

/** What answers at the node's own address, and whether it is ready. */
const examineNode = async ({ running, protocol, self }: Stage): Promise<Finding> => {
  const address = new URL(self.address()).origin;
  const place = { about: 'node' as const, subject: address };
  const said = await fetchIntroduction(protocol, address);
  if (!running && !said.ok) return { ...place, outcome: 'doubtful', says: 'not running: start it with cityweave serve' };
  if (!said.ok) return broken(place, said.problem);
  if (said.value.id !== self.id) return broken(place, problem('unknownDestination', { subject: address, found: said.value.id, accepted: self.id }));
  const told = await protocol.fetchDocument({ address: `${address}/health/ready`, timeoutMs: healthTimeoutMs });
  const health = told.ok ? Health.safeParse(told.value).data : undefined;
  if (health?.status === 'ready') return { ...place, outcome: 'sound', says: 'running and ready' };
  return { ...place, outcome: 'doubtful', says: `running, not ready: ${health?.problem ?? 'no reason given'}` };
};

const examineKey = ({ keys, self }: Stage): Finding => {
  const [current, ...others] = keys.published();
  return {
    about: 'key',
    subject: self.id,
    outcome: 'sound',
    says: `signs with ${current?.kid}${others.length > 0 ? `; ${others.length} older ones still accepted` : ''}`,
  };
};

/** In the order in which one depends on the other. */
export async function* diagnose(stage: Stage): AsyncGenerator<Finding> {
  yield examineKey(stage);
  yield examineStore(stage);
  yield examineNode(stage);
  yield* await examineRegistry(stage);
  yield* examineFederations(stage);
}
