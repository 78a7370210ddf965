/**
 * Ours: the city as the server cuts it for the viewer, written where its scene files lie.
 */
import { type AgencyId, Authority, agencyIdOf, cityDictionary, createLocalFrame, createVocabulary, FederationId, TermId, twinIdOf } from '@cityweave/core';
import { type Built, buildScene, createCutThreads, createSceneFiles, type Drawn, type SceneFiles } from '@cityweave/server';
import { valueOf } from '../../../city.ts';
import type { Building, Town } from '../town.ts';
import { addresses } from '../views.ts';

const authority = Authority.parse('bench.example');
const agency: AgencyId = agencyIdOf(authority);
const kind = TermId.parse('city:Building');
/** At the equator a degree is as long both ways, and a map of the web is true to scale. */
const frame = createLocalFrame([0, 0]);

const toDrawn = ({ corners, height }: Building, index: number): Drawn => {
  const id = twinIdOf(authority, 'buildings', String(index));
  const ring = [...corners, ...corners.slice(0, 1)].map(([east, north]) => frame.toLonLat(east, north));
  return {
    id,
    same: [id],
    kind,
    form: 'prism',
    place: { type: 'Polygon', coordinates: [ring] },
    base: 0,
    height,
    roof: 'flat',
    isOfRoof: false,
    carries: true,
  };
};

export type Ours = { readonly built: Built; readonly files: SceneFiles };

export const writeOurs = async ({ buildings }: Town, folder: string): Promise<Ours> => {
  const files = createSceneFiles(folder);
  await using threads = createCutThreads();
  const part = { agency, name: { en: 'Bench' }, seq: 1, drawn: buildings.map(toDrawn), unplaced: [], wholes: [] };
  const built = await buildScene({
    federation: FederationId.parse(addresses.federation),
    parts: [part],
    before: undefined,
    vocabulary: createVocabulary([cityDictionary]),
    threads,
    files,
    progress: () => undefined,
    signal: new AbortController().signal,
  });
  return { built: valueOf(built), files };
};
