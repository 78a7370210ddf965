/**
 * Configured: what a file configures: one node, or the nodes of a city; a city file names its city, a node file its agency.
 */
import { ok, type Result } from '@cityweave/core';
import { type Environment, type LoadedCity, loadCity, loadNodeAlone } from '../config/load.ts';
import type { NodeFile } from '../config/node-file.ts';

export type Configured = { readonly nodes: readonly NodeFile[]; readonly city?: LoadedCity };

const keysOfNodes = ['agency', 'listen', 'sources', 'roles'];

export const loadConfigured = async (file: string, environment: Environment): Promise<Result<Configured>> => {
  const city = await loadCity(file, environment);
  if (city.ok) return ok({ nodes: city.value.nodes, city: city.value });
  const node = await loadNodeAlone(file, environment);
  if (node.ok) return ok({ nodes: [node.value.node] });
  const aboutCity = city.problem.path?.includes('#/') && !keysOfNodes.some((key) => city.problem.found?.includes(`unknown key ${key}`));
  return aboutCity && node.problem.found?.includes('unknown key city') ? city : node;
};
