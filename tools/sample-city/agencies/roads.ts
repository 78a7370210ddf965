/**
 * Public works: streets as one GeoJSON feature a line, with the numbers of their crossings; crossings, bridges, street lights, car parks.
 * GlobalID is made anew at each publication; numbers come as 791.0 here and as "791" there.
 */
import { type Chance, createChance } from '../ground/chance.ts';
import { alongLine, type Line, left, type Point, plus, times } from '../ground/plane.ts';
import { lineGeometry, pointGeometry, polygonGeometry } from '../ground/projection.ts';
import { asWritten, geojson, geojsonLines, type MadeFile, type Row, textFile } from '../ground/writers.ts';
import { groundAt } from '../town/river.ts';
import type { StreetRank } from '../town/streets.ts';
import type { Town } from '../town/town.ts';

export const speedByRank: Readonly<Record<StreetRank, number>> = { ring: 50, main: 50, wall: 30, side: 30, lane: 20, quay: 20, edge: 30 };
const widthByRank: Readonly<Record<StreetRank, number>> = { ring: 14, main: 10, wall: 9, side: 6.5, lane: 4.5, quay: 5, edge: 4 };
const classByRank: Readonly<Record<StreetRank, string>> = { ring: 'H1', main: 'H2', wall: 'H3', side: 'N1', lane: 'N2', quay: 'W1', edge: 'W2' };

const streetId = (number: number): number => 700 + number;
const nodeId = (number: number): number => 4000 + number;

const globalId = (chance: Chance): string => {
  const digits = (count: number) => Array.from({ length: count }, () => chance.whole(0, 15).toString(16)).join('');
  return `{${digits(8)}-${digits(4)}-4${digits(3)}-a${digits(3)}-${digits(12)}}`.toUpperCase();
};

const streetRows = ({ net, seed }: Town): readonly Row[] => {
  const chance = createChance(seed, 'GlobalID of streets');
  return net.edges.map((edge) => ({
    columns: {
      Street_ID: asWritten(`${streetId(edge.number)}.0`),
      StreetName: edge.name,
      Class: classByRank[edge.rank],
      FromNode: nodeId(edge.from),
      ToNode: nodeId(edge.to),
      Speed: speedByRank[edge.rank],
      Width: widthByRank[edge.rank],
      Length_m: Math.round(edge.length * 10) / 10,
      GlobalID: globalId(chance),
    },
    geometry: lineGeometry(edge.line),
  }));
};

const crossingRows = ({ net, seed }: Town): readonly Row[] => {
  const chance = createChance(seed, 'GlobalID of crossings');
  return net.nodes.map(({ number, at, edges }) => ({
    columns: { NodeID: nodeId(number), Arms: edges.length, GlobalID: globalId(chance) },
    geometry: pointGeometry(at),
  }));
};

/** The deck of a bridge: its line with a width. */
const deckOf = (line: Line, halfWidth: number): Line => {
  const side = (sign: 1 | -1): Line =>
    line.map((point, index) => {
      const { direction } = alongLine([line[Math.max(0, index - 1)] ?? point, line[Math.min(line.length - 1, index + 1)] ?? point], 0);
      return plus(point, times(left(direction), sign * halfWidth));
    });
  return [...side(-1), ...side(1).toReversed()];
};

const bridgeRows = ({ net }: Town): readonly Row[] =>
  net.edges
    .filter(({ bridge }) => bridge)
    .map((edge, index) => ({
      columns: {
        BridgeNo: `BW ${index + 1}`,
        Name: edge.bridge,
        Street_ID: String(streetId(edge.number)),
        Clear_m: 5.4 + index * 0.9,
        Load_t: index === 0 ? 18 : 44,
        Built: index === 0 ? 1783 : 1974,
      },
      geometry: polygonGeometry([deckOf(edge.line, widthByRank[edge.rank] / 2 + 1.5)]),
    }));

const lightRows = ({ net }: Town): readonly Row[] => {
  const rows = net.edges
    .filter(({ rank, bridge }) => rank !== 'edge' && !bridge)
    .flatMap((edge) => {
      const gap = edge.rank === 'ring' || edge.rank === 'main' ? 34 : 42;
      return Array.from({ length: Math.max(1, Math.floor(edge.length / gap)) }, (_, index) => {
        const { point, direction } = alongLine(edge.line, gap / 2 + index * gap);
        const side = index % 2 === 0 ? 1 : -1;
        return { edge, at: plus(point, times(left(direction), side * (widthByRank[edge.rank] / 2 + 0.6))) };
      });
    });
  return rows.map(({ edge, at }, index) => ({
    columns: {
      LightNo: `L${String(index + 1).padStart(5, '0')}`,
      Street_ID: String(streetId(edge.number)),
      Lamps: edge.rank === 'ring' ? 2 : 1,
      Lamp: edge.number % 4 === 0 ? 'NAV' : 'LED',
      Watt: edge.rank === 'ring' ? 90 : 38,
    },
    geometry: pointGeometry(at),
  }));
};

const carParks: readonly (readonly [string, Point, number])[] = [
  ['Parkhaus Wall', [262, 150], 340],
  ['Parkhaus Rathaus', [-110, 85], 210],
  ['Parkplatz Uferwiese', [-330, -335], 120],
  ['Parkplatz Südufer', [150, -395], 90],
  ['Parkhaus Klinikum', [310, 390], 420],
  ['P+R Ostfeld', [880, 190], 260],
];

const carParkRows = (): readonly Row[] =>
  carParks.map(([name, at, spaces], index) => ({
    columns: { ParkNo: index + 1, Name: name, Spaces: spaces, Elevation: Math.round(groundAt(at) * 10) / 10 },
    geometry: pointGeometry(at),
  }));

export const roadsFiles = (town: Town): readonly MadeFile[] => [
  textFile('agencies/roads/streets.geojsonl.gz', geojsonLines(streetRows(town))),
  textFile('agencies/roads/crossings.geojson.gz', geojson('crossings', crossingRows(town))),
  textFile('agencies/roads/bridges.geojson', geojson('bridges', bridgeRows(town))),
  textFile('agencies/roads/lights.geojson.gz', geojson('lights', lightRows(town))),
  textFile('agencies/roads/car-parks.geojson', geojson('car_parks', carParkRows())),
];
