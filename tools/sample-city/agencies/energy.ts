/**
 * Energy: substations, feeders, service points and charging points, in kVA and kW; planning's building 123 is written 123.0 here.
 */
import { type Chance, createChance } from '../ground/chance.ts';
import { apart, type Line, type Point, plus } from '../ground/plane.ts';
import { lineGeometry, pointGeometry } from '../ground/projection.ts';
import { asWritten, geojson, type MadeFile, type Row, textFile } from '../ground/writers.ts';
import type { Building } from '../town/buildings.ts';
import { nearestNode, type StreetNet, waysFrom, wayTo } from '../town/street-net.ts';
import type { Town } from '../town/town.ts';
import { hospitalIds } from './fire.ts';

export type Substation = {
  readonly id: string;
  readonly name: string;
  readonly at: Point;
  readonly node: number;
  readonly kva: number;
  readonly kv: number;
  readonly fed: readonly Building[];
};
type Feeder = {
  readonly id: string;
  readonly station: Substation;
  readonly line: Line;
  readonly kv: number;
  readonly to?: Substation;
  readonly fed: readonly Building[];
};
export type Grid = { readonly stations: readonly Substation[]; readonly feeders: readonly Feeder[] };

const localCount = 16;
const localKv = 20;
const spare: Point = [6.5, 4.5];

/** Spread over the town so that each has about as many houses (a few rounds of Lloyd), then put beside a crossing. */
const spreadSites = (houses: readonly Building[], net: StreetNet): readonly { readonly node: number; readonly fed: readonly Building[] }[] => {
  let seeds = Array.from({ length: localCount }, (_, index): Point => houses[Math.floor(((index + 0.5) * houses.length) / localCount)]?.centre ?? [0, 0]);
  for (let round = 0; round < 8; round += 1) seeds = nearestGroups(houses, seeds).map((group, index) => middleOf(group) ?? seeds[index] ?? [0, 0]);
  const nodes = seeds.map((seed) => nearestNode(net, seed));
  const groups = nearestGroups(
    houses,
    nodes.map((node) => net.nodes[node - 1]?.at ?? [0, 0]),
  );
  return nodes.map((node, index) => ({ node, fed: groups[index] ?? [] }));
};

const nearestGroups = (houses: readonly Building[], seeds: readonly Point[]): readonly (readonly Building[])[] => {
  const groups = seeds.map((): Building[] => []);
  for (const house of houses) {
    const nearest = seeds.reduce((best, seed, index) => (apart(seed, house.centre) < apart(seeds[best] ?? seed, house.centre) ? index : best), 0);
    groups[nearest]?.push(house);
  }
  return groups;
};

const middleOf = (group: readonly Building[]): Point | undefined => {
  if (group.length === 0) return undefined;
  const sum = group.reduce<Point>((total, { centre }) => plus(total, centre), [0, 0]);
  return [sum[0] / group.length, sum[1] / group.length];
};

const isServed = ({ partOf }: Building): boolean => partOf === undefined;

const createStations = ({ built, net }: Town): readonly Substation[] => {
  const sites = spreadSites(built.buildings.filter(isServed), net);
  const local = sites.map(({ node, fed }, index): Substation => {
    const at = plus(net.nodes[node - 1]?.at ?? [0, 0], spare);
    const crossing = net.edges.find(({ from, to }) => from === node || to === node);
    return {
      id: `ONS-${String(101 + index)}`,
      name: `Ortsnetzstation ${crossing?.name ?? index}`,
      at,
      node,
      kva: fed.length > 180 ? 1000 : 630,
      kv: localKv,
      fed,
    };
  });
  const main = built.buildings.filter(({ landmark }) => landmark?.sort === 'substation' && landmark.main);
  const big = main.map(
    ({ landmark, centre }, index): Substation => ({
      id: `UW-${index + 1}`,
      name: landmark?.name ?? '',
      at: centre,
      node: nearestNode(net, centre),
      kva: 40_000,
      kv: 110,
      fed: [],
    }),
  );
  return [...big, ...local];
};

export const createGrid = (town: Town): Grid => {
  const stations = createStations(town);
  const [first, second] = stations;
  const local = stations.slice(2);
  const feeders: Omit<Feeder, 'id'>[] = [];
  for (const station of local) {
    const source = first && second && apart(second.at, station.at) < apart(first.at, station.at) ? second : first;
    if (source) feeders.push({ station: source, kv: 20, to: station, fed: [], line: wayTo(waysFrom(town.net, source.node), station.node).line });
    feeders.push(...streetFeeders(town.net, station));
  }
  return {
    stations,
    feeders: feeders.filter(({ line }) => line.length > 1).map((feeder, index) => ({ ...feeder, id: `K-${String(index + 1).padStart(4, '0')}` })),
  };
};

/** Four low-voltage feeders, one for each direction, each as far as its last house. */
const streetFeeders = (net: StreetNet, station: Substation): readonly Omit<Feeder, 'id'>[] => {
  const ways = waysFrom(net, station.node);
  const sectors = Map.groupBy(
    station.fed,
    ({ centre }) => Math.floor((Math.atan2(centre[1] - station.at[1], centre[0] - station.at[0]) / (2 * Math.PI) + 1) * 4) % 4,
  );
  return [...sectors]
    .toSorted(([a], [b]) => a - b)
    .map(([, fed]) => {
      const last = fed.reduce<Building | undefined>(
        (best, house) => (!best || apart(house.centre, station.at) > apart(best.centre, station.at) ? house : best),
        undefined,
      );
      return { station, kv: 0.4, fed, line: last ? wayTo(ways, nearestNode(net, last.centre)).line : [] };
    });
};

/** The local station whose current somebody gets there, by its number. */
export type StationAt = (at: Point) => string;

export const stationAt =
  ({ stations }: Grid): StationAt =>
  (at) =>
    stations.filter(({ kv }) => kv === localKv).toSorted((a, b) => apart(a.at, at) - apart(b.at, at))[0]?.id ?? '';

const stationRows = ({ stations }: Grid): readonly Row[] =>
  stations.map(({ id, name, at, kva, kv }) => ({ columns: { STN_NO: id, STN_NAME: name, RATED_KVA: kva, U_KV: kv, STATE: 'I' }, geometry: pointGeometry(at) }));

const feederRows = ({ feeders }: Grid): readonly Row[] =>
  feeders.map(({ id, station, kv, to, line, fed }) => ({
    columns: { FDR: id, FROM_STN: station.id, TO_STN: to?.id ?? null, U_KV: kv, MAX_KW: kv > 1 ? 8000 : 160 + 2 * fed.length },
    geometry: lineGeometry(line),
  }));

const loadOf = ({ use, storeys, outline }: Building, chance: Chance): number => {
  const base = { residential: 9, mixed: 14, commercial: 22, industrial: 90, public: 60, office: 25 }[use];
  return Math.round(base * Math.max(1, storeys / 2) * (outline.length > 4 ? 1.3 : 1) * chance.between(0.7, 1.4) * 10) / 10;
};

/** One in fifty houses is not connected here; a few rows speak of buildings that planning has struck off. */
const servicePoints = (town: Town, { feeders }: Grid): readonly Row[] => {
  const chance = createChance(town.seed, 'service points');
  const hospitals = hospitalIds(town);
  const rows = feeders.flatMap((feeder) =>
    feeder.fed.filter(() => !chance.happens(0.02)).map((house) => ({ feeder, house, number: chance.happens(0.012) ? 9000 + house.number : house.number })),
  );
  return rows.map(({ feeder, house, number }, index) => ({
    columns: {
      SP_ID: 100_001 + index,
      FDR: feeder.id,
      BLDG_NO: asWritten(`${number}.0`),
      LOAD_KW: loadOf(house, chance),
      CUSTOMER: `Kunde ${String(1 + ((index * 7919) % rows.length)).padStart(5, '0')}`,
      METER_KWH: Math.round(chance.between(8_000, 96_000)),
      CRIT_REF: hospitals.get(house.number) ?? null,
    },
    geometry: pointGeometry(house.outline[0] ?? house.centre),
  }));
};

const chargingPoints = ({ net, seed }: Town): readonly Row[] => {
  const chance = createChance(seed, 'charging points');
  const nodes = net.nodes.filter(({ edges }) => edges.length > 2).filter((_, index) => index % 17 === 3);
  return nodes.map((node, index) => {
    const kw = chance.pick(11, 22, 22, 50, 150);
    const street = net.edges[(node.edges[0] ?? 1) - 1]?.name;
    return {
      columns: { EVSE: `AF*E${1001 + index}`, STREET: street, OUTLETS: kw > 22 ? 1 : 2, MAX_KW: kw, STATE: chance.pick('free', 'free', 'busy', 'broken') },
      geometry: pointGeometry(plus(node.at, [-5.5, 5])),
    };
  });
};

export const energyFiles = (town: Town, grid: Grid): readonly MadeFile[] => [
  textFile('agencies/energy/substations.geojson', geojson('substations', stationRows(grid))),
  textFile('agencies/energy/feeders.geojson', geojson('feeders', feederRows(grid))),
  textFile('agencies/energy/service-points.geojson.gz', geojson('service_points', servicePoints(town, grid))),
  textFile('agencies/energy/charging-points.geojson', geojson('evse', chargingPoints(town))),
];
