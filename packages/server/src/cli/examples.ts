/**
 * Examples: the saved questions that this city declares all variables of, with its defaults filled in.
 */
import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { parse } from 'graphql';
import type { LoadedCity } from '../config/load.ts';
import type { Example } from '../graphql/endpoint.ts';

const examplesMax = 50;

/** The names of the variables that a document declares; nothing where it is no GraphQL. */
export const variablesOf = (text: string): readonly string[] | undefined => {
  try {
    return parse(text).definitions.flatMap((definition) =>
      definition.kind === 'OperationDefinition' ? (definition.variableDefinitions ?? []).map(({ variable }) => variable.name.value) : [],
    );
  } catch {
    return undefined;
  }
};

export const defaultsFor = (city: LoadedCity, names: readonly string[]): Record<string, unknown> =>
  Object.fromEntries(names.flatMap((name) => (Object.hasOwn(city.variables, name) ? [[name, city.variables[name]]] : [])));

const titleOf = (text: string): string => /^#\s*(.+)$/m.exec(text)?.[1]?.trim() ?? '';

const toExample = async (city: LoadedCity, path: string): Promise<readonly Example[]> => {
  const query = await readFile(path, 'utf8');
  const names = variablesOf(query);
  if (!names?.every((name) => Object.hasOwn(city.variables, name))) return [];
  return [{ name: basename(path, '.graphql'), title: titleOf(query), query, variables: defaultsFor(city, names) }];
};

/** Questions lie in `questions` beside the folder of the city files. */
export const loadExamples = async (city: LoadedCity): Promise<readonly Example[]> => {
  const folder = join(city.folder, '..', 'questions');
  const files = await readdir(folder).catch(() => []);
  const examples = await Promise.all(
    files
      .filter((name) => name.endsWith('.graphql'))
      .sort()
      .slice(0, examplesMax)
      .map((name) => toExample(city, join(folder, name))),
  );
  return examples.flat();
};
