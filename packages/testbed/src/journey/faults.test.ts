/**
 * Members that are gone, hang or talk nonsense: the answer comes within its deadline without them, names them and says why; and they come back by themselves.
 */
import { limits, type Message, parseMessage, replyMessage } from '@cityweave/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestCity, present, type TestCity, until, valueOf } from '../city.ts';
import { fourAgencies, twinOfTest } from '../city-files.ts';
import { type Answering, flood, hang, say, standIn } from './stand-in.ts';

const deadlineMs = 1_500;
/** A machine with many other things to do answers late by its own fault: more than this is the fault of the answer. */
const slackMs = 10_000;

const names = ['front', 'water', 'fire'];

const replyTo = (raw: Record<string, unknown>, change: (reply: Message) => Message): string => {
  const request = valueOf(parseMessage(raw));
  const { messageId, timestamp, destination } = request.header;
  const reply = replyMessage(request, { ok: true, value: { parameters: {}, objects: [] } }, { messageId, timestamp, source: destination });
  return JSON.stringify(change(reply));
};

const reply =
  (change: (reply: Message) => Message): Answering =>
  (raw, response) =>
    say(replyTo(raw, change))(raw, response);

describe.each(['http', 'http and websocket'])('an agency that is gone, hangs, or answers garbage, over %s', (spoken) => {
  const bindings = spoken.split(' and ');
  let city: TestCity;
  let address: string;
  const linkOf = (name: string) => city.front.orchestration.links.status(twinOfTest(name));
  const linkIs = (state: string, name = 'energy') =>
    until(
      () => linkOf(name)?.state,
      (found) => found === state,
      `${name} ${state}`,
    );
  /** The others' part is all there, whatever becomes of the one. */
  const askWithoutEnergy = async () => {
    const from = performance.now();
    const found = await city.ask({ deadlineMs });
    expect(performance.now() - from).toBeLessThan(deadlineMs + slackMs);
    expect(names.map((name) => found.source(name).status)).toEqual(['ANSWERED', 'ANSWERED', 'ANSWERED']);
    expect(found.ids.filter((id) => id.includes(':things/')).length).toBe(6);
    expect(found.sources.length).toBe(4);
    return found.source('energy');
  };

  beforeAll(async () => {
    city = await createTestCity({ bindings, agencies: fourAgencies() });
    await city.active();
    ({ address } = city.node('energy'));
    await city.node('energy').close();
  });
  afterAll(() => city[Symbol.asyncDispose]());

  it('stopped: FAILED, since when, and when it is tried next', async () => {
    await linkIs('INTERRUPTED');
    const report = await askWithoutEnergy();
    expect(report).toMatchObject({ status: 'FAILED', rows: 0, problem: { kind: 'interrupted' } });
    expect(report.since && report.nextProbeAt && report.since < report.nextProbeAt).toBe(true);
  });

  it.each<[string, Answering, string]>([
    ['no JSON', say('<html>'), 'malformed'],
    ['JSON that is no message', say('{"hello":"world"}'), 'missing'],
    ['an answer to another question', reply((made) => ({ ...made, header: { ...made.header, correlationId: undefined } })), 'malformed'],
    ['an answer without a signature', reply((made) => made), 'notAuthenticated'],
    [
      'an answer that another signed',
      reply((made) => ({ ...made, header: { ...made.header, security: { scheme: 'jws', keyId: 'another', signature: 'a..b' } } })),
      'keyNotTrusted',
    ],
    ['100 MB', flood(100 * 1024 * 1024), 'tooLarge'],
  ])('answering %s: FAILED, and why', async (_, answering, kind) => {
    await using other = await standIn(address);
    other.answer(answering);
    const report = await until(askWithoutEnergy, ({ problem }) => problem?.kind === kind, `FAILED for ${kind}`);
    expect(report).toMatchObject({ status: 'FAILED', rows: 0 });
  });

  it('hanging: LATE at first, then not waited for', async () => {
    await using other = await standIn(address);
    other.answer(say('{}'));
    await linkIs('CONNECTED');
    other.answer(hang);
    expect(['LATE', 'FAILED']).toContain((await askWithoutEnergy()).status);
    await linkIs('INTERRUPTED');
    const report = await askWithoutEnergy();
    expect(report).toMatchObject({ status: 'FAILED', problem: { kind: 'interrupted' } });
    expect(report.latencyMs ?? 0).toBeLessThan(deadlineMs);
  });

  it('hanging: a walk over pages of all sources meets every twin of the others once', async () => {
    await using other = await standIn(address);
    other.answer(hang);
    const ids: string[] = [];
    let after: string | undefined;
    do {
      const page = await city.ask({ first: 2, after, deadlineMs });
      ids.push(...page.ids);
      after = page.next;
    } while (after !== undefined);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.filter((id) => id.includes(':things/')).length).toBe(6);
  });

  it('who goes away before the answer is not worked for any longer', async () => {
    await using other = await standIn(address);
    other.answer(say('{}'));
    await linkIs('CONNECTED');
    const asker = new AbortController();
    other.answer(hang);
    const asked = city.ask({ deadlineMs: limits.deadlineMaxMs, signal: asker.signal });
    await until(other.waiting, (count) => count > 0, 'asked');
    asker.abort();
    await asked;
    await until(other.waiting, (count) => count === 0, 'let go');
  });

  it('back again: part of the answer without anybody’s touching anything', async () => {
    await using _back = await city.startAgain('energy', address);
    const found = await until(
      () => city.ask({ deadlineMs }),
      (answer) => answer.source('energy').status === 'ANSWERED',
      'answered again',
    );
    expect(found.ids.filter((id) => id.includes('station')).length).toBe(3);
    await until(
      () => city.federation().state,
      (state) => state === 'ACTIVE',
      'ACTIVE again',
    );
  });

  it('when every member fails, the own part still comes', async () => {
    await Promise.all(['water', 'fire'].map((name) => city.node(name).close()));
    const found = await until(
      () => city.ask({ deadlineMs }),
      (answer) => ['water', 'fire', 'energy'].every((name) => answer.source(name).status === 'FAILED'),
      'alone',
    );
    expect(found.source('front').status).toBe('ANSWERED');
    expect(
      present(
        found.ids.find((id) => id.includes('house')),
        'house',
      ),
    ).toBeDefined();
  });
});
