/**
 * Belonging: what is said of a federation, an agreement or a connection is heard from the one it belongs to, and fits what it belongs to; nobody speaks of another's.
 */
import {
  type Agreement,
  type AgreementId,
  checkAllowed,
  type FederationId,
  type FederationView,
  fail,
  ok,
  problem,
  type Request,
  type Result,
  type RowName,
} from '@cityweave/core';
import type { AskedBy } from '../../exchange/answer.ts';
import { agreements, communications, federationById, type Membership, memberships, type Room } from '../room.ts';

const onlyInitiator = ({ sender }: AskedBy) => fail(problem('notInitiator', { subject: sender }));

const differs = (path: string, { found, accepted }: { readonly found: string; readonly accepted: string }): Result<true> =>
  found === accepted ? ok(true) : fail(problem('invalid', { path: `data.objects.${path}`, found, accepted }));

/** Refused by the first that does not hold. */
const all = (...checks: readonly Result<true>[]): Result<true> => checks.find(({ ok: holds }) => !holds) ?? ok(true);

export const heldAgreement = (room: Room, id: AgreementId, by: AskedBy): Result<Agreement> => {
  const agreement = agreements.load(room.records, id);
  if (!agreement) return fail(problem('unknownFederation', { subject: id }));
  return agreement.terms.parties.consumer === by.sender ? ok(agreement) : onlyInitiator(by);
};

export const heldMembership = (room: Room, id: FederationId, by: AskedBy): Result<Membership> => {
  const membership = memberships.load(room.records, id);
  if (!membership) return fail(problem('unknownFederation', { subject: id }));
  return membership.initiator === by.sender ? ok(membership) : onlyInitiator(by);
};

/** The membership that a message is about, where its agreement stands so that the message may be said. */
export const membershipFor = (room: Room, { name, id }: { readonly name: RowName; readonly id: FederationId }, by: AskedBy): Result<Membership> => {
  const held = heldMembership(room, id, by);
  if (!held.ok) return held;
  const agreement = agreements.load(room.records, held.value.agreementId);
  if (!agreement) return fail(problem('unknownFederation', { subject: id }));
  const allowed = checkAllowed(name, 'agreement', { state: agreement.state, subject: agreement.id });
  return allowed.ok ? held : allowed;
};

type Told = { readonly id: FederationId; readonly attributes: FederationView };

/** A federation as its own initiator tells it, the object `at` of the message. */
export const checkView = ({ id, attributes }: Told, by: AskedBy, at = 1): Result<true> =>
  attributes.initiator === by.sender ? differs(`${at}.attributes.id`, { found: attributes.id, accepted: id }) : onlyInitiator(by);

/** A federation that goes on here has one initiator: it stays his, and what this twin started its own. */
const isAnothers = (room: Room, id: FederationId, by: AskedBy): boolean => {
  const membership = memberships.load(room.records, id);
  return federationById(room, id) !== undefined || (membership !== undefined && !membership.released && membership.initiator !== by.sender);
};

/** T1: federation and agreement are of each other, of the sender and of nobody else. */
export const checkInvitation = (
  room: Room,
  { objects: [federation, { id, attributes }] }: Request<'digitalTwin.request.federation'>,
  by: AskedBy,
): Result<true> => {
  const { parties, federationId } = attributes.terms;
  const known = agreements.load(room.records, id);
  const isOurs = parties.consumer === by.sender && parties.provider === room.self.id && (known?.terms.parties.consumer ?? by.sender) === by.sender;
  if (!isOurs) return fail(problem('notAuthorised', { subject: id, accepted: 'an agreement between the sender and this twin' }));
  const agree = all(checkView(federation, by, 0), differs('1.attributes.terms.federationId', { found: federationId, accepted: federation.id }));
  return agree.ok && isAnothers(room, federation.id, by) ? onlyInitiator(by) : agree;
};

/** T6a: a connection between the parties of the agreement, in its federation; one that is known is of this agreement. */
export const checkConnection = (
  { records }: Room,
  { objects: [{ id, attributes }] }: Request<'digitalTwin.request.communication'>,
  { terms: { federationId, parties }, id: agreementId }: Agreement,
): Result<true> => {
  if ((communications.load(records, id)?.agreementId ?? agreementId) !== agreementId)
    return fail(problem('notAuthorised', { subject: id, accepted: 'a connection of this agreement' }));
  const [consumer, provider] = attributes.ends;
  return all(
    differs('0.attributes.federationId', { found: attributes.federationId, accepted: federationId }),
    differs('0.attributes.ends.0.twinId', { found: consumer.twinId, accepted: parties.consumer }),
    differs('0.attributes.ends.1.twinId', { found: provider.twinId, accepted: parties.provider }),
  );
};
