/**
 * TestCity: a small city in one process over real sockets, made of files written for the occasion. It ends with its scope.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  Agreement,
  Authority,
  Communication,
  cityDictionary,
  createVocabulary,
  type FederatedFilter,
  type Federation,
  type FederationId,
  federationIdOf,
  type Order,
} from '@cityweave/core';
import {
  type AgencyNode,
  type City,
  createAgencyNode,
  createCity,
  createNodeThreads,
  loadCity,
  loadNode,
  openRecordStore,
  systemDeps,
} from '@cityweave/server';

/** A twin as its agency's file gives it. */
export type TestTwin = { readonly key: string; readonly at: readonly [number, number]; readonly values?: Readonly<Record<string, string | number>> };

export type TestAgency = {
  /** first label of its authority */
  readonly name: string;
  readonly kind: string;
  readonly twins: readonly TestTwin[];
  /** `csv` writes the same twins as a register with columns for the position */
  readonly format?: 'geojson' | 'csv';
  readonly policy?: Readonly<Record<string, unknown>>;
  readonly source?: Readonly<Record<string, unknown>>;
  readonly node?: Readonly<Record<string, unknown>>;
  readonly dictionary?: Readonly<Record<string, unknown>>;
};

/** As a city file has it. */
export type TestNeed = { readonly kind: string } & Readonly<Record<string, unknown>>;

export type TestCityOptions = {
  readonly agencies: readonly TestAgency[];
  /** what the first agency's federation needs; one mandatory need for each other agency's kind where absent; none at all where empty */
  readonly needs?: readonly TestNeed[];
  readonly federation?: Readonly<Record<string, unknown>>;
  /** a folder of an earlier city, to start it again with what it remembers */
  readonly folder?: string;
};

export const authorityOfTest = (name: string): Authority => Authority.parse(`${name}.test.example`);
export const agencyOfTest = (name: string): string => `urn:dtf:agency:${authorityOfTest(name)}`;
export const twinOfTest = (name: string): string => `urn:dtf:twin:${authorityOfTest(name)}:agency`;

const unitByColumn: Readonly<Record<string, string>> = { load: 'kW', power: 'kW', returnPeriod: 'a' };

const featureOf = ({ key, at, values = {} }: TestTwin) => ({
  type: 'Feature',
  geometry: { type: 'Point', coordinates: at },
  properties: { ref: key, ...values },
});

const columnsOf = (twins: readonly TestTwin[]): readonly string[] => [...new Set(twins.flatMap(({ values = {} }) => Object.keys(values)))];

const toGeojson = (twins: readonly TestTwin[]): string => JSON.stringify({ type: 'FeatureCollection', features: twins.map(featureOf) });

const toCsv = (twins: readonly TestTwin[]): string => {
  const columns = columnsOf(twins);
  const rows = twins.map(({ key, at: [x, y], values = {} }) => [key, x, y, ...columns.map((column) => values[column] ?? '')].join(','));
  return [['ref', 'x', 'y', ...columns].join(','), ...rows, ''].join('\n');
};

const propertyOf = (column: string) => ({ column, term: `city:${column}`, ...(unitByColumn[column] && { unit: unitByColumn[column] }) });

const sourceOf = ({ kind, twins, format = 'geojson', source = {} }: TestAgency) => ({
  id: 'things',
  format,
  path: `things.${format}`,
  kind,
  key: { columns: ['ref'] },
  name: '{ref}',
  identifiers: [{ scheme: 'ref', columns: ['ref'] }],
  properties: columnsOf(twins).map(propertyOf),
  otherColumns: 'drop',
  ...(format === 'csv' && { position: { x: 'x', y: 'y' } }),
  ...source,
});

const nodeOf = (agency: TestAgency, isFirst: boolean) => ({
  agency: authorityOfTest(agency.name),
  name: { en: agency.name },
  roles: isFirst ? ['registry', 'twin'] : ['twin'],
  coverage: [0, 0, 1, 1],
  sources: agency.twins.length > 0 ? [sourceOf(agency)] : [],
  ...(agency.policy && { policy: agency.policy }),
  ...(agency.dictionary && { dictionaries: ['words.yaml'] }),
  ...agency.node,
});

const writeAgency = async (folder: string, agency: TestAgency, isFirst: boolean): Promise<void> => {
  const home = join(folder, agency.name);
  await mkdir(home, { recursive: true });
  await writeFile(join(home, `things.${agency.format ?? 'geojson'}`), agency.format === 'csv' ? toCsv(agency.twins) : toGeojson(agency.twins));
  if (agency.dictionary) await writeFile(join(home, 'words.yaml'), JSON.stringify(agency.dictionary));
  await writeFile(join(home, 'node.yaml'), JSON.stringify(nodeOf(agency, isFirst)));
};

export const testFederationId: FederationId = federationIdOf(authorityOfTest('front'), 'test');

const federationRule = ({ agencies, needs, federation }: TestCityOptions) => ({
  id: testFederationId,
  name: { en: 'Test' },
  purpose: 'city:safety',
  initiator: authorityOfTest(agencies[0]?.name ?? ''),
  needs: needs ?? agencies.slice(1).map(({ kind }) => ({ kind })),
  ...federation,
});

/** Writes the city's files; the first agency keeps the registry and begins the federation. */
export const writeCity = async (options: TestCityOptions): Promise<string> => {
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'cityweave-test-')));
  const { agencies, needs } = options;
  await Promise.all(agencies.map((agency, at) => writeAgency(folder, agency, at === 0)));
  const city = {
    city: 'test',
    name: { en: 'Test' },
    registry: authorityOfTest(agencies[0]?.name ?? ''),
    nodes: agencies.map(({ name }) => ({ file: `${name}/node.yaml` })),
    federations: needs?.length === 0 ? [] : [federationRule(options)],
  };
  await writeFile(join(folder, 'city.yaml'), JSON.stringify(city));
  return folder;
};

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
  /** A node that was closed, with what it remembers, at its address; with another node file where it says so. */
  readonly startAgain: (name: string, address: string, changes?: Readonly<Record<string, unknown>>) => Promise<AsyncDisposable>;
};

export type TestQuestion = {
  readonly filter?: FederatedFilter;
  readonly first?: number;
  readonly count?: boolean;
  readonly after?: string | undefined;
  readonly deadlineMs?: number;
  readonly terms?: readonly string[];
  readonly order?: Order;
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

type Again = Readonly<Record<'folder' | 'name' | 'address' | 'registry', string>> & { readonly changes: Readonly<Record<string, unknown>> };

const startAgain = async ({ folder, name, address, registry, changes }: Again): Promise<AsyncDisposable> => {
  const deps = systemDeps();
  const threads = createNodeThreads(deps.timers);
  const file = valueOf(await loadNode(join(folder, name, 'node.yaml'), {}));
  const node = { ...file, ...changes, listen: { host: '127.0.0.1', port: Number(new URL(address).port) }, registry: { address: registry } };
  const directory = join(folder, 'state', authorityOfTest(name));
  const vocabulary = createVocabulary([cityDictionary]);
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
  const city = valueOf(await createCity({ city: loaded, state: join(folder, 'state'), logLevel: 'silent', freePorts: true }));
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
    startAgain: (name, address, changes = {}) => startAgain({ folder, name, address, registry: city.front.address, changes }),
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

/** What a node remembers of what was agreed and connected, read from its own file. */
export const readKept = (folder: string, name: string): Kept => {
  const records = valueOf(openRecordStore({ directory: join(folder, 'state', authorityOfTest(name)), clock: systemDeps().clock }));
  const agreements = records.list('agreement').map(({ value }) => Agreement.parse(value));
  const connections = records.list('communication').map(({ value }) => Communication.parse(value));
  records.close();
  return { agreements, connections };
};

/** Four agencies on one square: who plans and asks, the river, the grid, and the fire brigade. */
export const fourAgencies = (changes: Readonly<Record<string, Partial<TestAgency>>> = {}): readonly TestAgency[] => {
  const agencies: readonly TestAgency[] = [
    { name: 'front', kind: 'city:Building', twins: [{ key: 'house', at: [0.1, 0.1], values: { height: 12 } }] },
    { name: 'water', kind: 'city:RiverGauge', twins: [1, 2, 3].map((n) => ({ key: `gauge-${n}`, at: [0.2, 0.1 * n], values: { waterLevel: n } })) },
    {
      name: 'energy',
      kind: 'city:Substation',
      twins: [1, 2, 3].map((n) => ({ key: `station-${n}`, at: [0.3, 0.1 * n], values: { load: 100 * n, owner: 'GRID-SECRET' } })),
    },
    { name: 'fire', kind: 'city:FireStation', format: 'csv', twins: [1, 2].map((n) => ({ key: `fire-${n}`, at: [0.4, 0.1 * n], values: { phone: `1${n}` } })) },
  ];
  return agencies.map((agency) => ({ ...agency, ...changes[agency.name] }));
};
