/**
 * Configured: what a file configures: one node, or the nodes of a city; a city file names its city, a node file its agency.
 */
import { basename } from 'node:path';
import { fail, ok, problem, type Result } from '@cityweave/core';
import { type Environment, type LoadedCity, loadCity, loadNode, loadNodeAlone } from '../config/load.ts';
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

/** One node alone. A city file is told with its agencies, and what is given instead. */
export const loadOneNode = async (file: string, environment: Environment): Promise<Result<NodeFile>> => {
  const node = await loadNode(file, environment);
  if (node.ok) return node;
  const city = await loadCity(file, environment);
  if (!city.ok) return node;
  const agencies = city.value.nodes.map(({ agency }) => agency);
  const [one = ''] = agencies;
  return fail(
    problem('badConfiguration', {
      subject: basename(file),
      found: `a city file with ${agencies.length} nodes: ${agencies.join(', ')}`,
      accepted: `a node file; for a node of the city one with its agency, name and store (agency: ${one}), and --state .cityweave/${city.value.city}`,
    }),
  );
};
