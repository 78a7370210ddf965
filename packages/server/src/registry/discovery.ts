/**
 * Discovery (DTD-FE, Y.4489 8.2.3): registered twins and features that fit a need, of those that the asker may see. What he may not see leaves no trace.
 */
import {
  boxesMeet,
  boxOf,
  compareText,
  fail,
  type Geometry,
  ok,
  problem,
  type Reply,
  type Request,
  type TermId,
  type TwinId,
  type Visibility,
} from '@cityweave/core';
import type { AskedBy, Done } from '../exchange/answer.ts';
import { type FeatureEntry, featureEntries, featureEntry, type RegistryRoom, stateNow, type TwinEntry, twinEntries, twinEntry } from './entry.ts';

const maySee = ({ level, audience = [] }: Visibility, owner: string, asker: string): boolean =>
  owner === asker || level === 'public' || (level === 'federation' && (audience.length === 0 || audience.includes(asker)));

const touches = (coverage: Geometry | undefined, area: Geometry | undefined): boolean =>
  coverage === undefined || area === undefined || boxesMeet(boxOf(coverage), boxOf(area));

type Paged<T> = { readonly total: number; readonly next: string | null; readonly items: readonly T[] };

/** In id order; the cursor is the last id seen, so that a page stays right when entries come and go. */
const pageOf = <T extends { readonly id: string }>(all: readonly T[], limit: number, cursor: string | undefined): Paged<T> => {
  const sorted = [...all].sort((a, b) => compareText(a.id, b.id));
  const rest = cursor === undefined ? sorted : sorted.filter(({ id }) => compareText(id, cursor) > 0);
  const items = rest.slice(0, limit);
  return { total: sorted.length, next: rest.length > limit ? (items.at(-1)?.id ?? null) : null, items };
};

type Entered = { readonly id: TwinId; readonly entry: TwinEntry };

const isVisible = (room: RegistryRoom, { id, entry }: Entered, by: AskedBy): boolean =>
  stateNow(entry, room.clock.now()) === 'ACTIVE' && maySee(entry.attributes.visibility, id, by.sender);

type TwinQueryPart = Request<'registry.discover.digitalTwin'>['parameters'];

const offersKind = (room: RegistryRoom, twinId: string, kinds: readonly TermId[]): boolean =>
  featureEntries(room.records).some(
    ({ entry }) =>
      entry.state === 'ACTIVE' && entry.attributes.twinId === twinId && kinds.some((kind) => room.vocabulary().isA(entry.attributes.semanticType, kind)),
  );

const twinFits = (room: RegistryRoom, { id, entry: { attributes } }: Entered, query: TwinQueryPart): boolean =>
  (query.domain === undefined || room.vocabulary().isA(attributes.domain, query.domain)) &&
  touches(attributes.coverage, query.within) &&
  (query.kinds === undefined || offersKind(room, id, query.kinds));

type RegisteredTwinObject = Reply<'registry.retrieve.digitalTwin'>['objects'][0];

const twinObject = (id: RegisteredTwinObject['id'], entry: TwinEntry): RegisteredTwinObject => {
  const { registeredAt, updatedAt, leaseUntil } = entry;
  return { kind: 'digitalTwin', id, revision: entry.revision, attributes: { ...entry.attributes, registeredAt, updatedAt, leaseUntil } };
};

export const discoverTwins = (
  room: RegistryRoom,
  { parameters }: Request<'registry.discover.digitalTwin'>,
  by: AskedBy,
): Done<'registry.discover.digitalTwin'> => {
  const fitting = twinEntries(room.records).filter((entered) => isVisible(room, entered, by) && twinFits(room, entered, parameters));
  const { total, next, items } = pageOf(fitting, parameters.limit, parameters.cursor);
  return ok({ reply: { parameters: { total, next }, objects: items.map(({ id, entry }) => twinObject(id, entry)) } });
};

const featureFits = (room: RegistryRoom, { attributes }: FeatureEntry, query: Request<'registry.discover.feature'>['parameters']): boolean => {
  const { purposes } = attributes.policy;
  const { purpose, kinds, twins, within } = query;
  const vocabulary = room.vocabulary();
  return (
    (kinds === undefined || kinds.some((kind) => vocabulary.isA(attributes.semanticType, kind))) &&
    (twins === undefined || twins.includes(attributes.twinId)) &&
    (purpose === undefined || purposes === undefined || purposes.some((allowed) => vocabulary.isA(purpose, allowed))) &&
    touches(attributes.coverage.space, within)
  );
};

const featureVisible = (room: RegistryRoom, entry: FeatureEntry, by: AskedBy): boolean => {
  const twin = twinEntry(room.records, entry.attributes.twinId);
  return (
    entry.state === 'ACTIVE' &&
    twin !== undefined &&
    isVisible(room, { id: entry.attributes.twinId, entry: twin }, by) &&
    maySee(entry.attributes.visibility, entry.attributes.twinId, by.sender)
  );
};

export const discoverFeatures = (room: RegistryRoom, { parameters }: Request<'registry.discover.feature'>, by: AskedBy): Done<'registry.discover.feature'> => {
  const fitting = featureEntries(room.records).filter(({ entry }) => featureVisible(room, entry, by) && featureFits(room, entry, parameters));
  const { total, next, items } = pageOf(fitting, parameters.limit, parameters.cursor);
  const objects = items.map(({ id, entry }) => ({ kind: 'feature' as const, id, revision: entry.revision, attributes: entry.attributes }));
  return ok({ reply: { parameters: { total, next }, objects } });
};

export const retrieveTwin = (
  room: RegistryRoom,
  { objects: [{ id }] }: Request<'registry.retrieve.digitalTwin'>,
  by: AskedBy,
): Done<'registry.retrieve.digitalTwin'> => {
  const entry = twinEntry(room.records, id);
  if (!entry || stateNow(entry, room.clock.now()) === 'REMOVED' || !maySee(entry.attributes.visibility, id, by.sender))
    return fail(problem('notRegistered', { subject: id }));
  return ok({ reply: { parameters: {}, objects: [twinObject(id, entry)] } });
};

export const retrieveFeature = (
  room: RegistryRoom,
  { objects: [{ id }] }: Request<'registry.retrieve.feature'>,
  by: AskedBy,
): Done<'registry.retrieve.feature'> => {
  const entry = featureEntry(room.records, id);
  if (!entry || !featureVisible(room, entry, by)) return fail(problem('notFound', { subject: id }));
  return ok({ reply: { parameters: {}, objects: [{ kind: 'feature', id, revision: entry.revision, attributes: entry.attributes }] } });
};
