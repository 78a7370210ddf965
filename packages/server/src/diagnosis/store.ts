/**
 * Store: whether what keeps the twins is there and answers.
 */
import { lookAtStore } from '../store/open-store.ts';
import { broken, type Finding } from './finding.ts';
import type { Stage } from './stage.ts';

/** The files of a running node are its own: how it is with them, it says itself. What is looked at stays as it is. */
export const examineStore = async ({ node, deps, running, directory }: Stage): Promise<Finding> => {
  const place = { about: 'store' as const, subject: node.store.uri ?? node.store.adapter };
  if (node.store.adapter === 'sqlite' && running) return { ...place, outcome: 'sound', says: 'files in the folder of the node, which has them open' };
  const looked = await lookAtStore({ store: node.store, authority: node.agency, directory, deps });
  if (looked.ok) {
    const { name, schema, latencyMs } = looked.value;
    return { ...place, outcome: 'sound', says: `${name}, schema ${schema}`, latencyMs };
  }
  // what is not there yet, or of an older version, the node makes when it starts
  const found = broken(place, looked.problem);
  return looked.problem.kind === 'notFound' ? { ...found, outcome: 'doubtful' } : found;
};
