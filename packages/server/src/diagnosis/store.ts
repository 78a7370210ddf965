/**
 * Store: whether what keeps the twins is there and answers.
 */
import { openStore } from '../store/open-store.ts';
import { broken, type Finding } from './finding.ts';
import type { Stage } from './stage.ts';

/** The files of a running node are its own: how it is with them, it says itself. */
export const examineStore = async ({ node, deps, running, directory }: Stage): Promise<Finding> => {
  const place = { about: 'store' as const, subject: node.store.uri ?? node.store.adapter };
  if (node.store.adapter === 'sqlite' && running) return { ...place, outcome: 'sound', says: 'files in the folder of the node, which has them open' };
  const store = await openStore({ store: node.store, authority: node.agency, directory, deps });
  if (!store.ok) return broken(place, store.problem);
  const health = await store.value.health();
  await store.value.close();
  const { latencyMs } = health;
  return health.ok ? { ...place, outcome: 'sound', says: health.detail, latencyMs } : { ...broken(place, health.problem), latencyMs };
};
