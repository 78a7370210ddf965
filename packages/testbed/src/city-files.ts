/**
 * City files: the files of a small city, written for the occasion: one register, one node file and one source an agency.
 */
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Authority, type FederationId, federationIdOf } from '@cityweave/core';
import type { createCity } from '@cityweave/server';

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
  /** what every node speaks where its own file does not say; both where absent */
  readonly bindings?: readonly string[];
  /** saved questions that its front offers */
  readonly examples?: Parameters<typeof createCity>[0]['examples'];
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

const nodeOf = (agency: TestAgency, { isFirst, bindings }: { readonly isFirst: boolean; readonly bindings: readonly string[] | undefined }) => ({
  agency: authorityOfTest(agency.name),
  name: { en: agency.name },
  roles: isFirst ? ['registry', 'twin'] : ['twin'],
  ...(bindings && { bindings }),
  coverage: [0, 0, 1, 1],
  sources: agency.twins.length > 0 ? [sourceOf(agency)] : [],
  ...(agency.policy && { policy: agency.policy }),
  ...(agency.dictionary && { dictionaries: ['words.yaml'] }),
  ...agency.node,
});

const writeAgency = async (folder: string, agency: TestAgency, how: Parameters<typeof nodeOf>[1]): Promise<void> => {
  const home = join(folder, agency.name);
  await mkdir(home, { recursive: true });
  await writeFile(join(home, `things.${agency.format ?? 'geojson'}`), agency.format === 'csv' ? toCsv(agency.twins) : toGeojson(agency.twins));
  if (agency.dictionary) await writeFile(join(home, 'words.yaml'), JSON.stringify(agency.dictionary));
  await writeFile(join(home, 'node.yaml'), JSON.stringify(nodeOf(agency, how)));
};

export const testFederationId: FederationId = federationIdOf(authorityOfTest('front'), 'test');

/** The rule of a node file by which the first agency begins the federation itself. */
export const ruleOfFront = (...kinds: readonly string[]) => ({
  id: testFederationId,
  name: { en: 'Test' },
  purpose: 'city:safety',
  initiator: authorityOfTest('front'),
  needs: kinds.map((kind) => ({ kind })),
});

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
  const { agencies, needs, bindings } = options;
  await Promise.all(agencies.map((agency, at) => writeAgency(folder, agency, { isFirst: at === 0, bindings })));
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
