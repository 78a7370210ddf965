/**
 * Recordings: one day of river levels and of substation loads, with what real feeds do: late rows, corrections, an hour of silence.
 */
import { type Chance, createChance } from '../ground/chance.ts';
import { type Columns, csv, type MadeFile, textFile } from '../ground/writers.ts';
import type { Town } from '../town/town.ts';
import type { Grid, Substation } from './energy.ts';
import { type Gauge, gauges } from './water.ts';

const every = 300;
const day = 86_400;
const instants = Array.from({ length: day / every }, (_, index) => index * every);

const bump = (hour: number, at: number, width: number): number =>
  Math.exp(-(((hour - at) / width) ** 2)) + Math.exp(-(((hour - at - 24) / width) ** 2)) + Math.exp(-(((hour - at + 24) / width) ** 2));

/** A wave that comes down the river: higher in the afternoon, later at each gauge. Centimetres above the gauge's zero. */
const levelAt = ({ station }: Gauge, second: number): number => {
  const hour = second / 3600 - station / 2_600;
  return 236 + 118 * bump(hour, 15, 3.6) + 4 * Math.sin((hour / 6.2) * Math.PI);
};

const round = (value: number): number => Math.round(value * 10) / 10;

/** Every 40th level is published again an hour later, corrected. */
const levelRows = (seed: number): readonly Columns[] => {
  const chance = createChance(seed, 'levels');
  const rows = gauges.flatMap((gauge) =>
    instants.flatMap((second, index): readonly Columns[] => {
      const level = levelAt(gauge, second);
      const row = {
        PEGELNR: gauge.id,
        ZEIT_S: second,
        GEMELDET_S: (second + chance.whole(20, 90)) % day,
        W_CM: round(level + chance.between(-1, 1)),
        STATUS: 'U',
      };
      const wrong = index % 40 === 20;
      const again = { ...row, GEMELDET_S: (second + 3600) % day, W_CM: round(level), STATUS: 'K' };
      return wrong ? [{ ...row, W_CM: round(level + 61) }, again] : [row];
    }),
  );
  return byPublication(rows, 'GEMELDET_S');
};

const byPublication = (rows: readonly Columns[], column: string): readonly Columns[] => rows.toSorted((a, b) => Number(a[column]) - Number(b[column]));

/** Low at night, a peak in the morning, a higher one in the evening; shops and offices fill the hours between. */
const loadAt = (share: number, second: number): number => {
  const hour = second / 3600;
  return share * (0.3 + 0.26 * bump(hour, 7.6, 1.7) + 0.16 * bump(hour, 12.6, 2.6) + 0.42 * bump(hour, 19.1, 2.4));
};

const silent = { station: 'ONS-105', from: 10 * 3600, to: 11 * 3600 } as const;
const late = { station: 'ONS-109', by: 35 * 60 } as const;

const peakOf = ({ kva, fed }: Substation): number => (fed.length > 0 ? kva * Math.min(0.92, 0.35 + fed.length / 420) : kva * 0.16);

const loadRow = (station: Substation, second: number, chance: Chance): readonly Columns[] => {
  const kilowatts = loadAt(peakOf(station), second) * chance.between(0.975, 1.025);
  const delay = station.id === late.station && chance.happens(0.3) ? late.by + chance.whole(0, 600) : chance.whole(2, 12);
  const row = { STN_NO: station.id, OBS_S: second, PUB_S: (second + delay) % day, P_KW: round(kilowatts), FLAG: 'M' };
  if (station.id === silent.station && second >= silent.from && second < silent.to) return [{ ...row, P_KW: null, FLAG: 'X' }];
  if (!chance.happens(0.004)) return [row];
  return [
    { ...row, P_KW: round(kilowatts * 3.1), FLAG: 'S' },
    { ...row, PUB_S: (second + 1500) % day, FLAG: 'C' },
  ];
};

const loadRows = ({ stations }: Grid, seed: number): readonly Columns[] =>
  byPublication(
    stations.flatMap((station) => {
      const chance = createChance(seed, `load ${station.id}`);
      return instants.flatMap((second) => loadRow(station, second, chance));
    }),
    'PUB_S',
  );

export const recordings = (town: Town, grid: Grid): readonly MadeFile[] => [
  textFile('agencies/water/pegelstaende.csv.gz', csv(levelRows(town.seed), { delimiter: ';', decimalComma: true })),
  textFile('agencies/energy/loads.csv.gz', csv(loadRows(grid, town.seed))),
];
