/**
 * Our side: three agency nodes, each a process of its own (`cityweave serve`), federated through a registry; the cadastre started the federation and is asked.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { assert } from '@cityweave/core';
import { type Contender, stopAll } from './contender.ts';
import { authorityOf, dialects, federationId } from './dialect.ts';
import { type Program, startProgram } from './program.ts';
import { type AgencyName, buildingsAsked, buildingsInAll, fieldOf, idOf, isRight, valueOf } from './workload.ts';

const serverMain = join(import.meta.dirname, '../../../../server/src/main.ts');

const columns = 40;
const stepDegrees = 0.0005;
const sizeDegrees = 0.0002;

/** The cadastre has outlines, the others points, as registers do. */
const geometryOf = (agency: AgencyName, index: number) => {
  const [x, y] = [5 + (index % columns) * stepDegrees, 52 + Math.floor(index / columns) * stepDegrees];
  if (agency !== 'cadastre') return { type: 'Point', coordinates: [x, y] };
  const [east, north] = [x + sizeDegrees, y + sizeDegrees];
  return {
    type: 'Polygon',
    coordinates: [
      [
        [x, y],
        [east, y],
        [east, north],
        [x, north],
        [x, y],
      ],
    ],
  };
};

const featureOf = (agency: AgencyName, index: number) => ({
  type: 'Feature',
  geometry: geometryOf(agency, index),
  properties: { ID: String(index), [fieldOf[agency]]: valueOf(index, fieldOf[agency]) },
});

const writeBuildings = (folder: string, agency: AgencyName): string => {
  const path = join(folder, `${agency}.geojson`);
  const features = Array.from({ length: buildingsInAll }, (_, index) => featureOf(agency, index));
  writeFileSync(path, JSON.stringify({ type: 'FeatureCollection', features }));
  return path;
};

const unitOf = { height: 'm', power: 'kW', occupancy: '%' } as const;

const sourceOf = (folder: string, agency: AgencyName) => ({
  id: 'buildings',
  format: 'geojson',
  path: writeBuildings(folder, agency),
  kind: 'city:Building',
  key: { columns: ['ID'] },
  name: 'Building {ID}',
  objectOfInterest: idOf(0).replace(/0$/, '{ID}'),
  properties: [{ column: fieldOf[agency], term: `city:${fieldOf[agency]}`, unit: unitOf[fieldOf[agency]] }],
  observedAt: '2026-01-01T00:00:00Z',
});

const federation = {
  id: federationId,
  name: { en: 'Buildings' },
  purpose: 'city:safety',
  initiator: authorityOf('cadastre'),
  needs: (['energy', 'mobility'] as const).map((agency) => ({ kind: 'city:Building', agencies: [`urn:dtf:agency:${authorityOf(agency)}`] })),
};

const nodeOf = (folder: string, agency: AgencyName, registry: string | undefined) => ({
  agency: authorityOf(agency),
  name: { en: agency },
  roles: registry === undefined ? ['registry', 'twin'] : ['twin'],
  ...(registry !== undefined && { registry: { address: registry } }),
  sources: [sourceOf(folder, agency)],
  ...(agency === 'cadastre' && { federations: [federation] }),
});

const addressIn = ({ line }: Program): string => {
  const { address }: { readonly address: string } = JSON.parse(line);
  return address;
};

const startNode = (folder: string, agency: AgencyName, registry: string | undefined): Promise<Program> => {
  const file = join(folder, `${agency}.yaml`);
  writeFileSync(file, JSON.stringify(nodeOf(folder, agency, registry)));
  const args = ['serve', file, '--state', join(folder, 'state'), '--json'];
  return startProgram({ name: `agency ${agency}`, file: serverMain, args, environment: { NODE_ENV: 'production' }, ready: /^\{"agency"/ });
};

const post = async (url: string, body: string): Promise<string> => {
  const answer = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body, signal: AbortSignal.timeout(5_000) });
  return answer.text();
};

const formMsMax = 40_000;
const pollMs = 100;

/** Formed once a question about twenty buildings is answered in full by all three. */
const untilFormed = async (url: string): Promise<void> => {
  const ids = Array.from({ length: buildingsAsked }, (_, index) => idOf(index));
  const untilMs = performance.now() + formMsMax;
  for (let last = ''; ; ) {
    last = await post(url, dialects.cityweave.body(ids)).catch(String);
    if (last.startsWith('{') && isRight(ids, dialects.cityweave.read(last).rows)) return;
    assert(performance.now() < untilMs, `the federation forms: ${last.slice(0, 1_000)}`);
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
};

/** The registry first, the initiator last: it then finds both others at once. */
export const startCityweave = async (folder: string): Promise<Contender> => {
  mkdirSync(folder, { recursive: true });
  const mobility = await startNode(folder, 'mobility', undefined);
  const started: Program[] = [mobility];
  try {
    const energy = await startNode(folder, 'energy', addressIn(mobility));
    started.push(energy);
    const cadastre = await startNode(folder, 'cadastre', addressIn(mobility));
    started.push(cadastre);
    const url = `${addressIn(cadastre)}/graphql`;
    await untilFormed(url);
    const byName = { cadastre, energy, mobility };
    return { name: 'Cityweave', dialect: 'cityweave', url, programs: started, agency: (name) => byName[name], stop: () => stopAll(started) };
  } catch (cause) {
    await stopAll(started);
    return Promise.reject(cause);
  }
};
