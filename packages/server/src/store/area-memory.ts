/**
 * Areas of filters on their way to the readers' threads: a large geometry becomes text once, is read once in each thread and made ready once.
 */
import { hash } from 'node:crypto';
import { type AreaTest, canonicalJson, type Geometry, type PreparedArea, prepareArea, type TwinFilter } from '@cityweave/core';
import { LRUCache } from 'lru-cache';

/** Texts of geometries by the names that stand for them in a filter. */
export type AreaTexts = Readonly<Record<string, string>>;

const geometriesMax = 512;

const mapAreas = (filter: TwinFilter, change: (area: AreaTest) => AreaTest): TwinFilter => {
  const inside = (part: TwinFilter): TwinFilter => mapAreas(part, change);
  const { areas, all, any, not, linked } = filter;
  return {
    ...filter,
    ...(areas && { areas: areas.map(change) }),
    ...(all && { all: all.map(inside) }),
    ...(any && { any: any.map(inside) }),
    ...(not && { not: inside(not) }),
    ...(linked && { linked: linked.map((test) => (test.to ? { ...test, to: inside(test.to) } : test)) }),
  };
};

type Packed = { readonly name: string; readonly text: string };

const packed = new WeakMap<Geometry, Packed>();

/** Named by what it is: the same zone, asked of several nodes of one process, is read and made ready once a thread. */
const pack = (geometry: Geometry): Packed => {
  const known = packed.get(geometry);
  if (known) return known;
  const text = canonicalJson(geometry);
  const made = { name: hash('sha256', text), text };
  packed.set(geometry, made);
  return made;
};

/** The asking side: geometries leave the filter, and their texts go beside it. */
export const packAreas = (filter: TwinFilter): { readonly filter: TwinFilter; readonly areas: AreaTexts } => {
  const areas: Record<string, string> = {};
  const packing = ({ geometry, ...area }: AreaTest): AreaTest => {
    if (!geometry) return area;
    const { name, text } = pack(geometry);
    areas[name] = text;
    return { ...area, digest: name };
  };
  return { filter: mapAreas(filter, packing), areas };
};

const geometries = new LRUCache<string, Geometry>({ max: geometriesMax });

const geometryOf = (name: string | undefined, areas: AreaTexts): Geometry | undefined => {
  const text = name === undefined ? undefined : areas[name];
  if (name === undefined || text === undefined) return undefined;
  const known = geometries.get(name) ?? (JSON.parse(text) as Geometry); // branding: written by packAreas
  geometries.set(name, known);
  return known;
};

/** The reading side: the same geometry is the same object every time. */
export const unpackAreas = (filter: TwinFilter, areas: AreaTexts): TwinFilter =>
  mapAreas(filter, (area) => ({ ...area, geometry: geometryOf(area.digest, areas) }));

const ready = new WeakMap<Geometry, Map<string, PreparedArea>>();

/** An area ready to be compared with places; undefined where it came without geometry. */
export const preparedArea = ({ relation, metres, geometry }: AreaTest): PreparedArea | undefined => {
  if (!geometry) return undefined;
  const byRelation = ready.get(geometry) ?? new Map<string, PreparedArea>();
  const key = `${relation} ${metres ?? ''}`;
  const known = byRelation.get(key) ?? prepareArea({ relation, metres, geometry });
  ready.set(geometry, byRelation.set(key, known));
  return known;
};
