/**
 * What one agency's space in a Neo4j server is made of: its labels, constraints and indexes, and the steps from one version of them to the next.
 * Community has one user database, so every name of a space holds the agency's authority: nothing of one agency is met by a statement of another.
 */
import { assert } from '@cityweave/core';

/** A statement and its parameters. What a caller gives is a parameter, never text. */
export type Cypher = { readonly text: string; readonly params: Readonly<Record<string, unknown>> };

export const cypher = (text: string, params: Cypher['params'] = {}): Cypher => ({ text, params });

const steadily = 'CYPHER replan=skip ';

/**
 * A statement that has one good plan, whatever the server counts: it begins at the one index that fits. While a store grows, the server would throw its plans away
 * every ten seconds and make them anew, for each agency that shares it.
 */
export const steady = (text: string, params: Cypher['params'] = {}): Cypher => cypher(`${steadily}${text}`, params);

/** Statements that give nothing as one: each sees what those before it did. Told apart by their places are their parameters too. */
export const inTurn = (statements: readonly Cypher[]): Cypher => {
  const named = (name: string, at: number): string => `${name}${at}`;
  const texts = statements.map(({ text }, at) => `CALL () { ${text.replace(steadily, '').replaceAll(/\$(\w+)/g, (_, name) => `$${named(name, at)}`)} }`);
  const params = statements.flatMap((one, at) => Object.entries(one.params).map(([name, value]) => [named(name, at), value]));
  return steady(texts.join('\n'), Object.fromEntries(params));
};

/** Names of labels and of types of relationships, quoted. */
export type Space = {
  /** every id that something is known of: twins, and the far ends of links to twins of others */
  readonly end: string;
  readonly twin: string;
  /** an alternative id or an object of interest */
  readonly identifier: string;
  readonly knownAs: string;
  readonly link: string;
  /** what a transaction added to the change log */
  readonly log: string;
  readonly join: string;
  /** what was said before of a twin or a link, of each series the last samples; earlier ones are in chunks */
  readonly past: string;
  readonly chunk: string;
  /** the head of the log, cursors of peers, kinds and their terms, imports, writers, the version of the schema */
  readonly register: string;
  readonly words: string;
  /** what the names of all indexes of this space end with, and of no other */
  readonly ending: string;
  /** name of an index of this space */
  readonly index: (name: string) => string;
};

const authorityForm = /^[a-z0-9.-]+$/;

export const spaceOf = (authority: string): Space => {
  assert(authorityForm.test(authority), 'an authority has letters, digits, dots and hyphens only');
  const named = (noun: string): string => `\`${noun} ${authority}\``;
  return {
    end: named('End'),
    twin: named('Twin'),
    identifier: named('Identifier'),
    knownAs: named('KNOWN_AS'),
    link: named('LINK'),
    log: named('Log'),
    join: named('Join'),
    past: named('Past'),
    chunk: named('Chunk'),
    register: named('Register'),
    words: `words ${authority}`,
    ending: ` ${authority}`,
    index: named,
  };
};

/** Of what is a point and nothing more. */
export const pointPlace = 'at0';

/**
 * A box has its centre in the property of its size, so that a point index finds boxes: what is searched is grown by half of the size.
 * Degrees of the longer side; the last class has no bound and is looked through whole.
 */
export const sizes = [
  { place: pointPlace, degrees: 0 },
  { place: 'at1', degrees: 0.001 },
  { place: 'at2', degrees: 0.01 },
  { place: 'at3', degrees: 0.1 },
  { place: 'at4', degrees: 360 },
] as const;

const unique = ({ index }: Space, name: string, [label, ...properties]: readonly string[]): string =>
  `CREATE CONSTRAINT ${index(name)} IF NOT EXISTS FOR (n:${label}) REQUIRE (${properties.map((property) => `n.${property}`).join(', ')}) IS UNIQUE`;

const range = ({ index }: Space, name: string, [label, ...properties]: readonly string[]): string =>
  `CREATE INDEX ${index(name)} IF NOT EXISTS FOR (n:${label}) ON (${properties.map((property) => `n.${property}`).join(', ')})`;

const ofLinks = ({ index, link }: Space, name: string, property: string): string =>
  `CREATE INDEX ${index(name)} IF NOT EXISTS FOR ()-[l:${link}]-() ON (l.${property})`;

const point = ({ index, twin }: Space, property: string): string => `CREATE POINT INDEX ${index(property)} IF NOT EXISTS FOR (n:${twin}) ON (n.${property})`;

/** Words were folded by core before they came here, the same for every store: the index splits them at spaces and does nothing else. */
const fullText = ({ twin, words }: Space): string =>
  `CREATE FULLTEXT INDEX \`${words}\` IF NOT EXISTS FOR (n:${twin}) ON EACH [n.words] OPTIONS {indexConfig: {\`fulltext.analyzer\`: 'whitespace'}}`;

export type Migration = {
  /** constraints are made in a transaction of their own */
  readonly constraints: readonly string[];
  readonly indexes: readonly string[];
};

/** What is there is converted, or a later step makes otherwise what this one made. */
const nothingNew = (): Migration => ({ constraints: [], indexes: [] });

/** Every step may be taken again: a process may have ended in the middle of it. The place in the list is the version reached. */
const migrations: readonly ((space: Space) => Migration)[] = [
  (space) => ({
    constraints: [
      unique(space, 'End id', [space.end, 'id']),
      unique(space, 'Join key', [space.join, 'key']),
      unique(space, 'Register key', [space.register, 'key']),
    ],
    indexes: [
      ...sizes.map(({ place }) => point(space, place)),
      range(space, 'Twin kind', [space.twin, 'kind', 'id']),
      range(space, 'Twin source', [space.twin, 'source', 'id']),
      range(space, 'Identifier key', [space.identifier, 'key']),
      range(space, 'Chunk last', [space.chunk, 'series', 'last']),
      ofLinks(space, 'Link id', 'id'),
      ofLinks(space, 'Link kind', 'kind'),
      fullText(space),
    ],
  }),
  // made what the next step makes otherwise
  nothingNew,
  (space) => ({
    constraints: [unique(space, 'Past key', [space.past, 'key'])],
    // of links of which something else was said, by their ends
    indexes: [range(space, 'Past src', [space.past, 'src']), range(space, 'Past dst', [space.past, 'dst'])],
  }),
  (space) => ({ constraints: [unique(space, 'Log last', [space.log, 'last'])], indexes: [] }),
  // a twin's text is one JSON
  nothingNew,
  // words of names are told with their places
  nothingNew,
  // a past says which of its series have chunks
  nothingNew,
  // words are told with the beginnings of ids
  nothingNew,
  // words are told once, and the beginnings of numbers with them
  nothingNew,
];

/** The version that a space of this program has. */
export const newestSchema = migrations.length;

export const migrationsOf = (space: Space): readonly Migration[] => migrations.map((step) => step(space));

export const schemaVersion = (space: Space): Cypher => cypher(`MATCH (r:${space.register}) WHERE r.key = 'schema' RETURN r.version AS version`);

/** From then on nobody writes who does not know that version: it stands where every writer looks under the lock. */
export const fence = (space: Space, version: unknown): Cypher =>
  cypher(`MATCH (h:${space.register}) WHERE h.key = 'head' SET h.schema = $version`, { version });

/** The head of the log stands in one node: whoever writes locks it first, so that the order of numbers is the order of commits. */
export const noteVersion = (space: Space, version: unknown): Cypher =>
  cypher(
    `MERGE (s:${space.register} {key: 'schema'}) SET s.version = $version
MERGE (h:${space.register} {key: 'head'}) ON CREATE SET h.seq = 0, h.oldest = 0 SET h.schema = $version`,
    { version },
  );

/** Indexes of this space that cannot be asked yet. They are looked at one moment after the other: an index is not finished while a transaction is open that began before it, as one that waits for indexes would be. */
export const unfinishedIndexes = ({ ending }: Space): Cypher =>
  cypher("SHOW INDEXES YIELD name, state WHERE name ENDS WITH $ending AND state <> 'ONLINE' RETURN name, state", { ending });
