/**
 * Load: node files and city files from disk: YAML, values from the environment, unknown keys refused with the nearest known one, paths made absolute.
 */
import { readFile } from 'node:fs/promises';
import { dirname, isAbsolute, resolve } from 'node:path';
import {
  acceptedBy,
  cityDictionary,
  createVocabulary,
  fail,
  ok,
  placedIssue,
  problem,
  type Result,
  SemanticDictionary,
  shorten,
  type Vocabulary,
} from '@cityweave/core';
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { brokerOf, type LoadedBroker, loadBroker } from './broker-rule.ts';
import { checkNode, nearest } from './check-node.ts';
import { CityFile, NodeFile } from './node-file.ts';
import { settleStore } from './store-settings.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export type LoadedCity = Omit<CityFile, 'nodes' | 'brokers'> & {
  readonly brokers: readonly LoadedBroker[];
  readonly nodes: readonly NodeFile[];
  readonly vocabularies: readonly SemanticDictionary[];
  /** folder of the city file */
  readonly folder: string;
};

const configBytesMax = 4 * 1024 * 1024;
const aliasesMax = 1_000;

const readText = async (path: string): Promise<Result<string>> => {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined) return fail(problem('badConfiguration', { subject: shorten(path), found: 'no such file', accepted: 'the path of a YAML file' }));
  if (Buffer.byteLength(text) > configBytesMax) return fail(problem('tooLarge', { subject: shorten(path), limit: configBytesMax }));
  return ok(text);
};

const parseYaml = (path: string, text: string): Result<unknown> => {
  const document = parseDocument(text, { prettyErrors: true, merge: true });
  const [error] = document.errors;
  const refuse = (found: string) => fail(problem('badConfiguration', { subject: shorten(path), found: found.split('\n')[0] ?? 'not YAML', accepted: 'YAML' }));
  if (error) return refuse(error.message);
  try {
    return ok(document.toJS({ maxAliasCount: aliasesMax }));
  } catch (cause) {
    // more is unfolded from aliases than a person writes
    return refuse(String(cause));
  }
};

/** Where the real data is: relative to the working directory, unlike every other path. */
const dataVariable = 'DATA';

const valueOf = (name: string, fallback: string | undefined, environment: Environment): string | undefined => {
  const value = environment[name] || fallback;
  return name === dataVariable && value !== undefined ? resolve(value) : value;
};

const variable = /\$\{([A-Z][A-Z0-9_]*)(?::-([^}]*))?\}/g;

/** `${NAME}` and `${NAME:-default}` in a text; undefined where a name without default is not set. */
const fillText = (text: string, environment: Environment): string | undefined => {
  let missing = false;
  const filled = text.replace(variable, (_, name: string, fallback: string | undefined) => {
    const value = valueOf(name, fallback, environment);
    missing ||= value === undefined;
    return value ?? '';
  });
  return missing ? undefined : filled;
};

const numeric = /^-?\d+$/;

/** A text that was nothing but a variable may stand for a number, as a port does. */
const typed = (before: string, filled: string): string | number =>
  before !== filled && before.startsWith('${') && before.endsWith('}') && numeric.test(filled) ? Number(filled) : filled;

type Filled = { readonly value: unknown; readonly missing: readonly string[] };

const fill = (raw: unknown, environment: Environment): Filled => {
  if (typeof raw === 'string') {
    const filled = fillText(raw, environment);
    return filled === undefined ? { value: raw, missing: [raw] } : { value: typed(raw, filled), missing: [] };
  }
  if (typeof raw !== 'object' || raw === null) return { value: raw, missing: [] };
  const parts = Object.entries(raw).map(([key, part]) => [key, fill(part, environment)] as const);
  const missing = parts.flatMap(([, part]) => part.missing);
  return { value: Array.isArray(raw) ? parts.map(([, part]) => part.value) : Object.fromEntries(parts.map(([key, part]) => [key, part.value])), missing };
};

/** The keys that a schema knows at a path, by its JSON Schema. */
const knownKeys = (schema: z.ZodType, path: readonly PropertyKey[]): readonly string[] => {
  const all: unknown = z.toJSONSchema(schema, { unrepresentable: 'any', io: 'input', reused: 'inline' });
  const keys = new Set<string>();
  const walk = (node: unknown, rest: readonly PropertyKey[]): void => {
    if (typeof node !== 'object' || node === null) return;
    const { properties, items, anyOf, additionalProperties } = node as Record<string, unknown>; // branding: a JSON Schema is an object of these
    for (const option of Array.isArray(anyOf) ? anyOf : []) walk(option, rest);
    const [head, ...tail] = rest;
    if (head === undefined) for (const key of Object.keys(properties ?? {})) keys.add(key);
    else if (typeof head === 'number') walk(items, tail);
    else walk((properties as Record<string, unknown> | undefined)?.[String(head)] ?? additionalProperties, tail); // branding: as above
  };
  walk(all, path);
  return [...keys];
};

type Failed = { readonly file: string; readonly schema: z.ZodType; readonly raw: unknown };

const valueAt = (raw: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>((value, name) => (typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined), raw);

/** What stands before the last @ of an address may be a name and password, whatever characters they have and whether a scheme is before them. */
const withoutSecret = (text: string): string => text.replace(/^([a-z][\w+.-]*:\/\/)?.*:.*@/is, '$1');

/** What is secret is not repeated: it may stand in anything that has parts. */
const foundAt = (raw: unknown, path: readonly PropertyKey[]): string => {
  if (path.at(-1) === 'password') return 'a password that is not shown';
  const found = valueAt(raw, path);
  if (Array.isArray(found)) return 'a list';
  if (typeof found === 'object' && found !== null) return 'a mapping';
  return shorten(typeof found === 'string' ? withoutSecret(found) : found);
};

const explain = (error: z.ZodError, { file, schema, raw }: Failed) => {
  const [first] = error.issues;
  const { issue, path } = first ? placedIssue(first) : { issue: undefined, path: [] };
  const where = `${shorten(file)}#/${path.map(String).join('/')}`;
  if (!issue) return problem('badConfiguration', { path: where, accepted: 'another value' });
  if (issue.code !== 'unrecognized_keys') {
    return problem('badConfiguration', { path: where, found: foundAt(raw, path), accepted: acceptedBy(issue) });
  }
  const [unknown = ''] = issue.keys;
  const meant = nearest(unknown, knownKeys(schema, path));
  return problem('badConfiguration', { path: where, found: `unknown key ${unknown}`, ...(meant && { accepted: `${meant}?` }) });
};

const parseFile = async <S extends z.ZodType>(path: string, schema: S, environment: Environment): Promise<Result<z.infer<S>>> => {
  const text = await readText(path);
  if (!text.ok) return text;
  const raw = parseYaml(path, text.value);
  if (!raw.ok) return raw;
  const { value, missing } = fill(raw.value, environment);
  if (missing.length > 0)
    return fail(
      problem('badConfiguration', {
        path: shorten(path),
        found: `${missing[0]} without a value`,
        accepted: 'the variable in the environment, or a default after :-',
      }),
    );
  const parsed = schema.safeParse(value);
  return parsed.success ? ok(parsed.data) : fail(explain(parsed.error, { file: path, schema, raw: value }));
};

const from = (folder: string, path: string): string => (isAbsolute(path) ? path : resolve(folder, path));

const withPaths = (node: NodeFile, folder: string): NodeFile => ({
  ...node,
  store: { ...node.store, ...(node.store.passwordFile !== undefined && { passwordFile: from(folder, node.store.passwordFile) }) },
  dictionaries: node.dictionaries.map((path) => from(folder, path)),
  sources: node.sources.map((source) => ({ ...source, path: from(folder, source.path) })),
});

/** With its paths relative to its file, and with what the environment says of its store. */
const settle = async (given: NodeFile, folder: string, environment: Environment): Promise<Result<NodeFile>> => {
  const node = withPaths(given, folder);
  const store = await settleStore(node.store, environment);
  return store.ok ? ok({ ...node, store: store.value }) : store;
};

export const loadNode = async (path: string, environment: Environment): Promise<Result<NodeFile>> => {
  const parsed = await parseFile(path, NodeFile, environment);
  return parsed.ok ? settle(parsed.value, dirname(resolve(path)), environment) : parsed;
};

const loadDictionaries = async (paths: readonly string[], environment: Environment): Promise<Result<readonly SemanticDictionary[]>> => {
  const loaded: SemanticDictionary[] = [];
  for (const path of paths) {
    const dictionary = await parseFile(path, SemanticDictionary, environment);
    if (!dictionary.ok) return dictionary;
    loaded.push(dictionary.value);
  }
  return ok(loaded);
};

export type LoadedNode = { readonly node: NodeFile; readonly vocabulary: Vocabulary };

/** A node file that stands alone, with its dictionaries, checked. */
export const loadNodeAlone = async (path: string, environment: Environment): Promise<Result<LoadedNode>> => {
  const node = await loadNode(path, environment);
  if (!node.ok) return node;
  const dictionaries = await loadDictionaries(node.value.dictionaries, environment);
  if (!dictionaries.ok) return dictionaries;
  const vocabulary = createVocabulary([cityDictionary, ...dictionaries.value]);
  const checked = checkNode(node.value, vocabulary);
  const brokers = checked.ok ? checkBrokers(path, [], [node.value]) : checked;
  return brokers.ok ? ok({ node: node.value, vocabulary }) : brokers;
};

const loadNodes = async ({ nodes }: CityFile, folder: string, environment: Environment): Promise<Result<readonly NodeFile[]>> => {
  const loaded: NodeFile[] = [];
  for (const given of nodes) {
    const node = 'file' in given ? await loadNode(from(folder, given.file), environment) : await settle(given, folder, environment);
    if (!node.ok) return node;
    loaded.push(node.value);
  }
  return ok(loaded);
};

/** Every broker that an interface names is one of the city's. */
const checkBrokers = (path: string, brokers: readonly { readonly id: string }[], nodes: readonly NodeFile[]): Result<true> => {
  const known = brokers.map(({ id }) => id);
  const named = nodes.flatMap(({ interfaces, farFunctions }) => [
    ...interfaces.flatMap(({ address, history }) => [address, ...(history ? [history.address] : [])]),
    ...farFunctions.map(({ address }) => address),
  ]);
  const unknown = named.map(brokerOf).find((id) => id !== undefined && !known.includes(id));
  if (unknown === undefined) return ok(true);
  const accepted = nearest(unknown, known) ?? 'an address that begins with http: or https:';
  return fail(problem('badConfiguration', { path: shorten(path), found: `broker:${unknown}, which is no broker of a city file`, accepted }));
};

const loadBrokers = async ({ brokers }: CityFile, folder: string): Promise<Result<readonly LoadedBroker[]>> => {
  const loaded: LoadedBroker[] = [];
  for (const { entities, recording, ...rule } of brokers) {
    const broker = await loadBroker({ ...rule, entities: from(folder, entities), ...(recording !== undefined && { recording: from(folder, recording) }) });
    if (!broker.ok) return broker;
    loaded.push(broker.value);
  }
  return ok(loaded);
};

const checkAuthorities = (path: string, { registry, federations }: CityFile, nodes: readonly NodeFile[]): Result<true> => {
  const known = nodes.map(({ agency }) => agency);
  const unknown = [registry, ...federations.map(({ initiator }) => initiator)].find((authority) => !known.includes(authority));
  if (unknown !== undefined)
    return fail(
      problem('badConfiguration', {
        path: shorten(path),
        found: `${unknown} is no agency of this city`,
        accepted: nearest(unknown, known) ?? known.join(', '),
      }),
    );
  const twice = known.find((authority, at) => known.indexOf(authority) !== at);
  if (twice !== undefined) return fail(problem('badConfiguration', { path: shorten(path), found: `${twice} twice`, accepted: 'one node an agency' }));
  const hasRole = nodes.find(({ agency }) => agency === registry)?.roles.includes('registry');
  return hasRole
    ? ok(true)
    : fail(problem('badConfiguration', { path: shorten(path), found: `${registry} without the role registry`, accepted: 'roles: [registry, ...] for it' }));
};

export const loadCity = async (path: string, environment: Environment): Promise<Result<LoadedCity>> => {
  const parsed = await parseFile(path, CityFile, environment);
  if (!parsed.ok) return parsed;
  const folder = dirname(resolve(path));
  const nodes = await loadNodes(parsed.value, folder, environment);
  if (!nodes.ok) return nodes;
  const checked = checkAuthorities(path, parsed.value, nodes.value);
  const named = checked.ok ? checkBrokers(path, parsed.value.brokers, nodes.value) : checked;
  if (!named.ok) return named;
  const brokers = await loadBrokers(parsed.value, folder);
  if (!brokers.ok) return brokers;
  const paths = [...parsed.value.dictionaries.map((name) => from(folder, name)), ...nodes.value.flatMap(({ dictionaries }) => dictionaries)];
  const vocabularies = await loadDictionaries([...new Set(paths)], environment);
  if (!vocabularies.ok) return vocabularies;
  const vocabulary = createVocabulary([cityDictionary, ...vocabularies.value]);
  const wrong = nodes.value.map((node) => checkNode(node, vocabulary)).find((one) => !one.ok);
  return wrong && !wrong.ok ? wrong : ok({ ...parsed.value, brokers: brokers.value, nodes: nodes.value, vocabularies: vocabularies.value, folder });
};
