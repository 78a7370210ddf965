/**
 * The messages of the model by their numbers, each with the test that shows what hearing it does; its form is shown by its examples (`fixtures/messages`).
 */
import type { Proof } from './requirements.ts';

export type TracedMessage = { readonly proof: Proof /** how it is met, where not by saying it */; readonly instead?: string };

const registry = (name: string, title: string): TracedMessage => ({ proof: [`packages/server/src/registry/${name}.test.ts`, title] });
const twin = (name: string, title: string): TracedMessage => ({ proof: [`packages/server/src/orchestration/${name}.test.ts`, title] });
const adaptor = (title: string): TracedMessage => ({ proof: ['packages/server/src/adaptor/adaptor.test.ts', title] });
const journey = (name: string, title: string): TracedMessage => ({ proof: [`packages/testbed/src/journey/${name}.test.ts`, title] });

const withRegistry: Readonly<Record<string, TracedMessage>> = {
  R1: registry('registry', 'a lease is leaseSecondsDefault long where nothing is said, and between leaseSecondsMin and leaseSecondsMax'),
  R2: registry('registry', 'one refused feature never spoils the others'),
  R3: registry('registry', 'a change based on an older revision is refused with the current one'),
  R4: registry('registry', 'renewing keeps an entry, also a stale one; one that is gone must register again and keeps counting its revisions'),
  R5: registry('registry', 'a withdrawn twin takes its features with it'),
  R6: registry('peer-registries', 'find a twin of a peer by its id'),
  R7: registry('registry', 'a walk by discoverPageMax and its cursor meets every twin once; more than that, and more than needsMax kinds, are refused'),
  R8: registry('subscription', 'hears nothing of other kinds, of what it may not see, and nothing of its own after it ended or ran out'),
  R9: registry('subscription', 'hears that one was registered, updated, paused and is back, and that it is gone'),
  R10: registry('semantic-dictionary', 'is taken in a later version alone; the earlier ones can still be looked up'),
  R11: registry('semantic-dictionary', 'is changed by a patch on its revision, and told with its terms alone where some are asked for'),
  R12: registry('semantic-dictionary', 'tells what corresponds to a term, or to every term of a dictionary'),
  R13: registry('semantic-dictionary', 'is found by what it converts, either way, the one with most room first, until its lease is over'),
  R14: registry(
    'federated-twin/registration',
    'a federated twin is what its initiator says last: said again it stays as it is, and what it is no longer made of is free',
  ),
};

const betweenTwins: Readonly<Record<string, TracedMessage>> = {
  T1: twin('membership/membership', 'an invitation is answered up to its end, and asked again it is answered as it stands'),
  T2: twin('membership/membership', 'terms are put forward no more often than negotiationRoundsMax, and in their turn'),
  T3: twin('membership/membership', 'nothing is confirmed that was not accepted, nothing accepted that differs, and no side accepts its own words'),
  T4: twin('membership/membership', 'who declines says why as a code of the table'),
  T5: twin('membership/membership', 'each side signs what was agreed, and takes no signature for the other that is not its own'),
  T6a: twin('membership/belonging', 'is between the parties of its agreement, in its federation'),
  T6: twin('membership/belonging', 'does so once the agreement is in force and the connection open: before that nothing is formed, and nobody is a fellow'),
  T7: journey('lost-for-good', 'a member whose process is killed and never started again is replaced by the runner-up, which answers from then on'),
  T8: journey('standing', 'that leaves with notice answers until then, and nothing is left behind on either side'),
  T9: twin('utilization/exchange-data', 'that says no size gets pageDefault rows, and a key where there is one more'),
  T10: twin('live/publishing', 'resumes after what was heard; from below the oldest change it asks for a new snapshot'),
  T11: twin('live/publishing', 'tells streamBatchTwinsMax changes in one event and one more in the next, then beats every streamHeartbeatMs'),
  T12: twin('invocation/running', 'in the background tells its progress, can be cancelled once, and only by whose it is'),
  T13: twin('membership/membership', 'a word about the federation that was overtaken on its way changes nothing'),
  T14: journey('standing', 'moves no data until it is resumed; agreements stay in force'),
  T15: journey('standing', 'released with grace, members answer until then and keep the promise to delete'),
  T16: twin('communication-status', 'knows of one that is watched how it said that it stands, asks another, and takes for away who does not answer'),
};

const overAdaptor: Readonly<Record<string, TracedMessage>> = {
  A1: adaptor('says what it converts, also to the registry'),
  A2: adaptor('is set up under an agreement that only its consumer has named, and says so of one connection only'),
  A3: adaptor('tries an adaptation without keeping anything'),
  A4: adaptor('is taken down by either end: nothing passes any more, the other end hears of it, and it stays down'),
  A5: adaptor('passes on what its owner signed, beside it what it made of that, signed by itself'),
  A6: adaptor('counts what went over a bridge, for either end, and tells the consumer when its state changes'),
  A7: adaptor('changes its rules for either end, on the revision that stands, and for nobody else'),
  A8: adaptor('over which nothing came for bridgeIdleMs rests, though nobody said so (A8), and stands again when it is asked for'),
};

const graphql = (what: string): string => `applications are reached by GraphQL, which tells it by ${what}; a node that hears the message refuses it`;

const withApplication: Readonly<Record<string, TracedMessage>> = {
  P1: journey('approval', 'said again it is the same federation; anything else under its id is refused, and named'),
  P2: {
    ...journey('application', 'follows what its federation finds by GraphQL; a node takes no results of another (P2)'),
    instead: graphql('`federationTwins`'),
  },
  P3: journey('application', 'is told how its federation stands and who is in it, and of no other (P3)'),
  P4: {
    ...journey('application', 'follows how its federation stands by GraphQL; a node takes no such word of another (P4)'),
    instead: graphql('`federationStatus`'),
  },
};

/** Of a row of our own, beside those of our reading. */
const own: Readonly<Record<string, TracedMessage>> = {
  L1: {
    proof: [
      'packages/server/src/log/exchange-log.test.ts',
      'shows a partner what was said with it, in its place in the chain and sealed up to now, logExcerptEntriesMax entries at a time',
    ],
  },
};

export const messagesOfModel = { ...withRegistry, ...betweenTwins, ...overAdaptor, ...withApplication };
export const tracedMessages = { ...messagesOfModel, ...own };
