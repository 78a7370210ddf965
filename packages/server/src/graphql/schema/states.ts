/**
 * States of federations, members, agreements and connections, each said in a sentence. A state of core that is missing here does not compile.
 */
import type { AgreementState, CommunicationState, FederationState, MemberState } from '@cityweave/core';
import type { Kit } from './kit.ts';

type Sentences<S extends string> = { readonly [K in S]: { readonly description: string } };

const federationStates: Sentences<FederationState> = {
  DRAFT: { description: 'Written down; nobody was asked yet.' },
  DISCOVERING: { description: 'The registry is asked who serves its needs.' },
  NEGOTIATING: { description: 'Members are asked.' },
  FORMING: { description: 'Every need that it cannot do without is served; members and registry are told.' },
  ACTIVE: { description: 'All who take part are connected.' },
  DEGRADED: { description: 'Active, while the line to some member is interrupted.' },
  SUSPENDED: { description: 'Paused by its initiator.' },
  RELEASING: { description: 'Members are told that it is over.' },
  RELEASED: { description: 'Over.' },
  FAILED: { description: 'Given up; `reason` says why.' },
};

const memberStates: Sentences<MemberState> = {
  INVITED: { description: 'Asked; no answer yet.' },
  AGREED: { description: 'An agreement is in force.' },
  CONNECTING: { description: 'Its line is being opened.' },
  ACTIVE: { description: 'Takes part.' },
  INTERRUPTED: { description: 'Takes part, but its line is interrupted.' },
  LEAVING: { description: 'About to leave.' },
  LEFT: { description: 'Has left.' },
  REMOVED: { description: 'Takes no part; `reason` says why.' },
};

const agreementStates: Sentences<AgreementState> = {
  REQUESTED: { description: 'Asked for; at the provider it may wait for `answerRequest`.' },
  OFFERED: { description: 'The provider offers other terms.' },
  ACCEPTED: { description: 'The provider accepts, perhaps narrower; to be confirmed.' },
  AGREED: { description: 'In force: both hold the same hash.' },
  REJECTED: { description: 'Refused.' },
  EXPIRED: { description: 'Its time is over.' },
  TERMINATED: { description: 'Ended by a party.' },
};

const connectionStates: Sentences<CommunicationState> = {
  REQUESTED: { description: 'Asked for.' },
  ADAPTING: { description: 'A bridge is being made.' },
  CONNECTED: { description: 'Open.' },
  INTERRUPTED: { description: 'The other end does not answer; it is tried again in the background.' },
  CLOSING: { description: 'About to be closed.' },
  CLOSED: { description: 'Closed.' },
  FAILED: { description: 'Could not be opened.' },
};

export const defineStates = ({ builder }: Kit) => ({
  federation: builder.enumType('FederationState', { description: 'Where a federation stands.', values: federationStates }),
  member: builder.enumType('MemberState', { description: 'Where a member stands.', values: memberStates }),
  agreement: builder.enumType('AgreementState', {
    description: 'Where the negotiation of an agreement stands. No data moves before AGREED.',
    values: agreementStates,
  }),
  connection: builder.enumType('ConnectionState', { description: 'Where a connection stands.', values: connectionStates }),
});

export type States = ReturnType<typeof defineStates>;
