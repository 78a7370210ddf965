/**
 * MapLibre GL with vector tiles, extruded.
 */
import { Map as MapLibre, setWorkerUrl } from 'maplibre-gl';
import { addresses, type Eye, picture } from '../views.ts';
import { enter } from './page.ts';

setWorkerUrl('/libraries/maplibre/maplibre-gl-worker.mjs');

const earthMetres = 40_075_016.686;
const tilePixels = 512;

let [map, eye]: [MapLibre | undefined, Eye] = [undefined, { distance: 0, tilt: 0 }];

/** At which zoom the middle of the picture is that far away. */
const zoomOf = (distance: number): number => {
  const distancePixels = picture.height / 2 / Math.tan((picture.fov * Math.PI) / 360);
  return Math.log2((earthMetres * distancePixels) / (tilePixels * distance));
};

const look = (heading: number) => ({ center: [0, 0] as [number, number], zoom: zoomOf(eye.distance), bearing: heading, pitch: eye.tilt });

enter({
  prepare: async (canvas, given) => {
    eye = given;
    const container = document.createElement('div');
    Object.assign(container.style, { width: `${picture.width}px`, height: `${picture.height}px` });
    canvas.replaceWith(container);
    const style = { version: 8 as const, sources: {}, layers: [{ id: 'ground', type: 'background' as const, paint: { 'background-color': '#eef1f0' } }] };
    map = new MapLibre({ container, style, fadeDuration: 0, attributionControl: false, maxPitch: 85, pixelRatio: 1, ...look(0) });
    map.setVerticalFieldOfView(picture.fov);
    await map.once('load');
  },
  load: async () => {
    map?.addSource('city', { type: 'vector', tiles: [`${location.origin}${addresses.vectorTiles}/{z}/{x}/{y}.mvt`], minzoom: 11, maxzoom: 15 });
    map?.addLayer({
      ...{ id: 'buildings', type: 'fill-extrusion', source: 'city', 'source-layer': 'buildings' },
      paint: { 'fill-extrusion-height': ['get', 'height'], 'fill-extrusion-color': '#f4efe6' },
    });
    await map?.once('idle');
  },
  draw: (heading) => {
    map?.jumpTo(look(heading));
    map?.redraw();
  },
  settle: async (heading) => {
    map?.jumpTo(look(heading));
    await map?.once('idle');
  },
});
