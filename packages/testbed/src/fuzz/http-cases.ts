/**
 * HTTP cases: anything at all as a request to a real node: as a message, as another path, as a question of GraphQL; each gets a code, or a status that names no defect.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { fixturesFolder } from '@cityweave/server';
import { type Case, codeProblem, type Make, type Making, patienceMs } from './case.ts';
import { badBytes, badText, type Said, signedAnew, somethingSaid } from './messages.ts';
import { type Json, mutateText } from './mutate.ts';
import { type Came, type Sent, sendRaw } from './sending.ts';

const questionsFolder = join(fixturesFolder, 'questions');
const questions = readdirSync(questionsFolder).map((file) => readFileSync(join(questionsFolder, file), 'utf8'));

const json = { 'content-type': 'application/json' };

type MakeSent = (making: Making) => Sent;

const messageTo = ({ to, body }: Said, headers: Sent['headers'] = json): Sent => ({ address: `${to}/dtf/messages`, method: 'POST', headers, body });

/** What says of itself that it is something else, and what would be much larger if it were believed. */
const otherContent: MakeSent = (making) => {
  const { to, value } = somethingSaid(making);
  const text = JSON.stringify(value);
  const posted = (body: Said['body'], headers?: Sent['headers']): Sent => messageTo({ to, body }, headers);
  return making.random.pick([
    posted(text, {
      'content-type': making.random.pick(['text/plain', 'application/xml', 'multipart/form-data; boundary=x', 'nonsense', 'application/json; charset=utf-16']),
    }),
    posted(gzipSync(' '.repeat(20_000_000)), { ...json, 'content-encoding': 'gzip' }),
    posted(gzipSync(text), { ...json, 'content-encoding': making.random.pick(['gzip', 'br', 'deflate', 'x']) }),
    posted(' '.repeat(17 * 1024 * 1024)),
  ]);
};

const otherPath: MakeSent = ({ subject, random }) => ({
  address: `${subject.city.front.address}${random.pick(['/dtf/events', '/dtf/messages', '/tiles/x/y', '/tiles/%00/..%2f', '/health/ready', '/.well-known/jwks.json', '/%ff', '/nothing'])}${random.pick(['', '?subscription=', `?subscription=${random.uuid()}`, '?subscription=%00', `?${'a'.repeat(8_000)}`])}`,
  method: random.pick(['GET', 'PUT', 'DELETE', 'OPTIONS', 'PATCH', 'POST']),
  headers: random.pick<Sent['headers']>([
    {},
    { authorization: `Bearer ${random.uuid()}.x.y` },
    { 'last-event-id': '9'.repeat(400) },
    { accept: 'text/event-stream' },
  ]),
});

const graphql: MakeSent = ({ subject, random }) => {
  const question = random.pick([questions[0] ?? '', ...questions]);
  const query = random.pick([
    mutateText(random, question),
    `{ ${'a: federations { id } '.repeat(random.between(1, 3_000))} }`,
    `{ ${'federations { nodes '.repeat(500)} id ${'}'.repeat(500)} }`,
    question,
    `query { ${random.pick(['__schema { types { fields { type { name } } } }', 'node(id: "x") { id }', 'twin(id: "\\u0000") { id }'])} }`,
  ]);
  const variables = random.pick<Json>([{}, null, [], 'x', { first: 1e99 }, { id: ['x'] }, JSON.parse('{"__proto__":{"a":1}}')]);
  const body = random.pick([
    JSON.stringify({ query, variables }),
    JSON.stringify([{ query }, { query }]),
    mutateText(random, JSON.stringify({ query, variables })),
    query,
  ]);
  return {
    address: `${subject.city.front.address}/graphql`,
    method: random.pick(['POST', 'POST', 'POST', 'PUT']),
    headers: random.pick([json, { 'content-type': 'application/graphql' }, { 'content-type': 'text/plain' }]),
    body,
  };
};

/** What is wrong with an answer; undefined where nothing is. */
const judge = ({ address }: Sent, { status, text }: Came): string | undefined => {
  if (address.endsWith('/dtf/messages')) return codeProblem(text, `status ${status}`);
  return status >= 500 && status !== 503 && status !== 501 ? `status ${status}: ${text.slice(0, 300)}` : undefined;
};

const caseOf =
  (make: MakeSent): Make =>
  (making): Case => {
    const sent = make(making);
    const { method, address, headers, body = '' } = sent;
    return {
      origin: new URL(address).origin,
      told: () => `${method} ${address} ${JSON.stringify(headers)}\n  ${body}`,
      run: async () => judge(sent, await sendRaw(sent, patienceMs)),
    };
  };

const said = (make: (making: Making) => Said): Make => caseOf((making) => messageTo(make(making)));

/** Most of it is signed: only that goes further than the door. */
export const httpCases: readonly [Make, ...Make[]] = [
  caseOf(graphql),
  ...Array.from({ length: 6 }, () => said(signedAnew)),
  ...[said(badText), said(badBytes), caseOf(otherContent), caseOf(otherPath), caseOf(graphql)],
];
