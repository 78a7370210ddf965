import { lintCypherQuery, testData } from '@neo4j-cypher/language-support';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { whole } from '../neo4j-cypher/parameters.ts';
import { type Cypher, cypher, newestSchema, noteVersion, type Space, spaceOf } from '../neo4j-cypher/space.ts';
import { seriesKey } from '../neo4j-history/samples.ts';
import type { Command, TwinStore } from '../store.ts';
import { accepted, at, foreignId, put, putLink, term, twinId } from '../twins.contract.ts';
import { connect } from './connection.ts';
import { drivers, emptyPerFolder, trialServer } from './trial-server.ts';
import { readStatements, registerStatements, schemaStatements, writeStatements } from './trial-statements.ts';

const [a, b, c] = ['a.statements.example', 'b.statements.example', 'c.statements.example'];
const space = spaceOf(a);
const all: Readonly<Record<string, Cypher>> = { ...schemaStatements(space), ...writeStatements(space), ...readStatements(space) };

/** What the linter says of a statement that knows its own parameters; labels and properties are made as they are needed. */
const complaints = ({ text, params }: Cypher): readonly unknown[] => {
  const { functions, procedures } = testData.mockSchema;
  const { diagnostics } = lintCypherQuery(text, { functions: functions ?? {}, procedures: procedures ?? {}, parameters: params });
  return diagnostics.map(({ message }) => message);
};

describe('the Cypher of the store', () => {
  test.each(Object.entries(all))('%s is sound', (_, statement) => expect(complaints(statement)).toEqual([]));

  test('a slip of the pen would be told', () => {
    expect(complaints(cypher('MATCH (t:Twin) WHERE t.id = $id RETURN colesce(t.id)', { id: 1 }))).toHaveLength(1);
    expect(complaints(cypher('MATCH (t:Twin) WHERE t.id = $ids RETURN t.id AS id', { id: 1 }))).toHaveLength(1);
  });

  test('every name of a space holds its agency', () => {
    const { index, ...names } = space;
    const texts = [...Object.values(names), index('x')];
    expect(texts.filter((name) => !name.includes(a))).toEqual([]);
    const used = Object.values(all).flatMap(({ text }) => [...text.matchAll(/[(|]\w*:([^ `){]+)|\[\w*:([^ `\]{]+)/g)].map(([label]) => label));
    expect(used).toEqual([]);
  });
});

/** They change what they look for, or take away what they have found, or finish what comes first before what comes next begins: how often the server reads all of it first. Batches are bounded. */
const eagers: Readonly<Record<string, number>> = {
  noteVersion: 1,
  loadSought: 1,
  createTwins: 1,
  updateTwins: 1,
  deleteTwins: 1,
  sweepEnds: 1,
  deleteIdentifiers: 1,
  deleteLinks: 1,
  deleteJoins: 1,
  putRegisters: 1,
  forgetWriters: 1,
  putImport: 1,
  moveOldest: 1,
  putPasts: 1,
  dropPasts: 1,
  dropChunks: 1,
  forgetChunks: 1,
  cutChunks: 1,
  putLinks: 2,
  'save changes': 6,
  'save new twins': 10,
  'save deletions': 11,
};

const { settings, skipped } = trialServer();

describe.skipIf(!settings)(`the Cypher of the store on a real server${skipped}`, () => {
  const server = settings ?? { uri: '', database: '' };
  const stores: TwinStore[] = [];
  const { release, ...line } = drivers.take(server);
  const { command, write } = connect(line, server.database);

  /** Enough of everything for the planner to have a choice. */
  const fill = async (store: TwinStore): Promise<void> => {
    const keys = Array.from({ length: 600 }, (_, index) => `${index}`);
    const twins = keys.map((key, index) =>
      put(key, {
        kind: index % 3 ? 'Thing' : 'Pump',
        name: `pump ${key}`,
        position: [4 + index / 1000, 45],
        values: { 'city:p': { value: index, unit: 'm' } },
      }),
    );
    const sourced = twins.map((one): Command => (one.op === 'putTwin' ? { ...one, source: 's', digest: 'd' } : one));
    const known = put('1', { name: 'pump 1', object: 'urn:x:1', altIds: [{ scheme: 'no', value: '791' }], values: { 'city:p': { value: 1, unit: 'm' } } });
    const links = keys.map((key, index) => putLink(twinId(key), index % 2 ? foreignId(key) : twinId(`${index + 1}`), index % 5 ? 'feeds' : 'sameAs'));
    const join = { from: twinId('1'), kind: term('locatedIn'), agency: 'urn:dtf:agency:water.example', scheme: 'parcel', value: '7', state: 'PENDING' };
    await accepted(store, [...sourced, known, putLink(twinId('1'), foreignId('9')), ...links]);
    await store.apply([{ op: 'putJoins', from: twinId('1'), joins: [join as never] }], { at, cursor: { peer: 'p', seq: 1 } }); // branding: a join as text
    await store.putImport({ id: 'i', source: 's', digest: 'x', state: 'DONE', startedAt: at });
  };

  beforeAll(async () => {
    for (const authority of [a, b, c]) {
      const opened = await emptyPerFolder(server, authority)('statements');
      stores.push(opened.ok ? opened.value : expect.fail(opened.problem.kind));
    }
    for (const store of stores.slice(0, 2)) await fill(store);
    // the planner counts in the background
    await command(cypher('CALL db.resampleOutdatedIndexes()'));
  }, 180_000);

  afterAll(async () => {
    for (const store of stores) await store.close();
    await release();
  });

  type Plan = { readonly operatorType: string; readonly children: readonly Plan[] };
  const operatorsOf = ({ operatorType, children }: Plan): readonly string[] => [operatorType.replace(/@.*/, ''), ...children.flatMap(operatorsOf)];

  const explain = async ({ text, params }: Cypher): Promise<readonly string[]> => {
    const session = line.driver.session({ database: server.database });
    const { summary } = await session.run(`EXPLAIN ${text}`, params);
    await session.close();
    return summary.plan ? operatorsOf(summary.plan as Plan) : []; // branding: a plan is a tree of operators
  };

  const scans = /LabelScan|AllNodesScan|AllRelationshipsScan|RelationshipTypeScan|CartesianProduct/;
  /** All links of a kind, where it is asked for one. */
  const looksThroughLinks = (name: string, operators: readonly string[]): boolean =>
    name === 'putLinks' && operators.some((operator) => /RelationshipIndex/.test(operator));

  // not the rest of the schema: what makes an index has no plan, and what converts looks for what earlier programs had indexes of
  test.each(Object.entries({ ...writeStatements(space), ...readStatements(space), ...registerStatements(space) }))(
    '%s begins at an index and holds nothing back',
    async (name, statement) => {
      const operators = await explain(statement);
      expect(operators.length).toBeGreaterThan(0);
      expect(operators.filter((operator) => scans.test(operator))).toEqual([]);
      expect(looksThroughLinks(name, operators)).toBe(false);
      expect(operators.filter((operator) => operator === 'Eager')).toHaveLength(eagers[name] ?? 0);
    },
  );

  test('the plans that are kept as a store grows are as good while it is empty', async () => {
    const kept = Object.entries({ ...writeStatements(spaceOf(c)), ...readStatements(spaceOf(c)) }).filter(([, { text }]) => text.includes('replan=skip'));
    expect(kept.length).toBeGreaterThan(50);
    for (const [name, statement] of kept) {
      const operators = await explain(statement);
      expect(
        operators.filter((operator) => scans.test(operator) || looksThroughLinks(name, operators)),
        name,
      ).toEqual([]);
    }
  });

  /** All that a space has, in an order of its own. */
  const contentOf = async ({ end, identifier, log, join, past, chunk, register, link, knownAs }: Space): Promise<readonly string[]> => {
    const nodes = await command(
      cypher(`MATCH (n:${end}|${identifier}|${log}|${join}|${past}|${chunk}|${register}) RETURN labels(n) AS labels, properties(n) AS properties`),
    );
    const links = await command(cypher(`MATCH (n)-[r:${link}|${knownAs}]->(m) RETURN n.id AS src, m.id AS dst, properties(r) AS properties`));
    return [...nodes, ...links].map((row) => JSON.stringify(row)).toSorted();
  };

  const indexesOf = (of: Space): Promise<unknown> =>
    command(cypher('SHOW INDEXES YIELD name WHERE name ENDS WITH $ending RETURN name ORDER BY name', { ending: of.ending }));

  /** What earlier programs left in a space, which the statements of the conversion look for. */
  const leaveFormer = async ({ index }: Space, key: string): Promise<void> => {
    await command(cypher(`CREATE CONSTRAINT ${index('Change seq')} IF NOT EXISTS FOR (n:${index('Change')}) REQUIRE n.seq IS UNIQUE`));
    await command(
      cypher(
        `CREATE (:${index('Series')} {key: $key, id: 'x', name: 'y'}), (:${index('Sample')} {series: $key, observed: 1, recorded: 1}), (:${index('Change')} {seq: 1, id: 'x', op: 'put'})`,
        { key },
      ),
    );
  };
  const formerOf = ({ index }: Space): Promise<unknown> =>
    command(
      cypher(`MATCH (n:${index('Series')}|${index('Sample')}|${index('Change')}) RETURN labels(n) AS labels, properties(n) AS properties ORDER BY labels`),
    );
  const dropFormer = async ({ index }: Space): Promise<void> => {
    await command(cypher(`MATCH (n:${index('Series')}|${index('Sample')}|${index('Change')}) DELETE n`));
    await command(cypher(`DROP CONSTRAINT ${index('Change seq')} IF EXISTS`));
  };

  const isNothing = (value: unknown): boolean =>
    value === null || value === 0 || value === false || (typeof value === 'object' && Object.values(value).every(isNothing));

  /** What a space tells that has nothing but its head and its schema, where that is more than nothing. */
  const ofEmpty: Readonly<Record<string, unknown>> = {
    readHead: [{ seq: 0, oldest: 0, writes: expect.any(Number) }],
    schemaVersion: [{ version: newestSchema }],
    lockHead: [{ seq: 0, oldest: 0, schema: newestSchema }],
    loadSought: [{ seq: 0, schema: newestSchema, registers: [], twins: [], pasts: [], linked: [], links: [], between: [], joins: [] }],
    // the one that a statement before it has made
    pruneLog: [{ pruned: 1 }],
  };
  const expectNothing = (name: string, rows: readonly object[]): void => {
    if (name in ofEmpty) expect(rows, name).toEqual(ofEmpty[name]);
    else
      expect(
        rows.filter((row) => !isNothing(row)),
        name,
      ).toEqual([]);
  };

  test('no statement of one agency meets what another one has', { timeout: 300_000 }, async () => {
    const [theirSpace, key] = [spaceOf(b), seriesKey(twinId('1'), 'city:p')];
    const [first] = stores;
    await first?.close();
    await emptyPerFolder(server, a)('anew');
    await dropFormer(theirSpace);
    await leaveFormer(theirSpace, key);
    const lookBeside = async () => ({ former: await formerOf(theirSpace), indexes: await indexesOf(theirSpace) });
    const look = async () => ({ content: await contentOf(theirSpace), ...(await lookBeside()) });
    const theirs = await look();
    const mine = await contentOf(space);
    expect(theirs.content.length).toBeGreaterThan(1_000);
    expect(theirs.former).toHaveLength(3);
    for (const [name, statement] of Object.entries(readStatements(space))) expectNothing(name, await command(statement));
    for (const [name, statement] of Object.entries(schemaStatements(space))) {
      expectNothing(name, await command(statement));
      expect(theirs, name).toMatchObject(await lookBeside());
    }
    await command(noteVersion(space, whole(newestSchema)));
    expect(await look()).toEqual(theirs);
    for (const [name, statement] of Object.entries(writeStatements(space))) {
      expectNothing(name, await write((run) => run(statement)));
      expect(await contentOf(theirSpace), name).toEqual(theirs.content);
    }
    expect(await contentOf(space)).not.toEqual(mine);
    await dropFormer(theirSpace);
  });
});
