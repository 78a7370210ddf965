/**
 * Trying (5.5 of the flows): before anybody is invited an adaptor says what it would keep and lose of each feature that it would have to convert (A3, nothing is opened).
 */
import {
  type AdaptationReport,
  adaptorNeedOf,
  type CommunicationAdaptor,
  canBridge,
  cityDictionary,
  connectionIdOf,
  type Feature,
  type FeatureId,
  type Problem,
  protocolFor,
  type Result,
  type TwinId,
} from '@cityweave/core';
import { LRUCache } from 'lru-cache';
import type { Room } from '../room.ts';

const ownEnd = (room: Room, feature: Feature) => ({ dictionary: cityDictionary, protocol: protocolFor([feature], room.node.bindings) });

export type FoundAdaptor = { readonly id: TwinId; readonly attributes: CommunicationAdaptor };
export type Tried = ReadonlyMap<FeatureId, Result<AdaptationReport>>;

/** What an adaptor said of a feature is not asked again while neither says anything else of itself. */
const said = new WeakMap<Room['ask'], LRUCache<string, Result<AdaptationReport>>>();
const saidMax = 1_000;

const saidTo = ({ ask }: Room): LRUCache<string, Result<AdaptationReport>> => {
  const known = said.get(ask) ?? new LRUCache<string, Result<AdaptationReport>>({ max: saidMax });
  said.set(ask, known);
  return known;
};

/** That it cannot be asked says nothing of what it can convert. */
const isWord = ({ kind }: Problem): boolean => kind === 'unbridgeable' || kind === 'lossTooHigh';

const tryOne = async (room: Room, feature: Feature, { id, attributes }: FoundAdaptor): Promise<Result<AdaptationReport> | undefined> => {
  const known = saidTo(room);
  const key = JSON.stringify([id, attributes.dictionaryPairs, feature]);
  const before = known.get(key);
  if (before) return before;
  const adaptor = { id, role: 'communicationAdaptor' as const, address: attributes.endpoints[0]?.address ?? '', keys: attributes.keys };
  const connectionId = connectionIdOf(room.self.authority, 'trial');
  const { dictionary, protocol } = ownEnd(room, feature);
  const auto = { features: [feature], dictionary: dictionary.id, protocol };
  const parameters = { connectionId, dryRun: true as const, owner: feature.attributes.twinId, ...auto };
  const asked = await room.ask(adaptor, 'communicationAdaptor.configure.adaptationProfile', { parameters, objects: [] }, { signal: room.signal });
  if (!asked.ok && !isWord(asked.problem)) return undefined;
  const told: Result<AdaptationReport> = asked.ok ? { ok: true, value: asked.value.objects[0].attributes.report } : asked;
  known.set(key, told);
  return told;
};

/** Each feature by the first adaptor that can convert it; those that nobody was asked about are left out. */
export const tryAdaptations = async (room: Room, features: readonly Feature[], adaptors: readonly FoundAdaptor[]): Promise<Tried> => {
  const tried = await Promise.all(
    features.map(async (feature) => {
      const need = adaptorNeedOf(feature, ownEnd(room, feature));
      const fits = need && adaptors.find(({ attributes }) => canBridge(attributes, need));
      const told = fits && (await tryOne(room, feature, fits));
      return told ? ([[feature.id, told]] as const) : [];
    }),
  );
  return new Map(tried.flat());
};
