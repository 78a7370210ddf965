/**
 * Saying: what the initiator's words to a member have in common: to whom, under which id, about what, and what a refusal means.
 */
import { type Agreement, type ChangedMember, type Federation, fail, type Member, ok, type Problem, type Result, viewOf } from '@cityweave/core';
import type { Peer } from '../../exchange/peer.ts';
import type { Room } from '../room.ts';

export type Saying = { readonly room: Room; readonly federation: Federation; readonly member: Member };
export type Become = Promise<Result<Partial<ChangedMember>>>;

/** What is negotiated is said to a member itself; what is asked of its data goes over its bridge, where it has one. */
export const peerOf = (member: Member, about: 'federation' | 'data' = 'federation'): Peer => {
  const { twinId, endpoint, socket, keys, bridge } = member;
  const itself = { id: twinId, role: 'digitalTwin' as const, address: endpoint.address, socket, keys };
  return bridge && about === 'data' ? { ...itself, address: bridge.address, socket: undefined, through: { id: bridge.adaptorId, keys: bridge.keys } } : itself;
};

export const asking = ({ room, federation, member }: Saying) => ({ messageId: member.step?.messageId, federationId: federation.id, signal: room.signal });

export const federationObject = ({ federation }: Pick<Saying, 'federation'>) => ({
  kind: 'federation' as const,
  id: federation.id,
  revision: federation.revision,
  attributes: viewOf(federation),
});

export const agreementObject = ({ id, ...attributes }: Agreement) => ({ kind: 'agreement' as const, id, revision: attributes.revision, attributes });

export const refusal = (reason: string | undefined): Partial<ChangedMember> => ({ state: 'REMOVED', reason: reason ?? 'declined' });

const final: readonly Problem['kind'][] = [
  ...([
    'declined',
    'notMyRole',
    'notInitiator',
    'unbridgeable',
    'mappingMissing',
    'lossTooHigh',
    'hashDiffers',
    'invitationExpired',
    'tooManyRounds',
    'termsNotAcceptable',
  ] as const),
  'personalDataNotPermitted',
];

/** A problem that will not go away by asking again takes the member out; any other is tried again. */
export const outOrAgain = (given: Problem): Result<Partial<ChangedMember>> => (final.includes(given.kind) ? ok(refusal(given.kind)) : fail(given));
