/**
 * Environment: stations that measure the air, and their recorded day.
 */
import { createChance } from '../ground/chance.ts';
import type { Point } from '../ground/plane.ts';
import { pointGeometry } from '../ground/projection.ts';
import { type Columns, csv, geojson, type MadeFile, type Row, textFile } from '../ground/writers.ts';
import type { Town } from '../town/town.ts';

type Station = { readonly id: string; readonly name: string; readonly at: Point; readonly traffic: number };

const stations: readonly Station[] = [
  { id: 'AFLU01', name: 'Marktplatz', at: [-14, 22], traffic: 0.7 },
  { id: 'AFLU02', name: 'Ringstraße', at: [392, 296], traffic: 1.5 },
  { id: 'AFLU03', name: 'Hafen', at: [690, -520], traffic: 1.2 },
  { id: 'AFLU04', name: 'Westpark', at: [-752, 208], traffic: 0.35 },
  { id: 'AFLU05', name: 'Südfeld', at: [-430, -742], traffic: 0.45 },
];

const stationRows = (): readonly Row[] =>
  stations.map(({ id, name, at }) => ({ columns: { station: id, label: name, inlet_m: 3.5 }, geometry: pointGeometry(at) }));

const bump = (hour: number, at: number, width: number): number => Math.exp(-(((hour - at) / width) ** 2));

/** Every quarter of an hour: traffic in the morning and in the evening, stoves at night. Westpark is cleaned from 13:00 to 14:00 and estimates. */
const dayRows = ({ seed }: Town): readonly Columns[] => {
  const chance = createChance(seed, 'air');
  return Array.from({ length: 96 }, (_, quarter) => quarter * 900).flatMap((second) =>
    stations.map(({ id, traffic }) => {
      const hour = second / 3600;
      const rush = bump(hour, 7.8, 1.6) + 0.9 * bump(hour, 17.4, 2.2);
      const stoves = bump(hour, 21.5, 2.4) + bump(hour, 0.5, 1.8);
      const pm25 = 5.5 + traffic * 9 * rush + 4 * stoves + chance.between(-0.8, 0.8);
      const no2 = 9 + traffic * 34 * rush + chance.between(-2, 2);
      const estimated = id === 'AFLU04' && hour >= 13 && hour < 14;
      return {
        station: id,
        observed_s: second,
        published_s: (second + 240) % 86_400,
        pm25: Number(pm25.toFixed(1)),
        pm10: Number((pm25 * 1.55 + 1.2).toFixed(1)),
        no2: Number(no2.toFixed(1)),
        q: estimated ? 'E' : 'V',
      };
    }),
  );
};

export const environmentFiles = (town: Town): readonly MadeFile[] => [
  textFile('agencies/environment/air-stations.geojson', geojson('air_stations', stationRows())),
  textFile('agencies/environment/air-quality.csv.gz', csv(dayRows(town))),
];
