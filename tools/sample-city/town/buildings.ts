/**
 * Buildings: every block built up in the way of its quarter; each building with its hull, age, storeys, use and address.
 */
import { type Chance, createChance } from '../ground/chance.ts';
import { apart, at, centreOf, contains, type Edge, edgesOf, type Point, type Ring, ringsMeet } from '../ground/plane.ts';
import { insetBy } from '../ground/polygon.ts';
import { type Address, createAddresses } from './addresses.ts';
import { type Green, greens } from './greens.ts';
import { type Landmark, type LandmarkSort, landmarks, layPart, type Part, type RoofShape } from './landmarks.ts';
import { type HouseRule, housePlots, type Plot, type RowRule, rowPlots } from './plots.ts';
import type { Build } from './quarters.ts';
import { groundAt } from './river.ts';
import { flatHull, gabledHull, type Hull, hippedHull, type Levels, outlineOf, pyramidHull, type Wing } from './roofs.ts';
import { rankAlong, type StreetEdge, type StreetNet } from './street-net.ts';
import { type Block, halfWidthByRank, type StreetPlan } from './streets.ts';

export type Use = 'residential' | 'mixed' | 'commercial' | 'industrial' | 'public' | 'office';
export type Building = {
  readonly number: number;
  readonly outline: Ring;
  readonly centre: Point;
  readonly hull: Hull;
  readonly levels: Levels;
  readonly roof: RoofShape;
  readonly storeys: number;
  readonly year: number;
  readonly use: Use;
  readonly street: StreetEdge | undefined;
  readonly houseNumber: string;
  readonly quarter: string;
  /** the building that this is a part of, as the tower is of its church */
  readonly partOf?: number | undefined;
  readonly landmark?: { readonly name: string; readonly sort: LandmarkSort; readonly main: boolean } | undefined;
};
export type Parcel = { readonly number: string; readonly ring: Ring; readonly quarter: string; readonly building: number | undefined };
export type BuiltTown = {
  readonly buildings: readonly Building[];
  readonly parcels: readonly Parcel[];
  readonly parks: readonly { readonly green: Green; readonly ring: Ring; readonly quarter: string }[];
};

type Style = {
  readonly row?: RowRule;
  readonly house: HouseRule;
  readonly storeys: readonly [number, number];
  readonly storeyHeight: number;
  readonly roofs: readonly [RoofShape, ...RoofShape[]];
  /** height of the ridge over the eaves, as share of the depth */
  readonly pitch: readonly [number, number];
  /** share of houses that turn their gable to the street */
  readonly gable: number;
  readonly uses: readonly [Use, ...Use[]];
};

const styles: Readonly<Record<Build, Style>> = {
  old: {
    row: { depth: 10.4, width: [8.6, 13] },
    house: { parcel: 230, setback: 0.5, side: 0.4, depth: [9, 12], width: [8, 12], built: 0.95 },
    storeys: [2, 4],
    storeyHeight: 2.9,
    roofs: ['gabled', 'gabled', 'gabled', 'gabled', 'hipped'],
    pitch: [0.42, 0.6],
    gable: 0.45,
    uses: ['mixed', 'mixed', 'residential', 'commercial'],
  },
  perimeter: {
    row: { depth: 12.4, width: [13.5, 19] },
    house: { parcel: 420, setback: 2, side: 1, depth: [11, 13], width: [13, 18], built: 0.95 },
    storeys: [3, 5],
    storeyHeight: 3.5,
    roofs: ['gabled', 'gabled', 'gabled', 'flat'],
    pitch: [0.26, 0.38],
    gable: 0,
    uses: ['residential', 'residential', 'residential', 'mixed', 'office'],
  },
  houses: {
    house: { parcel: 520, setback: 5, side: 2.6, depth: [8.5, 11], width: [9.5, 14], built: 0.96 },
    storeys: [1, 2],
    storeyHeight: 2.9,
    roofs: ['gabled', 'gabled', 'gabled', 'hipped'],
    pitch: [0.34, 0.52],
    gable: 0.4,
    uses: ['residential'],
  },
  rows: {
    house: { parcel: 300, setback: 4, side: 0.9, depth: [9.5, 11], width: [7.5, 11], built: 0.97 },
    storeys: [2, 2],
    storeyHeight: 2.8,
    roofs: ['gabled', 'gabled', 'flat'],
    pitch: [0.34, 0.44],
    gable: 0.08,
    uses: ['residential'],
  },
  slabs: {
    house: { parcel: 2_700, setback: 8, side: 4, depth: [11.5, 13], width: [42, 62], built: 0.97 },
    storeys: [5, 9],
    storeyHeight: 2.85,
    roofs: ['flat'],
    pitch: [0, 0],
    gable: 0,
    uses: ['residential'],
  },
  industry: {
    house: { parcel: 2_700, setback: 6, side: 3.5, depth: [22, 40], width: [28, 64], built: 0.95 },
    storeys: [1, 2],
    storeyHeight: 4.9,
    roofs: ['flat', 'flat', 'flat', 'gabled'],
    pitch: [0.08, 0.12],
    gable: 0,
    uses: ['industrial', 'industrial', 'industrial', 'commercial'],
  },
};

/** The part of a block that may be built on: what lies between the streets' edges. */
const freeOf = ({ ring }: Block, { streets }: StreetPlan): Ring | undefined =>
  insetBy(
    ring,
    edgesOf(ring).map((edge: Edge) => halfWidthByRank[rankAlong(streets, edge)]),
  );

const plotsOf = (free: Ring, build: Build, chance: Chance): readonly Plot[] => {
  const { row, house } = styles[build];
  return (row && rowPlots(free, row, chance)) ?? housePlots(free, house, chance);
};

const hullOf = (wing: Wing, roof: RoofShape, levels: Levels): Hull => {
  switch (roof) {
    case 'flat':
      return flatHull(outlineOf(wing), levels);
    case 'gabled':
      return gabledHull(wing, levels);
    case 'hipped':
      return hippedHull(wing, levels);
    case 'pyramid':
      return pyramidHull(outlineOf(wing), levels);
  }
};

/** The same four corners, the ridge turned by a right angle. */
const turned = ({ front, rear }: Wing): Wing => ({ front: [at(front, 1), at(rear, 1)], rear: [at(front, 0), at(rear, 0)] });

type Draft = Omit<Building, 'number' | 'centre' | 'street' | 'houseNumber'> & { readonly at: Point };

const tenth = (metres: number): number => Math.round(metres * 10) / 10;
const groundOf = (ring: Ring): number => tenth(Math.min(...ring.map(groundAt)) - 0.1);

const draftHouse = ({ wing, street }: Plot, block: Block, chance: Chance): Draft | undefined => {
  if (!wing) return undefined;
  const style = styles[block.quarter.build];
  const storeys = chance.whole(...style.storeys);
  const wanted = chance.pick(...style.roofs);
  const roof = wanted === 'hipped' && wing.front.length > 2 ? 'gabled' : wanted;
  const turns = wing.front.length === 2 && chance.happens(style.gable);
  const laid = turns ? turned(wing) : wing;
  const ground = groundOf(outlineOf(wing));
  const eaves = tenth(ground + storeys * style.storeyHeight + chance.between(0.3, 1.1));
  const span = Math.min(apart(at(laid.front, 0), at(laid.rear, 0)), 14);
  const levels = { ground, eaves, ridge: roof === 'flat' ? eaves : tenth(eaves + span * chance.between(...style.pitch)) };
  return {
    outline: outlineOf(laid),
    hull: hullOf(laid, roof, levels),
    levels,
    roof,
    storeys,
    year: chance.whole(...block.quarter.years),
    use: chance.pick(...style.uses),
    quarter: block.quarter.name,
    at: street,
  };
};

const draftPart = (part: Part, free: Ring, { landmark, block, main }: { landmark: Landmark; block: Block; main: boolean }): Draft | undefined => {
  const wing = layPart(part, free);
  if (!wing) return undefined;
  const ground = groundOf(outlineOf(wing));
  const levels = { ground, eaves: tenth(ground + part.eaves), ridge: tenth(ground + (part.ridge ?? part.eaves)) };
  const { name, sort, year } = landmark;
  return {
    outline: outlineOf(wing),
    hull: hullOf(wing, part.roof, levels),
    levels,
    roof: part.roof,
    storeys: part.storeys,
    year,
    use: 'public',
    quarter: block.quarter.name,
    at: centreOf(free),
    landmark: { name, sort, main },
  };
};

const blockNear = <T extends { readonly ring: Ring }>(blocks: readonly T[], near: Point): T | undefined =>
  blocks.find(({ ring }) => contains(ring, near)) ?? blocks.toSorted((a, b) => apart(centreOf(a.ring), near) - apart(centreOf(b.ring), near))[0];

type Site = { readonly block: Block; readonly free: Ring; readonly ring: Ring };

const claim = <T extends { readonly near: Point }>(sites: readonly Site[], things: readonly T[], taken: Set<Site>): ReadonlyMap<Site, T> =>
  new Map(
    things.flatMap((thing) => {
      const site = blockNear(
        sites.filter((one) => !taken.has(one)),
        thing.near,
      );
      if (!site) return [];
      taken.add(site);
      return [[site, thing] as const];
    }),
  );

type Sketch = { readonly parcel: Ring; readonly site: Site; readonly draft?: Draft | undefined };

/** What a landmark leaves free of its block is built on like any other block of the quarter. */
const sketchLandmark = (site: Site, landmark: Landmark): readonly Sketch[] => {
  const drafts = landmark.parts.flatMap((part, index) => draftPart(part, site.free, { landmark, block: site.block, main: index === 0 }) ?? []);
  const apartFromFirst = drafts.filter((draft, index) => !drafts.slice(0, index).some((other) => ringsMeet(draft.outline, other.outline)));
  return apartFromFirst.map((draft, index) => ({ parcel: index === 0 ? site.free : [], site, draft }));
};

const sketchBlock = (site: Site, chance: Chance): readonly Sketch[] =>
  plotsOf(site.free, site.block.quarter.build, chance).map((plot) => ({ parcel: plot.parcel, site, draft: draftHouse(plot, site.block, chance) }));

export const createBuiltTown = (plan: StreetPlan, net: StreetNet, seed: number): BuiltTown => {
  const sites = plan.blocks.flatMap((block): readonly Site[] => {
    const free = freeOf(block, plan);
    return free ? [{ block, free, ring: free }] : [];
  });
  const taken = new Set<Site>();
  const landmarkAt = claim(sites, landmarks, taken);
  const greenAt = claim(sites, greens, taken);
  const sketches = sites.flatMap((site, index) => {
    const landmark = landmarkAt.get(site);
    if (landmark) return sketchLandmark(site, landmark);
    return greenAt.has(site) ? [] : sketchBlock(site, createChance(seed, `block ${index}`));
  });
  const parks = [...greenAt].map(([site, green]) => ({ green, ring: site.free, quarter: site.block.quarter.name }));
  return { ...numbered(sketches, net), parks };
};

const numbered = (sketches: readonly Sketch[], net: StreetNet): Pick<BuiltTown, 'buildings' | 'parcels'> => {
  const addresses = createAddresses(net);
  const buildings: Building[] = [];
  const parcels: Parcel[] = [];
  for (const { parcel, site, draft } of sketches) {
    if (draft)
      buildings.push({
        ...draft,
        number: buildings.length + 1,
        centre: centreOf(draft.outline),
        partOf: wholeOf(draft, buildings),
        ...addressOf(draft, buildings, addresses),
      });
    const flur = site.block.quarter.number;
    if (parcel.length > 2)
      parcels.push({
        number: `${flur}-${String(parcels.length + 1).padStart(4, '0')}`,
        ring: parcel,
        quarter: site.block.quarter.name,
        building: draft ? buildings.length : undefined,
      });
  }
  return { buildings, parcels };
};

/** A tower belongs to the church before it; other buildings of a landmark are buildings of their own at the same address. */
const wholeOf = ({ landmark }: Draft, before: readonly Building[]): number | undefined =>
  landmark?.sort === 'church' && !landmark.main ? before.at(-1)?.number : undefined;

const addressOf = (draft: Draft, before: readonly Building[], addresses: (point: Point) => Address): Address => {
  const main = draft.landmark && !draft.landmark.main ? before.at(-1) : undefined;
  return main ? { street: main.street, houseNumber: main.houseNumber } : addresses(draft.at);
};

export const addressText = ({ street, houseNumber }: Pick<Building, 'street' | 'houseNumber'>): string => `${street?.name ?? 'Ohne Straße'} ${houseNumber}`;

export const heightOf = ({ levels }: Building): number => tenth(levels.ridge - levels.ground);
