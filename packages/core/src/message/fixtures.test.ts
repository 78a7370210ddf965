/**
 * Conformance: every example message, valid or invalid, through the parsers and back.
 */
import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { canonicalJson } from '../ground/json.ts';
import { describeProblem, isRetryable, kindOfCode, problems } from '../ground/problem.ts';
import { fail, type Result } from '../ground/result.ts';
import { cityDictionary } from '../twin/city/city-dictionary.ts';
import { isRowName, type RowName, rowNames, rowOf } from './catalogue.ts';
import { type Message, parseMessage, parseReply, parseRequest, replyMessage, requestMessage, rowNameOf } from './message.ts';

const folder = join(import.meta.dirname, '../../../../fixtures/messages');
const filesIn = (kind: string): readonly string[] => globSync(`${kind}/*.json`, { cwd: folder }).toSorted();
const read = (path: string): unknown => JSON.parse(readFileSync(join(folder, path), 'utf8'));

const valid = filesIn('valid');
const requests = valid.filter((path) => !path.endsWith('.reply.json'));
const replies = valid.filter((path) => path.endsWith('.reply.json'));
const nameIn = (path: string): string => basename(path).replace(/(--[a-z-]+)?(\.reply)?\.json$/, '');

const valueIn = <T>(result: Result<T>): T => {
  expect(result).toMatchObject({ ok: true });
  return result.ok ? result.value : expect.unreachable();
};

const rowIn = (path: string): RowName => {
  const name = nameIn(path);
  return isRowName(name) ? name : expect.unreachable(`no row ${name}`);
};

/** The envelope, the row, the content: as a node takes a message apart. */
const takeApart = (raw: unknown): Result<unknown> => {
  const message = parseMessage(raw);
  if (!message.ok) return message;
  const name = rowNameOf(message.value);
  return name.ok ? parseRequest(name.value, message.value) : name;
};

const sent = ({ header, data }: Message): string =>
  canonicalJson({ header: { ...header, security: undefined, timestamp: header.timestamp }, action: data.action, objects: data.objects });

describe('valid messages', () => {
  test('are there for every row, with a reply to every request', () => {
    expect(rowNames.filter((name) => !requests.some((path) => nameIn(path) === name))).toEqual([]);
    expect(rowNames.filter((name) => rowOf(name).messageType === 'request' && !replies.some((path) => nameIn(path) === name))).toEqual([]);
  });

  test.each(requests)('%s is understood and said again with the same content', (path) => {
    const message = valueIn(parseMessage(read(path)));
    const name = valueIn(rowNameOf(message));
    expect(name).toBe(nameIn(path));
    const { messageId, source, destination, timestamp, federationId, conversationId } = message.header;
    const again = requestMessage(name, valueIn(parseRequest(name, message)), { messageId, source, destination, timestamp, federationId, conversationId });
    expect(sent(again)).toBe(sent(message));
    expect(message.header.messageType).toBe(rowOf(name).messageType);
  });

  test.each(replies)('%s is understood, or tells a problem of the table, and is said again with the same content', (path) => {
    const message = valueIn(parseMessage(read(path)));
    const request = valueIn(parseMessage(read(path.replace('.reply', ''))));
    const outcome = parseReply(rowIn(path), message);
    const { messageId, timestamp, source } = message.header;
    const again = replyMessage(request, outcome.ok ? outcome : fail(outcome.problem), { messageId, timestamp, source });
    expect(sent(again)).toBe(sent(message));
    expect(message.header.correlationId).toBe(request.header.messageId);
  });

  test('tell of failures only what their row may refuse, and whether to ask again', () => {
    for (const path of replies) {
      const message = valueIn(parseMessage(read(path)));
      const { result } = message.data.action;
      if (result?.status !== 'failure') continue;
      expect(rowOf(rowIn(path)).refusals).toContain(kindOfCode(result.code));
      expect(result.retryable).toBe(isRetryable({ kind: kindOfCode(result.code) }));
    }
  });

  test('use the words of the dictionary', () => {
    const known = new Set<string>(cityDictionary.terms.map(({ term }) => term));
    const used = valid.flatMap((path) => [...JSON.stringify(read(path)).matchAll(/"(city:\w+)"/g)].map(([, term]) => term ?? ''));
    expect([...new Set(used)].filter((term) => !known.has(term))).toEqual([]);
  });
});

const invalid = filesIn('invalid');

describe('invalid messages', () => {
  test.each(invalid)('%s', (path) => {
    const [expected = ''] = basename(path).split('--');
    expect(Object.keys(problems)).toContain(expected);
    const outcome = takeApart(read(path));
    expect(outcome.ok ? 'nothing wrong' : outcome.problem.kind).toBe(expected);
    expect(outcome.ok ? '' : describeProblem(outcome.problem)).not.toMatch(/\b(expected|received|undefined|Invalid|Too (big|small)|Unrecognized)\b/);
  });

  test('are there for every role and for every problem that the parsers tell', () => {
    const kinds = new Set(invalid.map((path) => basename(path).split('--')[0]));
    expect([...kinds].toSorted()).toEqual([
      ...[
        'badId',
        'badQuery',
        'invalid',
        'malformed',
        'missing',
        'notMyRole',
        'unknownKind',
        'unknownMessageType',
        'unknownVerb',
        'unsupportedFormat',
        'unsupportedQueryForm',
        'unsupportedVersion',
      ],
    ]);
  });
});
