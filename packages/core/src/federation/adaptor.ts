/**
 * CommunicationAdaptor: what an adaptor says it can convert (Y.4489 9); it bridges two ends that differ in protocol, format or dictionary.
 */
import { z } from 'zod';
import { DictionaryId } from '../ground/id.ts';
import { openObject } from '../ground/json.ts';
import { limits } from '../ground/limits.ts';
import { type Binding, Endpoint, TwinStatus } from '../twin/digital-twin.ts';
import { type Feature, ownFormOf } from '../twin/feature-information.ts';
import { PublicKey } from '../twin/public-key.ts';
import type { SemanticDictionary } from '../twin/semantic-dictionary.ts';

const pairsOf = <T extends z.ZodType>(end: T) => z.array(z.tuple([end, end])).max(limits.adaptorPairsMax);

export const CommunicationAdaptor = openObject({
  endpoints: z.array(Endpoint).min(1),
  keys: z.array(PublicKey).min(1),
  /** each converts both ways */
  protocolPairs: pairsOf(z.string()),
  formatPairs: pairsOf(z.string()),
  dictionaryPairs: pairsOf(DictionaryId),
  capacity: openObject({ connections: z.int().min(0), used: z.int().min(0) }),
  status: TwinStatus,
});
export type CommunicationAdaptor = z.infer<typeof CommunicationAdaptor>;

/** What two ends differ in; what is absent does not matter. */
export const AdaptorNeed = openObject({
  protocols: z.tuple([z.string(), z.string()]).optional(),
  formats: z.tuple([z.string(), z.string()]).optional(),
  dictionaries: z.tuple([DictionaryId, DictionaryId]).optional(),
});
export type AdaptorNeed = z.infer<typeof AdaptorNeed>;

const hasPair = (pairs: readonly (readonly [string, string])[], wanted: readonly [string, string] | undefined): boolean =>
  wanted === undefined || wanted[0] === wanted[1] || pairs.some(([a, b]) => (a === wanted[0] && b === wanted[1]) || (a === wanted[1] && b === wanted[0]));

/** Whether it is up and converts all that two ends differ in. */
export const canBridge = (
  { protocolPairs, formatPairs, dictionaryPairs, status }: CommunicationAdaptor,
  { protocols, formats, dictionaries }: AdaptorNeed,
): boolean => status === 'online' && hasPair(protocolPairs, protocols) && hasPair(formatPairs, formats) && hasPair(dictionaryPairs, dictionaries);

/** Whether a line is encrypted makes no difference to an adaptor. */
const plainProtocol = (protocol: string): string => (protocol === 'https' ? 'http' : protocol);

/** The protocol of the far end where it is another one than the consumer's; undefined where the feature is offered over that as well. */
export const otherProtocol = ({ attributes: { bindings } }: Feature, protocol: string): string | undefined => {
  const offered = bindings.map((binding) => plainProtocol(binding.protocol));
  return offered.includes(plainProtocol(protocol)) ? undefined : offered[0];
};

/** The consumer's end for these: by a protocol over which all are offered, where it speaks one. */
export const protocolFor = (features: readonly Feature[], bindings: readonly Binding[]): string =>
  bindings.find((own) => features.every((feature) => otherProtocol(feature, own) === undefined)) ?? bindings[0] ?? 'http';

/** What an adaptor must convert between whoever uses a feature and its owner; undefined where they can talk directly. */
export const adaptorNeedOf = (
  feature: Feature,
  { dictionary, protocol }: { readonly dictionary: SemanticDictionary; readonly protocol: string },
): AdaptorNeed | undefined => {
  const form = ownFormOf(feature);
  const own = plainProtocol(protocol);
  return (
    form && { protocols: [own, otherProtocol(feature, own) ?? own], formats: ['application/json', form.format], dictionaries: [dictionary.id, form.dictionary] }
  );
};
