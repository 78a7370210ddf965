/**
 * Identifiers: urn:dtf:<kind>:<authority>:<local>. The same after every import and on every node; GraphQL ids are these as they are.
 */
import { z } from 'zod';
import { limits } from './limits.ts';

const authorityForm = '[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?';
const localForm = "[A-Za-z0-9._~!$&'()*+,;=:@/%-]+";

const urnOf = <K extends string>(kind: K) =>
  z
    .string()
    .max(limits.idCharactersMax)
    .regex(new RegExp(`^urn:dtf:${kind}:${authorityForm}:${localForm}$`), `urn:dtf:${kind}:<authority>:<local>`);

/** The name under which an agency issues ids, as a host name: `water.cambridge.example`. */
export const Authority = z
  .string()
  .regex(new RegExp(`^${authorityForm}$`), 'lower case letters, digits, dots and hyphens')
  .brand<'Authority'>();
export type Authority = z.infer<typeof Authority>;

/** `urn:dtf:agency:<authority>`: the organisation that keeps twins and runs a node. */
export const AgencyId = z
  .string()
  .regex(new RegExp(`^urn:dtf:agency:${authorityForm}$`), 'urn:dtf:agency:<authority>')
  .brand<'AgencyId'>();
export type AgencyId = z.infer<typeof AgencyId>;

/** `urn:dtf:twin:<authority>:<source>/<percent-encoded key>`; the twin of the whole agency is `urn:dtf:twin:<authority>:agency`. */
export const TwinId = urnOf('twin').brand<'TwinId'>();
export type TwinId = z.infer<typeof TwinId>;

export const FeatureId = urnOf('feature').brand<'FeatureId'>();
export type FeatureId = z.infer<typeof FeatureId>;

export const FederationId = urnOf('federation').brand<'FederationId'>();
export type FederationId = z.infer<typeof FederationId>;

export const FederatedTwinId = urnOf('fdt').brand<'FederatedTwinId'>();
export type FederatedTwinId = z.infer<typeof FederatedTwinId>;

export const AgreementId = urnOf('agreement').brand<'AgreementId'>();
export type AgreementId = z.infer<typeof AgreementId>;

export const ConnectionId = urnOf('connection').brand<'ConnectionId'>();
export type ConnectionId = z.infer<typeof ConnectionId>;

/** `urn:dtf:group:<authority>:<local>`: agencies that a registry keeps together under a name, so that an entry may be visible to them alone. */
export const GroupId = urnOf('group').brand<'GroupId'>();
export type GroupId = z.infer<typeof GroupId>;

/** `urn:dtf:profile:<authority>:<local>`: the rules of one bridged connection, named by its adaptor. */
export const ProfileId = urnOf('profile').brand<'ProfileId'>();
export type ProfileId = z.infer<typeof ProfileId>;

export const SubscriptionId = urnOf('subscription').brand<'SubscriptionId'>();
export type SubscriptionId = z.infer<typeof SubscriptionId>;

export const DictionaryId = urnOf('dictionary').brand<'DictionaryId'>();
export type DictionaryId = z.infer<typeof DictionaryId>;

export const LinkId = z
  .string()
  .max(4 * limits.idCharactersMax)
  .startsWith('urn:dtf:link:')
  .brand<'LinkId'>();
export type LinkId = z.infer<typeof LinkId>;

/** `urn:uuid:`; one for each message, chosen by the sender and kept when it is repeated. */
export const MessageId = z
  .string()
  .regex(/^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/, 'urn:uuid: and a UUID in lower case')
  .brand<'MessageId'>();
export type MessageId = z.infer<typeof MessageId>;

/** Any URI of a thing in the city that several agencies may represent. */
export const ObjectOfInterestId = z.string().min(1).max(limits.idCharactersMax).brand<'ObjectOfInterestId'>();
export type ObjectOfInterestId = z.infer<typeof ObjectOfInterestId>;

/** A term of a dictionary, as `city:FloodZone`: prefix, colon, name. */
export const TermId = z
  .string()
  .max(limits.termCharactersMax)
  .regex(/^[A-Za-z][A-Za-z0-9-]*:[^\s:][^\s]*$/u, 'prefix:name, as city:FloodZone')
  .brand<'TermId'>();
export type TermId = z.infer<typeof TermId>;

/** A key in the local part of an id: everything but letters, digits and - . _ ~ ! * ' ( ) percent-encoded. */
const encodeKey = (key: string): string => encodeURIComponent(key.toWellFormed());

// The functions below brand what they build from parts that are branded or encoded already.

export const agencyIdOf = (authority: Authority): AgencyId => `urn:dtf:agency:${authority}` as AgencyId;

export const agencyTwinIdOf = (authority: Authority): TwinId => `urn:dtf:twin:${authority}:agency` as TwinId;

export const twinIdOf = (authority: Authority, source: string, key: string): TwinId => `urn:dtf:twin:${authority}:${source}/${encodeKey(key)}` as TwinId;

/** Under which name its agency keeps a twin, and by which key it tells it apart; undefined where the id is made in another way. */
export const partsOfTwinId = (id: TwinId): { readonly source: string; readonly key: string } | undefined => {
  const [source, key, ...more] = id.split(':').slice(4).join(':').split('/');
  return source === undefined || key === undefined || more.length > 0 || /%(?![0-9A-Fa-f]{2})/.test(key) ? undefined : { source, key: decodeURIComponent(key) };
};

export const featureIdOf = (authority: Authority, local: string): FeatureId => `urn:dtf:feature:${authority}:${encodeKey(local)}` as FeatureId;

export const agreementIdOf = (authority: Authority, local: string): AgreementId => `urn:dtf:agreement:${authority}:${encodeKey(local)}` as AgreementId;

export const connectionIdOf = (authority: Authority, local: string): ConnectionId => `urn:dtf:connection:${authority}:${encodeKey(local)}` as ConnectionId;

export const federationIdOf = (authority: Authority, local: string): FederationId => `urn:dtf:federation:${authority}:${encodeKey(local)}` as FederationId;

export const profileIdOf = (authority: Authority, local: string): ProfileId => `urn:dtf:profile:${authority}:${encodeKey(local)}` as ProfileId;

export const subscriptionIdOf = (authority: Authority, local: string): SubscriptionId =>
  `urn:dtf:subscription:${authority}:${encodeKey(local)}` as SubscriptionId;

/** The federated twin of a federation: the same authority and local part. */
export const federatedTwinIdOf = (federation: FederationId): FederatedTwinId => federation.replace('urn:dtf:federation:', 'urn:dtf:fdt:') as FederatedTwinId;

/** A link is known by its ends and its kind; the id is made of them. */
export const linkIdOf = (from: TwinId, kind: TermId, to: TwinId): LinkId =>
  `urn:dtf:link:${authorityOf(from)}:${encodeKey(kind)}/${encodeKey(from)}/${encodeKey(to)}` as LinkId;

/** The authority in any urn:dtf identifier. */
export const authorityOf = (id: TwinId | AgencyId | FeatureId | FederationId | AgreementId | DictionaryId): Authority => (id.split(':')[3] ?? '') as Authority;

/** The agency that issued an identifier. */
export const agencyOf = (id: TwinId | FeatureId | FederationId): AgencyId => agencyIdOf(authorityOf(id));

/** Order by code point, as every store and every member sorts ids. */
export const compareText = (a: string, b: string): number => {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index += 1) {
    const [left, right] = [a.charCodeAt(index), b.charCodeAt(index)];
    if (left !== right) return orderOfUnit(left) - orderOfUnit(right);
  }
  return a.length - b.length;
};

/** UTF-16 units in code point order: surrogates come after every other unit. */
const orderOfUnit = (unit: number): number => (unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit);
