/**
 * Examples: the saved questions that can be asked as they are, with what this city declares for their variables filled in.
 */
import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { parse } from 'graphql';
import type { LoadedCity } from '../../config/load.ts';
import type { Example } from '../../graphql/endpoint.ts';

const examplesMax = 50;

type Declared = { readonly name: string /** asked without a value, it has one of its own */; readonly hasDefault: boolean };

const declaredIn = (text: string): readonly Declared[] | undefined => {
  try {
    return parse(text).definitions.flatMap((definition) =>
      definition.kind === 'OperationDefinition'
        ? (definition.variableDefinitions ?? []).map(({ variable, defaultValue }) => ({ name: variable.name.value, hasDefault: defaultValue !== undefined }))
        : [],
    );
  } catch {
    return undefined;
  }
};

/** The names of the variables that a document declares; nothing where it is no GraphQL. */
export const variablesOf = (text: string): readonly string[] | undefined => declaredIn(text)?.map(({ name }) => name);

export const defaultsFor = (city: LoadedCity, names: readonly string[]): Record<string, unknown> =>
  Object.fromEntries(names.flatMap((name) => (Object.hasOwn(city.variables, name) ? [[name, city.variables[name]]] : [])));

const titleOf = (text: string): string => /^#\s*(.+)$/m.exec(text)?.[1]?.trim() ?? '';

const toExample = async (city: LoadedCity, path: string): Promise<readonly Example[]> => {
  const query = await readFile(path, 'utf8');
  const declared = declaredIn(query);
  if (!declared?.every(({ name, hasDefault }) => hasDefault || Object.hasOwn(city.variables, name))) return [];
  const names = declared.map(({ name }) => name);
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
