import { addMs, msOfInstant } from '@cityweave/core';
import { describe, expect, test } from 'vitest';
import { connect } from '../neo4j/connection.ts';
import { drivers, emptyPerFolder, trialServer } from '../neo4j/trial-server.ts';
import { whole } from '../neo4j-cypher/parameters.ts';
import { type Cypher, cypher, spaceOf } from '../neo4j-cypher/space.ts';
import { placedInText } from '../neo4j-words/index-words.ts';
import { marksOfId } from '../neo4j-words/key-path.ts';
import type { TwinStore } from '../store.ts';
import { accepted, at, put, twinId, twin as twinNamed } from '../twins.contract.ts';
import { seriesKey } from './samples.ts';

const { settings, skipped } = trialServer();
const authority = 'conversion.test.example';
const [id, samples] = [twinId('1'), 100];
const { end, twin, log, past, register, index } = spaceOf(authority);
const key = seriesKey(id, 'city:p');
const time = (minute: number) => addMs(at, minute * 60_000);

const given = twinNamed(id, { name: 'Łódź 77', position: [4, 45], values: { 'city:p': { value: samples } } });

const formerConstraints = { Series: ['key'], Sample: ['series', 'observed', 'recorded'], Change: ['seq'] };
const formerNames = ['Series key', 'Sample times', 'Change seq'];

/** A series of the twin as schema 2 had it, a corner that a point had, and changes. */
const former: readonly Cypher[] = [
  ...Object.entries(formerConstraints).map(([noun, properties], at) =>
    cypher(
      `CREATE CONSTRAINT ${index(formerNames[at] ?? '')} IF NOT EXISTS FOR (n:${index(noun)}) REQUIRE (${properties.map((one) => `n.${one}`).join(', ')}) IS UNIQUE`,
    ),
  ),
  cypher(`CREATE (:${index('Series')} {key: $key, id: $id, name: 'city:p', observed: 0, recorded: 0, said: '{}'})`, { key, id }),
  cypher(`UNWIND $rows AS row CREATE (:${index('Sample')} {series: $key, observed: row.time, recorded: row.time, said: row.said})`, {
    key,
    rows: Array.from({ length: samples }, (_, minute) => ({
      time: whole(msOfInstant(time(minute))),
      said: JSON.stringify({ value: minute, source: 'urn:dtf:agency:water.example', flag: 'MEASURED' }),
    })),
  }),
  cypher(`MATCH (t:${end}) WHERE t.id = $id SET t.west = 9, t.east = 9, t.south = 9, t.north = 9, t.version = 1`, { id }),
  cypher(`MATCH (t:${end}) WHERE t.id = $id SET t.words = ' łodz', t.folded = '\n łodz\n'`, { id }),
  cypher(`MATCH (t:${end}) WHERE t.id = $id SET t.doc = $doc, t.shapes = '[]'`, { id, doc: `1 ${at} ${at}\n${JSON.stringify(given)}` }),
  cypher(`MATCH (c:${log}) DELETE c`),
  cypher(`UNWIND range(1, 2_000) AS seq CREATE (:${index('Change')} {seq: seq, id: $id, op: 'put', at: $at})`, { id, at }),
  cypher(`MATCH (r:${register}) WHERE r.key = 'head' SET r.seq = 2_000`),
  cypher(`MATCH (r:${register}) WHERE r.key = 'schema' SET r.version = 2`),
];

/** A past that does not say which of its series have chunks. */
const ofSchema6: readonly Cypher[] = [cypher(`MATCH (p:${past}) REMOVE p.chunked`), cypher(`MATCH (r:${register}) WHERE r.key = 'schema' SET r.version = 6`)];

/** Words without the beginnings of ids, and words that stand twice, without the beginnings of numbers. */
const ofWords: Readonly<Record<number, string>> = { 7: ' łodz lodz', 8: ' lodz 77 1 _1lodz _277 _s0 _uwater.example:s/ _a1' };
const ofSchema = (version: number): readonly Cypher[] => [
  cypher(`MATCH (t:${twin}) SET t.words = $words`, { words: ofWords[version] }),
  cypher(`MATCH (r:${register}) WHERE r.key = 'schema' SET r.version = $version`, { version: whole(version) }),
];

describe.skipIf(!settings)(`a space of schema 2 on a real server${skipped}`, () => {
  const server = settings ?? { uri: '', database: '' };
  const { release, ...line } = drivers.take(server);
  const { command } = connect(line, server.database);
  const open = async (folder: string, openIn: ReturnType<typeof emptyPerFolder>): Promise<TwinStore> => {
    const opened = await openIn(folder);
    return opened.ok ? opened.value : expect.fail(opened.problem.kind);
  };

  test('is opened with all of its history, and what it had twice is gone', { timeout: 60_000 }, async () => {
    const openIn = emptyPerFolder(server, authority);
    const before = await open('conversion', openIn);
    await accepted(before, [put('1', { name: 'Łódź 77', position: [4, 45], values: { 'city:p': { value: samples } } })]);
    await before.close();
    for (const statement of former) await command(statement);
    const store = await open('conversion', openIn);
    const { samples: told } = await store.history(id, { series: 'city:p', first: 1_000 });
    expect(told.map(({ said }) => said?.value)).toEqual(Array.from({ length: samples }, (_, minute) => minute));
    const inChunk = async (of: TwinStore) => (await of.stateAt([id], { valid: time(20.5), known: time(samples) })).get(id)?.values['city:p']?.value;
    expect(await inChunk(store)).toBe(20);
    expect([await store.count({ box: [8, 8, 10, 10] }), await store.count({ box: [3, 44, 5, 46] })]).toEqual([0, 1]);
    expect([await store.count({ text: 'lodz' }), await store.count({ text: 'łódź' })]).toEqual([1, 1]);
    const { changes, head } = await store.changes(700, { limit: 1_000 });
    expect([head, changes.map(({ seq }) => seq)]).toEqual([2_000, Array.from({ length: 1_000 }, (_, number) => 701 + number)]);
    expect(changes[0]).toEqual({ seq: 701, id, op: 'put', at });
    expect(await command(cypher(`MATCH (n:${['Series', 'Sample', 'Change'].map(index).join('|')}) RETURN count(n) AS left`))).toEqual([{ left: 0 }]);
    expect((await store.get([id])).get(id)).toEqual({ ...given, version: 1, createdAt: at, updatedAt: at, shaped: true });
    expect(await command(cypher(`MATCH (t:${twin}) RETURN t.version AS version`))).toEqual([{ version: null }]);
    const stays = await command(
      cypher('SHOW CONSTRAINTS YIELD name WHERE name IN $names RETURN name', { names: formerNames.map((name) => `${name} ${authority}`) }),
    );
    expect(stays).toEqual([]);
    await store.close();
    for (const statement of ofSchema6) await command(statement);
    const again = await open('conversion', openIn);
    expect(await inChunk(again)).toBe(20);
    await again.close();
    for (const version of [7, 8]) {
      for (const statement of ofSchema(version)) await command(statement);
      const converted = await open('conversion', openIn);
      expect([await converted.count({ text: 'lod' }), await converted.count({ text: '7' })]).toEqual([1, 1]);
      await converted.close();
      const [row] = await command(cypher(`MATCH (t:${twin}) WHERE t.id = $id RETURN t.words AS words`, { id }));
      expect(String(row?.['words']).split(' ')).toEqual([...placedInText(given), '_s0', ...marksOfId(id)]);
    }
    await release();
  });
});
