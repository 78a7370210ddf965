/**
 * Vector tiles: the city as maps of the web have it: polygons with their height, zoom 11 to 15.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createLocalFrame } from '@cityweave/core';
import { GeoJSONVT } from '@maplibre/geojson-vt';
import { fromGeojsonVt } from '@maplibre/vt-pbf';
import type { Town } from '../town.ts';

const zooms = [11, 12, 13, 14, 15];
const frame = createLocalFrame([0, 0]);

const toGeojson = ({ buildings }: Town): GeoJSON.FeatureCollection => ({
  type: 'FeatureCollection',
  features: buildings.map(({ corners, height }, id) => ({
    ...{ type: 'Feature', id, properties: { height } },
    geometry: { type: 'Polygon', coordinates: [[...corners, ...corners.slice(0, 1)].map(([east, north]) => frame.toLonLat(east, north))] },
  })),
});

/** The tiles of a zoom that the city can lie in, about longitude and latitude 0. */
const numbersAt = (zoom: number, side: number): readonly number[] => {
  const tileMetres = 40_075_016.686 / 2 ** zoom;
  const reach = Math.ceil(side / 2 / tileMetres);
  return Array.from({ length: reach * 2 }, (_, at) => 2 ** (zoom - 1) - reach + at);
};

export const writeVectorTiles = async (town: Town, folder: string): Promise<void> => {
  const index = new GeoJSONVT(toGeojson(town), { maxZoom: 15, indexMaxZoom: 15, indexMaxPoints: 0, buffer: 64, tolerance: 3 });
  for (const zoom of zooms)
    for (const x of numbersAt(zoom, town.side))
      for (const y of numbersAt(zoom, town.side)) {
        const tile = index.getTile(zoom, x, y);
        await mkdir(join(folder, `${zoom}/${x}`), { recursive: true });
        if (tile) await writeFile(join(folder, `${zoom}/${x}/${y}.mvt`), fromGeojsonVt({ buildings: tile }, { version: 2, extent: 4096 }));
      }
};
