/**
 * Refusals that every row has: each request spoilt in the same ways. Some are seen by a parser alone (`invalid`), some only by a node that is asked (`refused`).
 */
import type { Message } from './example.ts';

type Members = Readonly<Record<string, unknown>>;
const membersOf = (value: unknown): Members => (typeof value === 'object' && value !== null ? { ...value } : {});

const inHeader = ({ header, data }: Message, changes: Members): unknown => ({ header: { ...header, ...changes }, data });
const inData = ({ header, data }: Message, changes: Members): unknown => ({ header, data: { ...data, ...changes } });

/** How a request is spoilt, by the problem that must result. */
type Spoiling = { readonly problem: string; readonly what: string; readonly spoil: (message: Message) => unknown };

/** Seen by whoever takes the message apart. */
const parsed: readonly Spoiling[] = [
  { problem: 'missing', what: 'objects', spoil: (message) => inData(message, { objects: undefined }) },
  { problem: 'malformed', what: 'parameters-are-a-text', spoil: (message) => inData(message, { action: { ...message.data.action, parameters: 'none' } }) },
  { problem: 'malformed', what: 'objects-are-no-list', spoil: (message) => inData(message, { objects: { first: 1 } }) },
  {
    problem: 'unknownKind',
    what: 'object-of-no-kind',
    spoil: (message) => inData(message, { objects: [{ kind: 'rumour', id: 'urn:dtf:rumour:aue.example:1' }] }),
  },
];

/** Seen by a node: too late, from the future, for somebody else. */
const asked: readonly Spoiling[] = [
  { problem: 'expired', what: 'came-after-its-time', spoil: (message) => inHeader(message, { expiresAt: '2026-05-04T12:29:00.000Z' }) },
  { problem: 'clocksDiffer', what: 'written-in-the-future', spoil: (message) => inHeader(message, { timestamp: '2099-01-01T00:00:00.000Z' }) },
  {
    problem: 'unknownDestination',
    what: 'for-somebody-else',
    spoil: (message) => inHeader(message, { destination: { ...membersOf(message.header['destination']), id: 'urn:dtf:twin:nobody.auenfurt.example:agency' } }),
  },
];

export type SpoiltFile = { readonly name: string; readonly message: unknown };

const spoilt = (spoilings: readonly Spoiling[], row: string, message: Message): readonly SpoiltFile[] =>
  spoilings.map(({ problem, what, spoil }) => ({ name: `${problem}--${what}--${row}`, message: spoil(message) }));

export const spoiltForParsers = (row: string, message: Message): readonly SpoiltFile[] => spoilt(parsed, row, message);
export const spoiltForNodes = (row: string, message: Message): readonly SpoiltFile[] => spoilt(asked, row, message);
