/**
 * Question: a GraphQL document from a file with its variables: those that are given go over the defaults of the city file.
 */
import { readFile } from 'node:fs/promises';
import { fail, ok, problem, type Result, shorten } from '@cityweave/core';
import type { LoadedCity } from '../../config/load.ts';
import { defaultsFor, variablesOf } from './examples.ts';

export type Question = {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>> /** that it declares */;
  readonly names: readonly string[];
};
export type Asked = { readonly query: string; readonly variables?: string };

const parseVariables = (text: string | undefined): Result<Record<string, unknown>> => {
  if (text === undefined) return ok({});
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return ok({ ...parsed });
  } catch {
    // told below
  }
  return fail(problem('badConfiguration', { subject: '--variables', found: shorten(text), accepted: 'a JSON object' }));
};

export const questionOf = async (city: LoadedCity, { query: path, variables }: Asked): Promise<Result<Question>> => {
  const query = await readFile(path, 'utf8').catch(() => undefined);
  if (query === undefined) return fail(problem('badConfiguration', { subject: '--query', found: shorten(path), accepted: 'the path of a GraphQL document' }));
  const names = variablesOf(query);
  if (!names) return fail(problem('badConfiguration', { subject: '--query', found: shorten(path), accepted: 'a GraphQL document' }));
  const given = parseVariables(variables);
  if (!given.ok) return given;
  const unknown = Object.keys(given.value).find((name) => !names.includes(name));
  if (unknown !== undefined)
    return fail(problem('badConfiguration', { subject: '--variables', found: unknown, accepted: names.join(', ') || 'none: the question has no variables' }));
  return ok({ query, names, variables: { ...defaultsFor(city, names), ...given.value } });
};
