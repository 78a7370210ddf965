/**
 * Node files and city files that are wrong: each refusal names where, what was found and what would be accepted.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadCity, loadNodeAlone } from './load.ts';

const folder = mkdtempSync(join(tmpdir(), 'cityweave-config-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const hydrants = { id: 'hydrants', format: 'geojson', path: 'hydrants.geojson', kind: 'city:Hydrant', key: { columns: ['ID'] } };
const node = (...sources: readonly object[]) => ({ agency: 'water.example', name: { en: 'Water' }, sources });

const gates = {
  ...{ id: 'gates', protocol: 'ngsi-ld', address: 'http://127.0.0.1/ngsi-ld/v1/entities', kind: 'city:FloodGate', key: 'id' },
  ...{ dictionary: 'urn:dtf:dictionary:cityweave.org:city', members: [] },
};

const setting = {
  ...{ id: 'setting', protocol: 'ngsi-ld', address: 'http://127.0.0.1/ngsi-ld/v1/entities', type: 'Gate', entity: 'id', kind: 'city:GateSetting' },
  ...{ dictionary: 'urn:dtf:dictionary:cityweave.org:city', inputs: [{ member: 'id', term: 'city:target' }] },
};

const write = (content: unknown): string => {
  const path = join(folder, 'file.yaml');
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
};

const refusal = async (content: unknown) => {
  const loaded = await loadNodeAlone(write(content), {});
  return loaded.ok ? undefined : loaded.problem;
};

describe('a node file', () => {
  it('that is right is taken', async () => {
    expect(await refusal({ ...node(hydrants), timeZone: 'Europe/Berlin' })).toBeUndefined();
  });

  it('that holds a password where it does not fit is refused without it', async () => {
    for (const store of [
      { uri: 'bolt://user:secret@db:7687' },
      { uri: 'bolt://user:se/secret@db:7687' },
      { uri: 'bolt://user:a secret@db:7687' },
      { uri: 'user:secret@db:7687' },
      { uri: { bolt: 'db', password: 'secret' } },
      { uri: ['secret'] },
      { password: 74_109 },
    ]) {
      const refused = await refusal({ ...node(hydrants), store: { adapter: 'neo4j', ...store } });
      expect(refused).toMatchObject({ kind: 'badConfiguration', path: expect.stringMatching(/store\/(uri|password)$/) });
      expect(JSON.stringify(refused)).not.toMatch(/user:|secret|74109/);
    }
  });

  it.each<[string, unknown, object]>([
    [
      'a time zone that nobody knows',
      { ...node(hydrants), timeZone: 'Middle/Earth' },
      { path: expect.stringContaining('timeZone'), accepted: expect.stringContaining('Europe/Berlin') },
    ],
    ['a source twice', node(hydrants, hydrants), { path: 'sources/hydrants', found: 'hydrants twice' }],
    ['a kind that no dictionary has', node({ ...hydrants, kind: 'city:Hydrnt' }), { found: 'city:Hydrnt', accepted: 'a kind, as city:Hydrant' }],
    ['a property as a kind', node({ ...hydrants, kind: 'city:height' }), { found: 'city:height, which is a property' }],
    [
      'a term that no dictionary has',
      node({ ...hydrants, properties: [{ column: 'h', term: 'city:heihgt' }] }),
      { path: 'sources/hydrants/properties/h', accepted: 'a property, as city:height' },
    ],
    [
      'no unit',
      node({ ...hydrants, properties: [{ column: 'h', term: 'city:height', unit: 'bogus' }] }),
      { found: 'bogus', accepted: expect.stringContaining('UCUM') },
    ],
    [
      'a unit of something else',
      node({ ...hydrants, properties: [{ column: 'h', term: 'city:height', unit: 'kg' }] }),
      { found: 'kg', accepted: 'a unit of city:height, as m' },
    ],
    [
      'weights that do not add up',
      { ...node(), scoring: { meaning: 1, space: 1, time: 0, quality: 0, adaptation: 0, trust: 0 } },
      { path: expect.stringContaining('scoring') },
    ],
    ['an unknown key', node({ ...hydrants, pathh: 'x' }), { found: 'unknown key pathh', accepted: 'path?' }],
    ['a format that is not read', node({ ...hydrants, format: 'shapefile' }), { found: 'shapefile', accepted: expect.stringContaining('geojson-lines') }],
    [
      'a term of an interface that no dictionary has',
      { ...node(), interfaces: [{ ...gates, members: [{ member: 'open', term: 'city:openning' }] }] },
      { path: 'interfaces/gates/members/open', accepted: 'a property, as city:opening' },
    ],
    [
      'a unit of something else in a far function',
      { ...node(), farFunctions: [{ ...setting, inputs: [...setting.inputs, { member: 'open', term: 'city:opening', unit: 'kg' }] }] },
      { path: 'farFunctions/setting/inputs/open', accepted: 'a unit of city:opening, as %' },
    ],
    [
      'a command that is not told which entity it is for',
      { ...node(), farFunctions: [{ ...setting, entity: 'gate' }] },
      { path: 'farFunctions/setting/entity', found: 'gate', accepted: 'one of its inputs' },
    ],
    [
      'far functions beside sources',
      { ...node(hydrants), farFunctions: [setting] },
      { path: 'farFunctions', found: 'farFunctions beside sources', accepted: expect.stringContaining('a node of their own') },
    ],
    [
      'interfaces beside sources, which nobody would be told of',
      { ...node(hydrants), interfaces: [gates] },
      { path: 'interfaces', found: 'interfaces beside sources', accepted: expect.stringContaining('a node of their own') },
    ],
    [
      'a broker that no city file runs',
      { ...node(), interfaces: [{ ...gates, address: 'broker:gates/ngsi-ld/v1/entities' }] },
      { found: 'broker:gates, which is no broker of a city file' },
    ],
    ['no agency', { name: { en: 'Water' } }, { path: expect.stringContaining('#/agency'), found: 'nothing', accepted: 'a text' }],
    ['YAML that is none', 'a: [1', { accepted: 'YAML' }],
    [
      'aliases without end',
      `${'abcdefghi'
        .split('')
        .map(
          (name, at, all) =>
            `${name}: &${name} [${
              at === 0
                ? 1
                : Array(9)
                    .fill(`*${all[at - 1]}`)
                    .join(', ')
            }]`,
        )
        .join('\n')}\n`,
      { accepted: 'YAML' },
    ],
  ])('with %s is refused', async (_, content, problem) => {
    expect(await refusal(content)).toMatchObject({ kind: 'badConfiguration', ...problem });
  });
});

describe('a city file', () => {
  it('runs the brokers whose files are there and right', async () => {
    const city = (broker: object) => ({
      ...{ city: 'town', name: { en: 'Town' }, registry: 'water.example', brokers: [{ id: 'gates', entities: 'gates.json', ...broker }] },
      nodes: [{ ...node(), roles: ['registry'], interfaces: [{ ...gates, address: 'broker:gates/ngsi-ld/v1/entities' }] }],
    });
    const loaded = async (broker: object) => {
      const told = await loadCity(write(city(broker)), {});
      return told.ok ? told.value.brokers : told.problem;
    };
    expect(await loaded({})).toMatchObject({ kind: 'badConfiguration', found: 'no such file' });
    writeFileSync(join(folder, 'gates.json'), '[{"id":"urn:ngsi-ld:Gate:1"}]');
    expect(await loaded({})).toMatchObject({ kind: 'badConfiguration', path: expect.stringContaining('/0/type') });
    writeFileSync(join(folder, 'gates.json'), '[{"id":"urn:ngsi-ld:Gate:1","type":"Gate"}]');
    writeFileSync(join(folder, 'day.json'), '[[60,"urn:ngsi-ld:Gate:1","opening",10,"P1"],[30,"urn:ngsi-ld:Gate:1","opening",5]]');
    const readings = [{ opening: { value: 5 } }, { opening: { value: 10, unit: 'P1' } }];
    expect(await loaded({ recording: 'day.json' })).toMatchObject([{ id: 'gates', recording: readings.map((one) => ({ readings: one })) }]);
    expect(await loaded({ id: 'doors' })).toMatchObject({
      kind: 'badConfiguration',
      found: 'broker:gates, which is no broker of a city file',
      accepted: 'doors',
    });
  });

  it('is checked node by node', async () => {
    const city = {
      city: 'town',
      name: { en: 'Town' },
      registry: 'water.example',
      nodes: [{ ...node({ ...hydrants, kind: 'city:Hydrnt' }), roles: ['registry', 'twin'] }],
    };
    const loaded = await loadCity(write(city), {});
    expect(loaded.ok ? undefined : loaded.problem).toMatchObject({ subject: 'water.example', found: 'city:Hydrnt' });
  });
});
