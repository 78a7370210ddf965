/**
 * Fuzz: anything at all is sent to a real node, and each time an answer with a code must come, within a bound, from a node that is still in order.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { fixturesFolder } from '@cityweave/server';
import { createRandom, type Random } from '../simulation/random.ts';
import { type Json, mutateBytes, mutateText, mutateValue } from './mutate.ts';
import { type Came, type Sent, sendRaw } from './sending.ts';
import type { Recorded, Subject } from './subject.ts';

export type Failure = { readonly seed: string; readonly case: number; readonly found: string; readonly sent: Sent };

/** Longer than the longest answer of the protocol. */
const patienceMs = 35_000;

const questionsFolder = join(fixturesFolder, 'questions');
const questions = readdirSync(questionsFolder).map((file) => readFileSync(join(questionsFolder, file), 'utf8'));

const json = { 'content-type': 'application/json' };

type Making = { readonly subject: Subject; readonly random: Random };

type Make = (making: Making) => Sent;

const somethingSaid = ({ subject, random }: Making): Recorded => random.pick(subject.said);

const messageTo = (to: string, body: Buffer | string, headers: Sent['headers'] = json): Sent => ({
  address: `${to}/dtf/messages`,
  method: 'POST',
  headers,
  body,
});

const valuesOf = ({ said: [first, ...more] }: Subject): readonly [Json, ...Json[]] => [first.value, ...more.map(({ value }) => value)];

const signedAnew: Make = (making) => {
  const { to, value } = somethingSaid(making);
  const changed = mutateValue(making.random, value, valuesOf(making.subject));
  return messageTo(to, making.subject.signed(changed, `urn:uuid:${making.random.uuid()}`));
};

const badText: Make = (making) => {
  const { to, value } = somethingSaid(making);
  return messageTo(to, mutateText(making.random, JSON.stringify(value)));
};

const badBytes: Make = (making) => {
  const { to, value } = somethingSaid(making);
  return messageTo(to, mutateBytes(making.random, JSON.stringify(value)));
};

/** What says of itself that it is something else, and what would be much larger if it were believed. */
const otherContent: Make = (making) => {
  const { to, value } = somethingSaid(making);
  const text = JSON.stringify(value);
  return making.random.pick([
    messageTo(to, text, {
      'content-type': making.random.pick(['text/plain', 'application/xml', 'multipart/form-data; boundary=x', 'nonsense', 'application/json; charset=utf-16']),
    }),
    messageTo(to, gzipSync(' '.repeat(20_000_000)), { ...json, 'content-encoding': 'gzip' }),
    messageTo(to, gzipSync(text), { ...json, 'content-encoding': making.random.pick(['gzip', 'br', 'deflate', 'x']) }),
    messageTo(to, ' '.repeat(17 * 1024 * 1024)),
  ]);
};

const otherPath: Make = ({ subject, random }) => ({
  address: `${subject.city.front.address}${random.pick(['/dtf/events', '/dtf/messages', '/tiles/x/y', '/tiles/%00/..%2f', '/health/ready', '/.well-known/jwks.json', '/%ff', '/nothing'])}${random.pick(['', '?subscription=', `?subscription=${random.uuid()}`, '?subscription=%00', `?${'a'.repeat(8_000)}`])}`,
  method: random.pick(['GET', 'PUT', 'DELETE', 'OPTIONS', 'PATCH', 'POST']),
  headers: random.pick<Sent['headers']>([
    {},
    { authorization: `Bearer ${random.uuid()}.x.y` },
    { 'last-event-id': '9'.repeat(400) },
    { accept: 'text/event-stream' },
  ]),
});

const graphql: Make = ({ subject, random }) => {
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

/** Most of it is signed: only that goes further than the door. */
const makes: readonly [Make, ...Make[]] = [
  signedAnew,
  signedAnew,
  signedAnew,
  signedAnew,
  signedAnew,
  signedAnew,
  badText,
  badBytes,
  otherContent,
  otherPath,
  graphql,
  graphql,
];

const codeIn = (text: string): string | undefined => /"code":"(DTF-\d{3})"/.exec(text)?.[1];

/** What is wrong with an answer; undefined where nothing is. */
const judge = ({ address }: Sent, { status, text }: Came): string | undefined => {
  if (address.endsWith('/dtf/messages')) {
    const code = codeIn(text);
    if (code === undefined) return `status ${status} without a code: ${text.slice(0, 200)}`;
    return code === 'DTF-900' ? `a defect was met: ${text.slice(0, 300)}` : undefined;
  }
  return status >= 500 && status !== 503 && status !== 501 ? `status ${status}: ${text.slice(0, 300)}` : undefined;
};

const send = async (sent: Sent): Promise<string | undefined> => {
  try {
    return judge(sent, await sendRaw(sent, patienceMs));
  } catch (cause) {
    return `no answer: ${cause instanceof Error ? cause.message : String(cause)}`;
  }
};

const get = (address: string): Promise<Came> => sendRaw({ address, method: 'GET', headers: {} }, patienceMs);

/** Defects that a node counted, or that it is there no more. */
const disorder = async (origin: string): Promise<string | undefined> => {
  const live = await get(`${origin}/health/live`);
  if (live.status !== 200) return `it is not live: ${live.status}`;
  const metrics = await get(`${origin}/metrics`);
  const defects = Number(/^cityweave_defects_total\S* (\d+)/m.exec(metrics.text)?.[1] ?? 0);
  return defects > 0 ? `${defects} defects were met` : undefined;
};

/** One case of a seed: what is sent, and what was wrong with what came of it. */
export const fuzzOnce = async (subject: Subject, seed: string, number: number): Promise<Failure | undefined> => {
  const random = createRandom(`fuzz ${seed} ${number}`);
  const sent = random.pick(makes)({ subject, random });
  const found = (await send(sent)) ?? (await disorder(new URL(sent.address).origin));
  return found === undefined ? undefined : { seed, case: number, found, sent };
};
