/**
 * Water: flood zones (their return period is in no column), the river, gauges, pumping stations, hydrants whose numbers begin anew in each street.
 */
import { alongLine, areaOf, type Line, left, lengthOf, type Point, plus, times } from '../ground/plane.ts';
import { lineGeometry, pointGeometry, polygonGeometry, toUtm } from '../ground/projection.ts';
import { type Columns, csv, geojson, type MadeFile, type Row, textFile } from '../ground/writers.ts';
import type { Flood } from '../town/flood.ts';
import { course, groundAt, leftBank, riverRing, stationOf, waterLevelAt } from '../town/river.ts';
import { halfWidthByRank } from '../town/streets.ts';
import type { Town } from '../town/town.ts';
import type { StationAt } from './energy.ts';
import { type Gate, gateId, gates } from './waterways.ts';

const zoneRows = ({ zones }: Flood): readonly Row[] =>
  zones.map((rings, index) => ({
    columns: { FID: index + 1, GEWAESSER: 'Aune', FL_HA: Number((rings.reduce((sum, ring) => sum + areaOf(ring), 0) / 10_000).toFixed(2)) },
    geometry: polygonGeometry(rings),
  }));

const inTown = (line: Line): Line => line.filter(([x]) => Math.abs(x) <= 1_500);

export type Gauge = { readonly id: string; readonly name: string; readonly at: Point; readonly zero: number; readonly station: number };

/** At the left bank, in the order of the water. */
export const gauges: readonly Gauge[] = [
  ['4711', 'Westwehr', -1_180],
  ['4712', 'Alte Brücke', -20],
  ['4713', 'Ringbrücke', 610],
  ['4714', 'Hafen', 1_130],
].map(([id, name, x]): Gauge => {
  const at = leftBank.find((point) => point[0] >= Number(x)) ?? [0, 0];
  const station = stationOf(at);
  return { id: String(id), name: String(name), at, station, zero: Math.round((waterLevelAt(station) - 2.1) * 1000) / 1000 };
});

const nearestGauge = ({ at }: Gate): Gauge | undefined => gauges.toSorted((a, b) => Math.abs(a.at[0] - at[0]) - Math.abs(b.at[0] - at[0]))[0];

/** The gate on that bank that is shut by what the gauge shows. */
const warnedBy = (gauge: Gauge, bank: Gate['bank']): string => {
  const warned = gates.find((gate) => gate.bank === bank && nearestGauge(gate)?.id === gauge.id);
  return warned ? gateId(warned) : '';
};

/** Whole metres of EPSG:25832; the zero of the gauge in metres above the zero of DHHN2016; the next gauge down the river; and the gates of another agency that it warns. */
const gaugeRows = (): readonly Columns[] =>
  gauges.map((gauge, index) => {
    const { id, name, at, zero, station } = gauge;
    const [east, north] = toUtm(at);
    return {
      PEGELNR: id,
      PEGEL: name,
      RECHTSWERT: Math.round(east),
      HOCHWERT: Math.round(north),
      PNP_M: zero,
      KM: Math.round(station / 10) / 100,
      MELDESTUFE1_CM: 340,
      MELDESTUFE2_CM: 430,
      UNTERPEGEL: gauges[index + 1]?.id ?? '',
      TOR_LINKS: warnedBy(gauge, 'left'),
      TOR_RECHTS: warnedBy(gauge, 'right'),
    };
  });

/** A pumping station names the energy utility's station from which it has its current. */
const pumpRows = ({ net }: Town, stationAt: StationAt): readonly Row[] => {
  const low = net.nodes.filter(({ at, edges }) => edges.length > 2 && groundAt(at) - waterLevelAt(stationOf(at)) < 4.2);
  return low
    .filter((_, index) => index % 9 === 4)
    .map(({ at }, index) => ({
      columns: { PW: `PW ${index + 1}`, FOERDER_LS: 40 + ((index * 35) % 160), HOEHE_NHN: Math.round(groundAt(at) * 100) / 100, STROM: stationAt(at) },
      geometry: pointGeometry(plus(at, [-6, -5])),
    }));
};

/** About every 110 m at the edge of the street. Numbers begin at 1 in each street, and old ones were never made unique. */
const hydrantRows = ({ net }: Town): readonly Row[] => {
  const counts = new Map<string, number>();
  return net.edges
    .filter(({ bridge, length, rank }) => !bridge && length > 45 && rank !== 'edge')
    .flatMap((edge) =>
      Array.from({ length: Math.max(1, Math.floor(edge.length / 110)) }, (_, index) => {
        const { point, direction } = alongLine(edge.line, Math.min(lengthOf(edge.line) - 10, 22 + index * 110));
        const number = (counts.get(edge.name) ?? 0) + 1;
        counts.set(edge.name, number % 12);
        return {
          columns: {
            HYD_NR: number,
            DN: [80, 100, 100, 150][edge.number % 4] ?? 100,
            ART: edge.number % 5 === 0 ? 'UEH' : 'UFH',
            L_MIN: 800 + ((edge.number * 97) % 9) * 100,
          },
          geometry: pointGeometry(plus(point, times(left(direction), halfWidthByRank[edge.rank] - 1))),
        };
      }),
    );
};

export const waterFiles = (town: Town, stationAt: StationAt): readonly MadeFile[] => [
  ...town.floods.map((flood) => textFile(`agencies/water/ueberschwemmung_hq${flood.years}.geojson`, geojson('ueberschwemmungsgebiet', zoneRows(flood)))),
  textFile(
    'agencies/water/gewaesser.geojson',
    geojson('gewaesser', [
      { columns: { GEW_KZ: '48912', NAME: 'Aune', ART: 'F' }, geometry: polygonGeometry([riverRing.filter(([x]) => Math.abs(x) <= 1_500)]) },
      { columns: { GEW_KZ: '48912-A', NAME: 'Aune (Achse)', ART: 'A' }, geometry: lineGeometry(inTown(course)) },
    ]),
  ),
  textFile('agencies/water/pegel.csv', csv(gaugeRows(), { delimiter: ';', decimalComma: true })),
  textFile('agencies/water/pumpwerke.geojson', geojson('pumpwerke', pumpRows(town, stationAt))),
  textFile('agencies/water/hydranten.geojson.gz', geojson('hydranten', hydrantRows(town))),
];
