/**
 * Entities: what a broker of NGSI-LD keeps: of each entity what stands, and of each attribute what was said before.
 */
import { compareText, type Instant, type Json } from '@cityweave/core';
import { z } from 'zod';

/** A Property, GeoProperty or Relationship, normalised. */
export const Attribute = z.looseObject({ type: z.enum(['Property', 'GeoProperty', 'Relationship']), observedAt: z.string().optional() });
export type Attribute = z.infer<typeof Attribute>;

export const NgsiEntity = z.object({ id: z.string().min(1).max(1_024), type: z.string().min(1).max(256) }).catchall(z.unknown());
export type NgsiEntity = z.infer<typeof NgsiEntity>;

export const Attributes = z.record(z.string().max(256), Attribute);
export type Attributes = z.infer<typeof Attributes>;

/** Entities that a broker keeps, and instances of one attribute that it remembers. */
export const entitiesMax = 10_000;
export const instancesMax = 2_000;

export type Period = { readonly from?: string | undefined; readonly to?: string | undefined; readonly lastN?: number | undefined };

export type Entities = {
  readonly get: (id: string) => NgsiEntity | undefined;
  /** of these types and ids, in the order of their ids; all where absent */
  readonly list: (asked: { readonly types?: readonly string[] | undefined; readonly ids?: readonly string[] | undefined }) => readonly NgsiEntity[];
  /** False where there is no room for one more. */
  readonly put: (entity: NgsiEntity) => boolean;
  /** Changes attributes; false where there is no such entity. */
  readonly patch: (id: string, attributes: Attributes, at: Instant) => boolean;
  readonly remove: (id: string) => boolean;
  /** The entity with lists of instances in place of its attributes. */
  readonly temporal: (id: string, period: Period) => NgsiEntity | undefined;
  readonly onChange: (told: (entity: NgsiEntity, attributes: readonly string[]) => void) => () => void;
};

const notAttributes = new Set(['id', 'type', '@context']);

const attributesOf = (entity: NgsiEntity): readonly (readonly [string, Attribute])[] =>
  Object.entries(entity).flatMap(([name, value]) => {
    const parsed = notAttributes.has(name) ? undefined : Attribute.safeParse(value).data;
    return parsed ? [[name, parsed] as const] : [];
  });

const timeOf = ({ observedAt }: Attribute): string => observedAt ?? '';

const isWithin = (attribute: Attribute, { from, to }: Period): boolean => {
  const at = timeOf(attribute);
  return (from === undefined || at >= from) && (to === undefined || at <= to);
};

type Instances = Map<string, Attribute[]>;

const temporalOf = (entity: NgsiEntity, instances: Instances, period: Period): NgsiEntity => {
  const told = attributesOf(entity).flatMap(([name]): [string, Json][] => {
    const found = (instances.get(`${entity.id} ${name}`) ?? []).filter((attribute) => isWithin(attribute, period));
    const last = period.lastN === undefined ? found : found.slice(-period.lastN);
    return last.length > 0 ? [[name, last as unknown as Json]] : []; // branding: what came as JSON
  });
  return { id: entity.id, type: entity.type, ...Object.fromEntries(told) };
};

const remember = (instances: Instances, id: string, attributes: readonly (readonly [string, Attribute])[]): void => {
  for (const [name, attribute] of attributes) {
    if (attribute.type !== 'Property') continue;
    const kept = [...(instances.get(`${id} ${name}`) ?? []), attribute];
    instances.set(`${id} ${name}`, kept.slice(-instancesMax));
  }
};

export const createEntities = (): Entities => {
  const entities = new Map<string, NgsiEntity>();
  const instances: Instances = new Map();
  const listeners = new Set<(entity: NgsiEntity, attributes: readonly string[]) => void>();
  const tell = (entity: NgsiEntity, names: readonly string[]): void => {
    for (const told of listeners) told(entity, names);
  };
  return {
    get: (id) => entities.get(id),
    list: ({ types, ids }) =>
      [...entities.values()]
        .filter(({ id, type }) => (types === undefined || types.includes(type)) && (ids === undefined || ids.includes(id)))
        .sort((a, b) => compareText(a.id, b.id)),
    put: (entity) => {
      if (entities.size >= entitiesMax && !entities.has(entity.id)) return false;
      entities.set(entity.id, entity);
      const own = attributesOf(entity);
      remember(instances, entity.id, own);
      tell(
        entity,
        own.map(([name]) => name),
      );
      return true;
    },
    patch: (id, attributes, at) => {
      const before = entities.get(id);
      if (!before) return false;
      const timed = Object.entries(attributes).map(([name, attribute]) => [name, { ...attribute, observedAt: attribute.observedAt ?? at }] as const);
      const after: NgsiEntity = { ...before, ...Object.fromEntries(timed) };
      entities.set(id, after);
      remember(instances, id, timed);
      tell(
        after,
        timed.map(([name]) => name),
      );
      return true;
    },
    remove: (id) => entities.delete(id),
    temporal: (id, period) => {
      const entity = entities.get(id);
      return entity && temporalOf(entity, instances, period);
    },
    onChange: (told) => {
      listeners.add(told);
      return () => listeners.delete(told);
    },
  };
};
