/**
 * Moves of the model's state machines, and those that the lifecycles have beside them, each with its reason; a test holds both against the tables of the code.
 */
type Moves = Readonly<Record<string, readonly string[]>>;

export const movesOfModel: Readonly<Record<string, Moves>> = {
  'registry entry': { PENDING: ['ACTIVE'], ACTIVE: ['STALE', 'PAUSED', 'REMOVED'], STALE: ['ACTIVE', 'REMOVED'], PAUSED: ['ACTIVE'] },
  candidate: {
    DISCOVERED: ['SHORTLISTED', 'DROPPED'],
    SHORTLISTED: ['INVITED', 'DROPPED'],
    INVITED: ['ACCEPTED', 'REJECTED', 'TIMED_OUT', 'DROPPED'],
    ACCEPTED: ['CONNECTED', 'DROPPED'],
    CONNECTED: ['DROPPED'],
    REJECTED: ['DROPPED'],
    TIMED_OUT: ['DROPPED'],
  },
  agreement: {
    REQUESTED: ['OFFERED', 'REJECTED'],
    OFFERED: ['OFFERED', 'ACCEPTED', 'REJECTED'],
    ACCEPTED: ['AGREED'],
    AGREED: ['EXPIRED', 'TERMINATED'],
  },
  federation: {
    DRAFT: ['DISCOVERING', 'RELEASING'],
    DISCOVERING: ['NEGOTIATING', 'FAILED', 'RELEASING'],
    NEGOTIATING: ['FORMING', 'FAILED', 'RELEASING'],
    FORMING: ['ACTIVE', 'FAILED', 'RELEASING'],
    ACTIVE: ['DEGRADED', 'SUSPENDED', 'RELEASING'],
    DEGRADED: ['ACTIVE', 'SUSPENDED', 'RELEASING'],
    SUSPENDED: ['ACTIVE', 'DEGRADED', 'RELEASING'],
    RELEASING: ['RELEASED'],
  },
  member: {
    INVITED: ['AGREED', 'REMOVED'],
    AGREED: ['CONNECTING', 'REMOVED'],
    CONNECTING: ['ACTIVE', 'REMOVED'],
    ACTIVE: ['INTERRUPTED', 'LEAVING', 'REMOVED'],
    INTERRUPTED: ['ACTIVE', 'LEAVING', 'REMOVED'],
    LEAVING: ['LEFT', 'REMOVED'],
    LEFT: ['REMOVED'],
  },
  connection: {
    REQUESTED: ['ADAPTING', 'CONNECTED', 'FAILED'],
    ADAPTING: ['CONNECTED', 'FAILED'],
    CONNECTED: ['INTERRUPTED', 'CLOSING'],
    INTERRUPTED: ['CONNECTED', 'CLOSING'],
    CLOSING: ['CLOSED'],
  },
  'function run': { QUEUED: ['RUNNING'], RUNNING: ['SUCCEEDED', 'FAILED', 'CANCELLED', 'TIMED_OUT'] },
};

const atOnce = 'without notice nothing is drained, and an agreement that ends leaves no connection open';
const letGo = 'the other side may let go before anything is agreed';
const onTheWay = 'a member may go while it is still being connected';

/** By lifecycle, from one state to another. */
export const movesBeside: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'registry entry': {
    'PENDING PAUSED': 'registered as offline, or paused',
    'PENDING REMOVED': 'withdrawn before it was taken in',
    'STALE PAUSED': 'renewed as offline',
    'PAUSED REMOVED': 'withdrawn, or its lease was missed too often: that runs out while it is paused, too',
    'REMOVED ACTIVE': 'registered again; its revisions go on',
    'REMOVED PAUSED': 'registered again as offline, or paused',
  },
  candidate: { 'TIMED_OUT INVITED': 'asked once more' },
  agreement: {
    'REQUESTED ACCEPTED': 'the owner accepts what was asked for as it is',
    'REQUESTED TERMINATED': letGo,
    'OFFERED TERMINATED': letGo,
    'ACCEPTED TERMINATED': letGo,
    'ACCEPTED REJECTED': 'the signature of the other side is missing or not its own (T5)',
  },
  federation: { 'NEGOTIATING DISCOVERING': 'all who were asked have declined: others are looked for' },
  member: { 'AGREED LEAVING': onTheWay, 'CONNECTING LEAVING': onTheWay },
  connection: { 'REQUESTED CLOSED': atOnce, 'ADAPTING CLOSED': atOnce, 'CONNECTED CLOSED': atOnce, 'INTERRUPTED CLOSED': atOnce },
  'function run': { 'QUEUED CANCELLED': 'cancelled before it began', 'QUEUED TIMED_OUT': 'its time was over before it began' },
};
