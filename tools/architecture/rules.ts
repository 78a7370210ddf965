/**
 * The rules of the house as tables: which room may import which, where each power lives, and which words name nothing.
 */

/** Order of core is reading order: a room sees only those above it. */
export const coreArrows: Readonly<Record<string, readonly string[]>> = {
  ground: [],
  twin: ['ground'],
  federation: ['ground', 'twin'],
  message: ['ground', 'twin', 'federation'],
  scene: ['ground'],
  index: ['ground', 'twin', 'federation', 'message', 'scene'],
};

const ground = ['deps', 'trace', 'events'];
const roles = ['registry', 'orchestration'];
const rooms = [
  ...ground,
  'broker',
  'config',
  'store',
  'import',
  'functions',
  'trust',
  'log',
  'protocol',
  'exchange',
  ...roles,
  'adaptor',
  'graphql',
  'tiles',
  'http',
];

/** Registry and orchestration are roles of one node: neither knows the other, so that either can move out with its folder. */
export const serverArrows: Readonly<Record<string, readonly string[]>> = {
  deps: [],
  trace: [],
  events: ['deps', 'trace'],
  import: [...ground, 'store'],
  config: [...ground, 'import', 'broker'],
  // a system that an agency of a shown city has of its own: it knows of no twin
  broker: [...ground, 'import'],
  store: ground,
  trust: [...ground, 'store'],
  log: [...ground, 'store', 'trust'],
  protocol: [...ground, 'trust'],
  exchange: [...ground, 'store', 'protocol', 'trust', 'log'],
  // the kit speaks as anybody would: it knows nothing of a node's rooms
  conformance: [...ground, 'trust', 'protocol', 'exchange', 'log'],
  registry: [...ground, 'store', 'exchange'],
  adaptor: [...ground, 'store', 'trust', 'log', 'protocol', 'exchange'],
  // joins are declared by sources and resolved over the exchange
  // what an agency computes for others, from its store alone
  functions: [...ground, 'store'],
  orchestration: [...ground, 'config', 'store', 'import', 'functions', 'trust', 'log', 'exchange', 'protocol'],
  graphql: [...ground, 'store', 'log', ...roles],
  // a scene is made of what a federation's sources say
  tiles: [...ground, 'orchestration'],
  http: [...ground, 'protocol', 'trust', 'exchange', 'graphql', 'orchestration', 'tiles'],
  'node-threads': [...ground, 'store', 'import', 'tiles'],
  'node-room': [...rooms, 'node-threads'],
  'node-views': [...ground, 'registry', 'orchestration', 'http'],
  'node-desk': [...rooms, 'node-room', 'node-views'],
  // speaks as the node would, and only reads what it remembers
  diagnosis: [...ground, 'store', 'trust', 'protocol', 'exchange', 'orchestration', 'node-room'],
  'agency-node': [...rooms, 'node-threads', 'node-room', 'node-views', 'node-desk'],
  city: [...rooms, 'node-threads', 'node-room', 'agency-node'],
  cli: [...rooms, 'conformance', 'diagnosis', 'node-threads', 'node-room', 'agency-node', 'city'],
  main: ['cli'],
  index: [...rooms, 'node-threads', 'node-room', 'node-views', 'node-desk', 'agency-node', 'city', 'conformance', 'diagnosis', 'cli'],
};

export type Power = {
  readonly name: string;
  readonly form: RegExp;
  /** beginnings of paths under `packages` where it may be used */
  readonly homes: readonly string[];
  /** look into quoted texts as well */
  readonly inTexts?: boolean;
};

/** Each power has one home. Where a rule finds it elsewhere, the file is the wrong one. */
export const powers: readonly Power[] = [
  { name: 'the time', form: /\bDate\.now\b|\bnew Date\(\s*\)/, homes: ['server/src/deps.ts'] },
  { name: 'new identifiers and chance', form: /\brandomUUID\b|\brandomBytes\b|\bgetRandomValues\b|\bMath\.random\b/, homes: ['server/src/deps.ts'] },
  { name: 'the environment', form: /\bprocess\.env\b/, homes: ['server/src/config/', 'server/src/cli/', 'server/src/main.ts'] },
  {
    name: 'SQL',
    form: /\b(SELECT\s|INSERT (OR \w+ )?INTO|UPDATE \w+ SET|DELETE FROM|CREATE (VIRTUAL )?TABLE|PRAGMA \w)/,
    homes: [
      'server/src/store/sqlite/sql',
      'server/src/store/sqlite-reading/sql',
      'server/src/store/sqlite-history/sql',
      'server/src/store/sqlite-moving/sql',
      'server/src/store/sqlite-words/sql',
    ],
    inTexts: true,
  },
  {
    name: 'Cypher',
    form: /\b(MATCH|MERGE) \(|\bUNWIND \$|\bDETACH DELETE\b|\bCALL db\./,
    homes: ['server/src/store/neo4j-cypher/'],
    inTexts: true,
  },
  { name: 'the graph database', form: /from 'neo4j-driver'/, homes: ['server/src/store/neo4j/', 'server/src/store/neo4j-cypher/parameters.ts'], inTexts: true },
  { name: 'the embedded database', form: /from 'node:sqlite'/, homes: ['server/src/store/', 'server/src/import/'], inTexts: true },
  {
    name: 'files',
    form: /from 'node:fs(\/promises)?'/,
    homes: [
      'server/src/store/',
      'server/src/log/',
      'server/src/import/',
      'server/src/config/',
      'server/src/cli/',
      'server/src/graphql/landing-page.ts',
      'server/src/tiles/scene-files.ts',
      'server/src/http/viewer-files.ts',
    ],
    inTexts: true,
  },
  {
    name: 'the network',
    form: /\bfetch\(|from '(node:https?|node:http2|node:net|node:tls|undici|ws)'/,
    homes: [
      'server/src/protocol/',
      'server/src/broker/',
      'server/src/conformance/',
      'server/src/http.ts',
      'server/src/http/',
      'server/src/graphql/web-socket.ts',
      'viewer/src/graphql/',
      'viewer/src/scene/fetching.ts',
    ],
    inTexts: true,
  },
  {
    name: 'HTTP status codes',
    form: /\bstatus(Code)?\s*[:=]\s*[1-5]\d\d\b/,
    homes: ['server/src/http.ts', 'server/src/http/', 'server/src/protocol/', 'server/src/broker/'],
  },
  { name: 'logs and counters', form: /from '(pino|prom-client)'/, homes: ['server/src/events'], inTexts: true },
  { name: 'the terminal', form: /\bconsole\.|\bprocess\.(stdout|stderr)\b/, homes: ['server/src/cli/', 'server/src/events'] },
  { name: 'the end of the process', form: /\bprocess\.(exit\b|exitCode\b|kill\b|on\()/, homes: ['server/src/main.ts', 'server/src/cli/'] },
  {
    // the compiler sees to it that a record's state was entered; these are the ways around it
    name: 'a state that was not entered through its table',
    form: /\bas (Entered\b|Agreement\b|Federation\b|Member\b|Communication\b|KeptCandidate\b|FunctionRun\b|TwinEntry\b|FeatureEntry\b)(?!\[)|\bstandsIn\b|\bshape\.state\b|brand<'entered'>\(\)\.parse/,
    homes: ['core/src/ground/lifecycle.ts', 'core/src/ground/trial-state.ts', 'server/src/registry/entry.ts', 'server/src/registry/feature-entry.ts'],
  },
  {
    name: 'records of a lifecycle under a name written by hand',
    form: /noun: '(agreement|federation|membership|communication|registry\.\w+)'/,
    homes: ['server/src/registry/entry.ts', 'server/src/registry/feature-entry.ts'],
    inTexts: true,
  },
  { name: 'throw', form: /(?<![.\w])throw\b/, homes: ['core/src/ground/assert.ts', 'server/src/graphql/schema/scalars.ts'] },
];

/** Rooms that touch no foreign library, so that nothing can be thrown at them that is not a bug. */
export const roomsWithoutCatch: readonly string[] = ['registry', 'orchestration', 'adaptor', 'deps', 'events', 'agency-node'];

/** They name nothing. The last one is a spelling: the standard says adaptor. */
export const wordsNotUsed: readonly string[] = [
  ...['manager', 'service', 'handler', 'helper', 'helpers', 'util', 'utils', 'common', 'data', 'info', 'entity', 'model', 'base', 'impl'],
  'adapter',
];

/** The standard's own terms, and those of the formats we read, that hold such a word. */
export const termsOfOthers: readonly string[] = ['exchange-data', 'data-area', 'data-format', 'data-type', 'service-object', 'ngsi-entity'];

/** Limits of style; the aim is lower. Lines of files and functions are counted by Biome. Nouns (a schema and its type) are not counted as names. */
export const bounds = { filesPerFolder: 14, foldersDeep: 2, exportedNames: 12 } as const;

/** Files that are one table each: many names, one idea. */
export const tables: Readonly<Record<string, string>> = {
  'packages/core/src/ground/id.ts': 'every kind of identifier and how each is made',
  'packages/server/src/store/neo4j-cypher/read.ts': 'every question by name that is asked of Neo4j',
  'packages/server/src/store/neo4j-cypher/upkeep.ts': 'every statement by which Neo4j is looked after',
  'packages/server/src/store/neo4j-cypher/write.ts': 'every statement by which Neo4j is written to',
  'packages/core/src/message/object-information.ts': 'every object that a message may carry, in the words of the wire',
};

/** Problems that no test provokes yet; the list must be exact, so that it only gets shorter. */
export const problemsWithoutTest: readonly string[] = [];
