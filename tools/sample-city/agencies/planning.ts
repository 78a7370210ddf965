/**
 * Planning: the 3D model of the town (CityJSON 2.0, LoD2, EPSG:25832), parcels, districts, greens and trees. The number of a building: B-00123.
 */
import { areaOf } from '../ground/plane.ts';
import { multiPolygonGeometry, pointGeometry, polygonGeometry, toLonLat, toUtm } from '../ground/projection.ts';
import { geojson, type MadeFile, type Row, textFile } from '../ground/writers.ts';
import { addressText, type Building, heightOf, type Use } from '../town/buildings.ts';
import type { RoofShape } from '../town/landmarks.ts';
import { quarters } from '../town/quarters.ts';
import type { Corner, SurfaceKind } from '../town/roofs.ts';
import type { Town } from '../town/town.ts';

export const buildingNumber = (number: number): string => `B-${String(number).padStart(5, '0')}`;

const roofCodes: Readonly<Record<RoofShape, number>> = { flat: 1000, gabled: 3100, hipped: 3200, pyramid: 3500 };
const useWords: Readonly<Record<Use, string>> = {
  residential: 'Wohnen',
  mixed: 'Wohnen und Gewerbe',
  commercial: 'Handel',
  industrial: 'Gewerbe',
  public: 'Gemeinbedarf',
  office: 'Büro',
};
const semantics = ['RoofSurface', 'WallSurface', 'GroundSurface'] as const satisfies readonly SurfaceKind[];

type Quantised = readonly [number, number, number];
const translate: Quantised = [518_000, 5_763_000, 0];

/** Vertices in whole millimetres, each only once in the file. */
const createVertices = () => {
  const list: Quantised[] = [];
  const places = new Map<string, number>();
  const place = ([x, y, z]: Corner): number => {
    const [east, north] = toUtm([x, y]);
    const vertex: Quantised = [Math.round((east - translate[0]) * 1000), Math.round((north - translate[1]) * 1000), Math.round(z * 1000)];
    const key = vertex.join(' ');
    const known = places.get(key) ?? list.push(vertex) - 1;
    places.set(key, known);
    return known;
  };
  return { list, place };
};

const attributesOf = (building: Building) => ({
  nummer: buildingNumber(building.number),
  lfdNr: building.number,
  objektart: building.partOf === undefined ? 'Gebaeude' : 'Gebaeudeteil',
  ...(building.landmark?.main && { name: building.landmark.name }),
  hoehe: heightOf(building),
  geschosse: building.storeys,
  baujahr: building.year,
  dachform: roofCodes[building.roof],
  nutzung: useWords[building.use],
  lage: addressText(building),
  stadtteil: building.quarter,
});

const objectOf = (building: Building, parts: readonly number[], place: (corner: Corner) => number) => ({
  type: building.partOf === undefined ? 'Building' : 'BuildingPart',
  attributes: attributesOf(building),
  ...(parts.length > 0 && { children: parts.map(buildingNumber) }),
  ...(building.partOf !== undefined && { parents: [buildingNumber(building.partOf)] }),
  geometry: [
    {
      type: 'Solid',
      lod: '2.2',
      boundaries: [building.hull.map(({ corners }) => [corners.map(place)])],
      semantics: { surfaces: semantics.map((type) => ({ type })), values: [building.hull.map(({ kind }) => semantics.indexOf(kind))] },
    },
  ],
});

const extentOf = (vertices: readonly Quantised[]): readonly number[] => {
  const lows = [0, 1, 2].map((axis) => vertices.reduce((least, vertex) => Math.min(least, vertex[axis] ?? 0), Infinity) / 1000 + (translate[axis] ?? 0));
  const highs = [0, 1, 2].map((axis) => vertices.reduce((most, vertex) => Math.max(most, vertex[axis] ?? 0), -Infinity) / 1000 + (translate[axis] ?? 0));
  return [...lows, ...highs].map((value) => Number(value.toFixed(3)));
};

export const cityJsonOf = (buildings: readonly Building[]) => {
  const { list, place } = createVertices();
  const partsOf = Map.groupBy(buildings, ({ partOf }) => partOf);
  const objects = buildings.map(
    (building) =>
      [
        buildingNumber(building.number),
        objectOf(
          building,
          (partsOf.get(building.number) ?? []).map(({ number }) => number),
          place,
        ),
      ] as const,
  );
  return {
    type: 'CityJSON',
    version: '2.0',
    transform: { scale: [0.001, 0.001, 0.001], translate },
    metadata: {
      title: '3D-Stadtmodell Auenfurt',
      referenceDate: '2026-03-31',
      referenceSystem: 'https://www.opengis.net/def/crs/EPSG/0/25832',
      geographicalExtent: extentOf(list),
    },
    CityObjects: Object.fromEntries(objects),
    vertices: list,
  };
};

const parcelRows = ({ built }: Town): readonly Row[] =>
  built.parcels.map(({ number, ring, quarter, building }) => ({
    columns: {
      flurstueck: number,
      stadtteil: quarter,
      flaeche_m2: Math.round(areaOf(ring)),
      gebaeude: building === undefined ? null : buildingNumber(building),
    },
    geometry: polygonGeometry([ring], toLonLat),
  }));

/** Published as the office has it: metres of EPSG:25832, named in the old way by a `crs` member. */
const districtRows = ({ plan, built }: Town): readonly Row[] =>
  quarters.map(({ number, name }) => {
    const rings = plan.blocks.filter(({ quarter }) => quarter.number === number).map(({ ring }) => ring);
    const hectares = rings.reduce((sum, ring) => sum + areaOf(ring), 0) / 10_000;
    return {
      columns: {
        stadtteil_nr: number,
        stadtteil: name,
        flaeche_ha: Number(hectares.toFixed(2)),
        gebaeude: built.buildings.filter(({ quarter }) => quarter === name).length,
      },
      geometry: multiPolygonGeometry(
        rings.map((ring) => [ring]),
        toUtm,
      ),
    };
  });

const greenRows = ({ built }: Town): readonly Row[] =>
  built.parks.map(({ green, ring, quarter }, index) => ({
    columns: { anlage: `G${index + 1}`, bezeichnung: green.name, art: green.sort, flaeche_m2: Math.round(areaOf(ring)), stadtteil: quarter },
    geometry: polygonGeometry([ring]),
  }));

const treeRows = ({ trees }: Town): readonly Row[] =>
  trees.map(({ at, height, crown, kind }, index) => ({
    columns: { baumnr: index + 1, art: kind, hoehe_m: height, krone_m: crown },
    geometry: pointGeometry(at),
  }));

export const planningFiles = (town: Town): readonly MadeFile[] => [
  textFile('agencies/planning/buildings.city.json.gz', JSON.stringify(cityJsonOf(town.built.buildings))),
  textFile('agencies/planning/parcels.geojson.gz', geojson('flurstuecke', parcelRows(town))),
  textFile('agencies/planning/districts.geojson', geojson('stadtteile', districtRows(town), 'urn:ogc:def:crs:EPSG::25832')),
  textFile('agencies/planning/greens.geojson', geojson('gruenanlagen', greenRows(town))),
  textFile('agencies/planning/trees.geojson.gz', geojson('baumkataster', treeRows(town))),
];
