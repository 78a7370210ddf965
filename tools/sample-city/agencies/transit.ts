/**
 * Transit: bus lines, stops, the fleet, and the recorded day of where every bus was.
 */
import { type Chance, createChance } from '../ground/chance.ts';
import { alongLine, apart, type Line, lengthOf, type Point } from '../ground/plane.ts';
import { lineGeometry, toLonLat } from '../ground/projection.ts';
import { type Columns, csv, geojson, type MadeFile, type Row, textFile } from '../ground/writers.ts';
import { nearestEdge, nearestNode, type StreetNet, waysFrom, wayTo } from '../town/street-net.ts';
import type { Town } from '../town/town.ts';

type LinePlan = { readonly line: string; readonly from: string; readonly to: string; readonly via: Line; readonly buses: number };

const plans: readonly LinePlan[] = [
  {
    line: '1',
    from: 'Westend',
    to: 'Ostfeld',
    via: [
      [-1050, 130],
      [-330, 40],
      [-38, 0],
      [330, 60],
      [1000, 210],
    ],
    buses: 3,
  },
  {
    line: '2',
    from: 'Nordhang',
    to: 'Südfeld',
    via: [
      [-20, 740],
      [-30, 140],
      [-60, -330],
      [-95, -640],
      [-110, -850],
    ],
    buses: 3,
  },
  {
    line: '3',
    from: 'Ring',
    to: 'Ring',
    via: [
      [-420, -200],
      [-330, 220],
      [40, 430],
      [480, 200],
      [575, -250],
      [440, -640],
      [-100, -735],
      [-58, -420],
    ],
    buses: 3,
  },
  {
    line: '4',
    from: 'Sonnenberg',
    to: 'Hafen',
    via: [
      [620, 620],
      [340, 330],
      [330, 60],
      [580, -120],
      [556, -395],
      [900, -660],
    ],
    buses: 2,
  },
  {
    line: '5',
    from: 'Bergstraße',
    to: 'Klinikum',
    via: [
      [-640, 700],
      [-330, 330],
      [-40, 300],
      [250, 330],
    ],
    buses: 2,
  },
  {
    line: '6',
    from: 'Uferweg West',
    to: 'Marktplatz',
    via: [
      [-1060, -110],
      [-560, -130],
      [-280, -150],
      [-38, 0],
    ],
    buses: 2,
  },
  {
    line: '7',
    from: 'Südfeld West',
    to: 'Klinikum',
    via: [
      [-820, -640],
      [-500, -580],
      [-60, -500],
      [-30, -120],
      [200, 250],
    ],
    buses: 1,
  },
];

export type BusLine = LinePlan & { readonly route: Line };
export type BusStop = { readonly id: string; readonly name: string; readonly at: Point; readonly lines: readonly string[] };
export type Transit = {
  readonly lines: readonly BusLine[];
  readonly stops: readonly BusStop[];
  readonly buses: readonly { readonly id: string; readonly line: BusLine }[];
};

const routeOf = (net: StreetNet, via: Line): Line => {
  const nodes = via.map((point) => nearestNode(net, point));
  return nodes.slice(1).flatMap((node, index) => wayTo(waysFrom(net, nodes[index] ?? node), node).line.slice(index === 0 ? 0 : 1));
};

const stopGap = 330;

/** Every 330 m along each line; where two lines stop close to one another they share the stop. */
const createStops = (net: StreetNet, lines: readonly BusLine[]): readonly BusStop[] => {
  const stops: { at: Point; name: string; lines: string[] }[] = [];
  for (const { line, route } of lines) {
    const length = lengthOf(route);
    const count = Math.max(2, Math.round(length / stopGap));
    for (let index = 0; index <= count; index += 1) {
      const at = alongLine(route, (length * index) / count).point;
      const near = stops.find((stop) => apart(stop.at, at) < 110);
      if (near && !near.lines.includes(line)) near.lines.push(line);
      if (!near) stops.push({ at, name: nearestEdge(net, at)?.edge.name ?? 'Halt', lines: [line] });
    }
  }
  return stops.map((stop, index) => ({ ...stop, id: `de:05999:${String(1001 + index)}`, name: nameOfStop(stops, index) }));
};

const nameOfStop = (stops: readonly { readonly name: string }[], index: number): string => {
  const name = stops[index]?.name ?? '';
  const earlier = stops.slice(0, index).filter((stop) => stop.name === name).length;
  return earlier === 0 ? name : `${name} ${['Mitte', 'Ost', 'West', 'Nord', 'Süd'][earlier - 1] ?? earlier + 1}`;
};

export const createTransit = ({ net }: Town): Transit => {
  const lines = plans.map((plan) => ({ ...plan, route: routeOf(net, plan.via) }));
  const buses = lines.flatMap((line) => Array.from({ length: line.buses }, () => line)).map((line, index) => ({ id: `AF-${201 + index}`, line }));
  return { lines, stops: createStops(net, lines), buses };
};

const lineRows = ({ lines }: Transit): readonly Row[] =>
  lines.map(({ line, from, to, route }) => ({
    columns: {
      route_short_name: line,
      route_long_name: from === to ? `${from}linie` : `${from} – ${to}`,
      operator: 'VB Auenfurt',
      length_km: Math.round(lengthOf(route) / 10) / 100,
      headway_min: from === to ? 12 : 15,
    },
    geometry: lineGeometry(route),
  }));

const stopRows = ({ stops }: Transit): readonly Columns[] =>
  stops.map(({ id, name, at, lines }) => {
    const [lon, lat] = toLonLat(at);
    return { stop_id: id, stop_name: name, stop_lat: lat, stop_lon: lon, route: lines[0], routes: lines.join(' '), shelter: lines.length > 1 ? 1 : 0 };
  });

const fleetRows = ({ buses }: Transit): readonly Columns[] =>
  buses.map(({ id, line }, index) => ({
    bus: id,
    route: line.line,
    seats: [42, 54, 42, 71][index % 4],
    drive: index % 3 === 0 ? 'electric' : 'diesel',
    year: 2012 + ((index * 5) % 13),
  }));

const interval = 25;
const service = { from: 5 * 3600, to: 24 * 3600 } as const;
/** metres a second, stops counted in */
const cruise = 5.2;

/** To and fro along its line, slower in the peaks, with a rest at each end. A bus whose radio is in the shade of the valley reports late. */
const dayOf = ({ id, line }: Transit['buses'][number], chance: Chance): readonly Columns[] => {
  const length = lengthOf(line.route);
  const start = service.from + Math.round(chance.between(0, 1500));
  const rows: Columns[] = [];
  let [distance, rest] = [chance.between(0, 2 * length), 0];
  for (let second = start; second < service.to; second += interval) {
    rows.push(positionAt(line.route, distance % (2 * length), { id, second, chance }));
    const before = Math.floor(distance / length);
    if (rest > 0) rest -= interval;
    else distance += interval * cruise * paceAt(second) * chance.between(0.55, 1.4);
    if (Math.floor(distance / length) > before) rest = 150;
  }
  return rows;
};

const paceAt = (second: number): number => (isPeak(second / 3600) ? 0.75 : 1);
const isPeak = (hour: number): boolean => (hour > 6.8 && hour < 9) || (hour > 15.8 && hour < 18.2);

const positionAt = (
  route: Line,
  distance: number,
  { id, second, chance }: { readonly id: string; readonly second: number; readonly chance: Chance },
): Columns => {
  const length = lengthOf(route);
  const { point } = alongLine(route, distance > length ? 2 * length - distance : distance);
  const [lon, lat] = toLonLat(point);
  const late = chance.happens(0.01) ? chance.whole(60, 240) : chance.whole(1, 4);
  const load = Math.round((isPeak(second / 3600) ? 70 : 30) * chance.between(0.3, 1.3));
  return { bus: id, t: second, sent: (second + late) % 86_400, lon: Number(lon.toFixed(6)), lat: Number(lat.toFixed(6)), load_pct: Math.min(100, load) };
};

const recordedDay = ({ buses }: Transit, seed: number): readonly Columns[] =>
  buses.flatMap((bus) => dayOf(bus, createChance(seed, `bus ${bus.id}`))).toSorted((a, b) => Number(a['sent']) - Number(b['sent']));

export const transitFiles = (town: Town, transit: Transit): readonly MadeFile[] => [
  textFile('agencies/transit/routes.geojson', geojson('routes', lineRows(transit))),
  textFile('agencies/transit/stops.csv', csv(stopRows(transit))),
  textFile('agencies/transit/fleet.csv', csv(fleetRows(transit))),
  textFile('agencies/transit/positions.csv.gz', csv(recordedDay(transit, town.seed))),
];
