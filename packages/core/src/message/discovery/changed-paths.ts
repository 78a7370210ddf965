/**
 * Changed paths: which attributes of an entry are other than they were, for who is told that it was updated (R9).
 */
import { canonicalJson } from '../../ground/json.ts';
import { limits } from '../../ground/limits.ts';
import { AttributePath } from './condition.ts';

type Members = Readonly<Record<string, unknown>>;

const isMembers = (value: unknown): value is Members => typeof value === 'object' && value !== null && !Array.isArray(value);

const isSame = (a: unknown, b: unknown): boolean => canonicalJson(a ?? null) === canonicalJson(b ?? null);

const isPath = (path: string): boolean => AttributePath.safeParse(path).success;

/** As deep as names are names of attributes: of texts by language and the like the whole. */
const differing = (before: unknown, after: unknown, path: string): readonly string[] => {
  if (isSame(before, after)) return [];
  if (!isMembers(before) || !isMembers(after)) return [path];
  const parts = [...new Set([...Object.keys(before), ...Object.keys(after)])].map((name) => ({ name, within: path === '' ? name : `${path}.${name}` }));
  if (!parts.every(({ within }) => isPath(within))) return [path];
  return parts.flatMap(({ name, within }) => differing(before[name], after[name], within));
};

/** Undefined where more changed than is told one by one. */
export const changedPaths = (before: object, after: object): string[] | undefined => {
  const paths = differing(before, after, '').toSorted();
  return paths.length <= limits.discoveryFieldsMax && paths.every(isPath) ? paths : undefined;
};
