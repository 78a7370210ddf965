/**
 * TestCity: a small city in one process over real sockets, made of files written for the occasion. It ends with its scope.
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Agreement, Communication, cityDictionary, createVocabulary, type FederatedFilter, type Federation, type Order, type TwinQuery } from '@cityweave/core';
import {
  type AgencyNode,
  type City,
  createAgencyNode,
  createCity,
  createNodeThreads,
  type Deps,
  loadCity,
  loadNode,
  openRecordStore,
  systemDeps,
} from '@cityweave/server';
import { agencyOfTest, authorityOfTest, type TestCityOptions, testFederationId, writeCity } from './city-files.ts';

/** A test cannot go on without it: says what was in the way. */
export const valueOf = <T>(result: { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: unknown }): T => {
  if (!result.ok) throw new Error(JSON.stringify(result.problem));
  return result.value;
};

export const present = <T>(value: T | undefined, what: string): T => {
  if (value === undefined) throw new Error(`no ${what}`);
  return value;
};

/** Looks at real state until it is as wished; what it was last is told where that never happens. */
export const until = async <T>(look: () => T | Promise<T>, isThere: (state: T) => boolean, what: string): Promise<T> => {
  const end = AbortSignal.timeout(60_000);
  for (;;) {
    const state = await look();
    if (isThere(state)) return state;
    if (end.aborted) throw new Error(`never ${what}: ${JSON.stringify(state)?.slice(0, 2_000)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};

export type TestAnswer = { readonly data?: Record<string, unknown>; readonly errors?: readonly { readonly message: string }[] };

export const askGraphql = async (address: string, query: string, variables: Record<string, unknown> = {}): Promise<TestAnswer> => {
  const response = await fetch(new URL('/graphql', address), {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  return response.json();
};

const exchangesQuery = 'query ($id: ID!) { federation(id: $id) { log(first: 100) { nodes { n direction verb object from } } } }';

export type Exchange = { readonly n: number; readonly what: string };

/** The newest entries of a node's exchange log under the federation, the newest first: `HEARD notify.feature of urn:dtf:twin:...`. */
export const exchanges = async (address: string): Promise<readonly Exchange[]> => {
  const { data } = await askGraphql(address, exchangesQuery, { id: testFederationId });
  type Entry = Pick<Exchange, 'n'> & Readonly<Record<'direction' | 'verb' | 'object' | 'from', string>>;
  const { nodes } = (data as { federation: { log: { nodes: readonly Entry[] } } }).federation.log; // branding: as asked
  return nodes.map(({ n, direction, verb, object, from }) => ({ n, what: `${direction} ${verb}.${object} of ${from}` }));
};

/** What is another when a node is started again: members of its node file, its clock, where it looks for the registry. */
export type Otherwise = { readonly changes?: Readonly<Record<string, unknown>>; readonly deps?: Deps; readonly registry?: string };

export type TestCity = AsyncDisposable & {
  readonly city: City;
  readonly folder: string;
  readonly front: AgencyNode;
  readonly node: (name: string) => AgencyNode;
  readonly federation: () => Federation;
  readonly active: () => Promise<Federation>;
  /** ids of the twins found, and the report of each agency by its short name */
  readonly ask: (question?: TestQuestion) => Promise<TestFound>;
  readonly stop: () => Promise<void>;
  /** A node that was closed, with what it remembers, at its address; otherwise than before where it says so. */
  readonly startAgain: (name: string, address: string, otherwise?: Otherwise) => Promise<AsyncDisposable>;
};

export type TestQuestion = {
  readonly filter?: FederatedFilter;
  readonly first?: number;
  readonly count?: boolean;
  readonly after?: string | undefined;
  readonly deadlineMs?: number;
  readonly terms?: readonly string[];
  readonly order?: Order;
  readonly links?: TwinQuery['links'];
  readonly signal?: AbortSignal;
};

type Answer = Extract<Awaited<ReturnType<AgencyNode['orchestration']['ask']>>, { ok: true }>['value'];
type SourceReport = Answer['sources'][number];

export type TestFound = Answer & { readonly ids: readonly string[]; readonly source: (name: string) => SourceReport };

const toFound = (answer: Answer): TestFound => ({
  ...answer,
  ids: answer.rows.map(({ twin }) => twin.id),
  source: (name) =>
    present(
      answer.sources.find(({ agency }) => agency === agencyOfTest(name)),
      `report of ${name}`,
    ),
});

const askCity = async (
  front: AgencyNode,
  federation: Federation,
  { deadlineMs = 10_000, first = 500, signal, ...question }: TestQuestion,
): Promise<TestFound> =>
  // branding: a test gives terms as texts
  toFound(
    valueOf(await front.orchestration.ask(federation, { first, ...question } as Parameters<AgencyNode['orchestration']['ask']>[1], { deadlineMs, signal })),
  );

type Again = Readonly<Record<'folder' | 'name' | 'address' | 'registry', string>> &
  Omit<Otherwise, 'registry'> & { readonly vocabulary: ReturnType<typeof createVocabulary> };

const startAgain = async ({ folder, name, address, registry, vocabulary, changes = {}, deps = systemDeps() }: Again): Promise<AsyncDisposable> => {
  const threads = createNodeThreads(deps.timers);
  const file = valueOf(await loadNode(join(folder, name, 'node.yaml'), {}));
  const node = { ...file, ...changes, listen: { host: '127.0.0.1', port: Number(new URL(address).port) }, registry: { address: registry } };
  const directory = join(folder, 'state', authorityOfTest(name));
  const started = valueOf(await createAgencyNode({ node, directory, deps, logLevel: 'silent', production: false, vocabulary, examples: [], threads }));
  return {
    [Symbol.asyncDispose]: async () => {
      await started.close();
      await threads[Symbol.asyncDispose]();
    },
  };
};

export const createTestCity = async (options: TestCityOptions): Promise<TestCity> => {
  const folder = await writeCity(options);
  const loaded = valueOf(await loadCity(join(folder, 'city.yaml'), {}));
  const { examples = [] } = options;
  const city = valueOf(await createCity({ city: loaded, state: join(folder, 'state'), logLevel: 'silent', freePorts: true, examples }));
  const vocabulary = createVocabulary([cityDictionary, ...loaded.vocabularies]);
  const federation = () => present(city.front.orchestration.federation(testFederationId), 'federation');
  let stopped: Promise<void> | undefined;
  const stop = () => {
    stopped ??= city.close();
    return stopped;
  };
  await Promise.all(city.nodes.map(({ ready }) => ready));
  return {
    city,
    folder,
    front: city.front,
    node: (name) => present(city.node(authorityOfTest(name)), name),
    federation,
    active: async () => {
      await until(federationState, (state) => state === 'ACTIVE', 'ACTIVE');
      return federation();
    },
    ask: (question = {}) => askCity(city.front, federation(), question),
    stop,
    startAgain: (name, address, otherwise = {}) => startAgain({ folder, name, address, registry: city.front.address, vocabulary, ...otherwise }),
    [Symbol.asyncDispose]: async () => {
      await stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
  function federationState() {
    return city.front.orchestration.federation(testFederationId)?.state;
  }
};

export type Kept = { readonly agreements: readonly Agreement[]; readonly connections: readonly Communication[] };

/** Records of a kind that a node that was closed remembers, read from its own file. */
export const readRecords = (folder: string, name: string, noun: string): readonly unknown[] => {
  const records = valueOf(openRecordStore({ directory: join(folder, 'state', authorityOfTest(name)), clock: systemDeps().clock }));
  const values = records.list(noun).map(({ value }) => value);
  records.close();
  return values;
};

/** What a node remembers of what was agreed and connected, read from its own file. */
export const readKept = (folder: string, name: string): Kept => {
  const agreements = readRecords(folder, name, 'agreement').map((value) => Agreement.parse(value));
  const connections = readRecords(folder, name, 'communication').map((value) => Communication.parse(value));
  return { agreements, connections };
};
