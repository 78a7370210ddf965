import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MessageId } from '../ground/id.ts';
import { addMs, instantOfMs } from '../ground/instant.ts';
import { limits } from '../ground/limits.ts';
import { describeProblem, type ProblemKind, problems } from '../ground/problem.ts';
import { fail } from '../ground/result.ts';
import { isRowName, rowNames, rowOf } from './catalogue.ts';
import { isTrace, traceOf } from './header.ts';
import {
  checkTime,
  contentText,
  type Message,
  messageDepthMax,
  parseMessage,
  parseReply,
  parseRequest,
  replyMessage,
  requestMessage,
  signedText,
} from './message.ts';

const now = instantOfMs(Date.UTC(2026, 4, 4));
const sending = {
  messageId: MessageId.parse('urn:uuid:5b0f8a3e-5d1c-4c7e-9a44-0d5a4f1c2b3e'),
  source: { id: 'urn:dtf:twin:a.example:agency', role: 'digitalTwin' },
  destination: { id: 'urn:dtf:twin:b.example:agency', role: 'digitalTwin' },
  timestamp: now,
} as const;
const probe = (echo: string): Message =>
  requestMessage(
    'digitalTwin.probe.digitalTwin',
    { parameters: { echo }, objects: [{ kind: 'digitalTwin', id: 'urn:dtf:twin:b.example:agency' as never }] },
    sending,
  );
const withParameters = (parameters: Record<string, unknown>, objects: unknown[] = []): Message => ({
  ...probe('x'),
  data: { action: { verb: 'v', object: 'o', parameters }, objects },
});

test('what a message causes is said under its trace, each message being the next parent; what is no traceparent is passed on as it is', () => {
  const cause = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
  expect(traceOf(cause, sending.messageId)).toBe('00-4bf92f3577b34da6a3ce929d0e0e4736-9a440d5a4f1c2b3e-01');
  expect(traceOf('of another kind', sending.messageId)).toBe('of another kind');
  expect([cause, 'of another kind', `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`, cause.toUpperCase()].map(isTrace)).toEqual([true, false, false, false]);
});

describe('a message', () => {
  test('goes through text and back', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 64 }), (echo) => {
        const parsed = parseMessage(JSON.parse(JSON.stringify(probe(echo))));
        expect(parsed).toEqual({ ok: true, value: probe(echo) });
        expect(parsed.ok && parseRequest('digitalTwin.probe.digitalTwin', parsed.value)).toMatchObject({ ok: true, value: { parameters: { echo } } });
      }),
    );
  });

  test('may hold anything at all without breaking the parser', () => {
    fc.assert(
      fc.property(fc.anything(), (raw) => {
        expect(['malformed', 'missing', 'unknownMessageType', 'unsupportedFormat', 'unsupportedVersion']).toContain(
          (({ ok, ...rest }) => ('problem' in rest ? rest.problem.kind : ok))(parseMessage(raw)),
        );
      }),
    );
  });

  test('that lacks an area is refused with where it is missing and what it would be', () => {
    const refusalOf = (raw: unknown): string => ((parsed) => (parsed.ok ? 'nothing wrong' : describeProblem(parsed.problem)))(parseMessage(raw));
    const { header } = probe('x');
    expect(refusalOf({})).toBe(
      'a mandatory field is missing at /header; accepted: the header area: an object with protocolVersion, messageId, messageType, source, destination, timestamp and contentFormat',
    );
    expect(refusalOf({ header })).toBe('a mandatory field is missing at /data; accepted: the data area: an object with action and objects');
    expect(refusalOf({ header, data: { action: 7, objects: [] } })).toBe(
      'the message is not well formed at /data/action; accepted: the action information: an object with verb, object and parameters',
    );
  });

  test('is nested at most messageDepthMax deep', () => {
    const nested = (depth: number): unknown => (depth === 0 ? 1 : [nested(depth - 1)]);
    const deep = (depth: number): boolean => parseMessage({ ...probe('x'), more: nested(depth) }).ok;
    expect([deep(messageDepthMax - 1), deep(messageDepthMax)]).toEqual([true, false]);
  });

  test('carries at most messageObjectsMax objects', () => {
    const carries = (count: number): boolean => parseMessage({ ...probe('x'), data: { ...probe('x').data, objects: Array(count).fill({}) } }).ok;
    expect([carries(limits.messageObjectsMax), carries(limits.messageObjectsMax + 1)]).toEqual([true, false]);
  });

  test('keeps members that this version does not know', () => {
    const more = { ...probe('x'), header: { ...probe('x').header, trace: 'abc' } };
    expect(parseMessage(more)).toMatchObject({ ok: true, value: { header: { trace: 'abc' } } });
  });

  test('has a place in its stream, a priority, its dictionaries and a trace, within their bounds', () => {
    const fits = (header: object): boolean => parseMessage({ ...probe('x'), header: { ...probe('x').header, ...header } }).ok;
    const dictionary = { id: 'urn:dtf:dictionary:a.example:city', version: '1.2.0' };
    const trace = (characters: number) => ({ trace: 'x'.repeat(characters) });
    const context = (count: number) => ({ semanticContext: Array(count).fill(dictionary) });
    const agreementId = 'urn:dtf:agreement:a.example:one';
    expect([{ sequence: 7 }, { priority: 'emergency' }, context(limits.dictionariesMax), trace(limits.termCharactersMax)].map(fits)).not.toContain(false);
    expect([{ sequence: -1 }, { priority: 'now' }, context(limits.dictionariesMax + 1), trace(limits.termCharactersMax + 1)].map(fits)).not.toContain(true);
    expect([agreementId, 'one'].map((id) => fits({ security: { scheme: 'none', agreementId: id } }))).toEqual([true, false]);
  });

  test('is signed over everything but its signature and the way it came', () => {
    const signed = (header: object): string =>
      signedText({ ...probe('x'), header: { ...probe('x').header, security: { scheme: 'jws', keyId: 'k' }, ...header } });
    expect(signed({ security: { scheme: 'jws', keyId: 'k', signature: 'a..b' }, via: ['c'] })).toBe(signed({}));
    expect(signed({ security: { scheme: 'jws', keyId: 'other' } })).not.toBe(signed({}));
  });

  test('of one id is the same wherever only its time and signature differ', () => {
    expect(contentText({ ...probe('x'), header: { ...probe('x').header, timestamp: addMs(now, 9), security: { scheme: 'none' } } })).toBe(
      contentText(probe('x')),
    );
    expect(contentText(probe('y'))).not.toBe(contentText(probe('x')));
  });
});

describe('the time of a message', () => {
  const check = (ms: number, expiresMs?: number) =>
    checkTime({ ...probe('x').header, timestamp: addMs(now, ms), ...(expiresMs !== undefined && { expiresAt: addMs(now, expiresMs) }) }, now);
  const kind = (outcome: ReturnType<typeof check>): string => (outcome.ok ? 'in time' : outcome.problem.kind);

  test('is ahead by at most clockToleranceMs', () =>
    expect([check(limits.clockToleranceMs), check(limits.clockToleranceMs + 1)].map(kind)).toEqual(['in time', 'clocksDiffer']));
  test('is past by at most replayMemoryMs', () =>
    expect([check(-limits.replayMemoryMs), check(-limits.replayMemoryMs - 1)].map(kind)).toEqual(['in time', 'expired']));
  test('is over when it says so', () => expect([check(0, 0), check(0, -1)].map(kind)).toEqual(['in time', 'expired']));
});

describe('an answer', () => {
  const answering = { messageId: sending.messageId, timestamp: now, source: sending.destination };

  test('carries every problem of the table there and back', () => {
    for (const kind of Object.keys(problems) as ProblemKind[]) {
      const reply = replyMessage(probe('x'), fail({ kind, subject: 's', limit: 7 }), answering);
      expect(parseReply('digitalTwin.probe.digitalTwin', reply)).toEqual({ ok: false, problem: { kind, subject: 's', limit: 7 } });
    }
  });

  test('goes back where the question came from', () => {
    const { header } = replyMessage(probe('x'), { ok: true, value: { parameters: {}, objects: [] } }, answering);
    expect(header).toMatchObject({ messageType: 'response', source: sending.destination, destination: sending.source, correlationId: sending.messageId });
    const traced = { ...probe('x'), header: { ...probe('x').header, trace: '00-a-b-01' } };
    expect(replyMessage(traced, { ok: true, value: { parameters: {}, objects: [] } }, answering).header.trace).toBe('00-a-b-01');
  });

  test('without a result is malformed', () =>
    expect(parseReply('digitalTwin.probe.digitalTwin', probe('x'))).toMatchObject({ problem: { kind: 'malformed' } }));
});

describe('the catalogue', () => {
  test('keeps each row under its own name', () => {
    expect(rowNames.filter((name) => `${rowOf(name).role}.${rowOf(name).verb}.${rowOf(name).object}` !== name)).toEqual([]);
    expect(['constructor', '__proto__', 'registry.register'].filter(isRowName)).toEqual([]);
  });

  test('bounds exchange data, and what functions are given and tell, by exchangeDataBytesMax and everything else by controlMessageBytesMax', () => {
    for (const name of rowNames) {
      const { object, verb, bytesMax } = rowOf(name);
      const isOfFunction = object === 'feature' && ['invoke', 'query'].includes(verb);
      expect(bytesMax).toBe(object === 'exchangeData' || isOfFunction ? limits.exchangeDataBytesMax : limits.controlMessageBytesMax);
    }
  });
});

describe('bounds of parameters', () => {
  const federationId = 'urn:dtf:federation:a.example:f';
  const fits = (name: (typeof rowNames)[number], parameters: Record<string, unknown>, objects: unknown[] = []): boolean =>
    parseRequest(name, withParameters(parameters, objects)).ok;
  const name = { kind: 'digitalTwin', id: 'urn:dtf:twin:b.example:agency' };

  test('a lease lasts from leaseSecondsMin to leaseSecondsMax', () => {
    const lease = (leaseSeconds: number): boolean => fits('registry.renew.digitalTwin', { leaseSeconds }, [{ ...name, attributes: {} }]);
    expect([limits.leaseSecondsMin, limits.leaseSecondsMax, limits.leaseSecondsMin - 1, limits.leaseSecondsMax + 1].map(lease)).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  test('a reason is at most textCharactersMax long', () => {
    const reason = (length: number): boolean => fits('registry.deregister.digitalTwin', { reason: 'x'.repeat(length) }, [name]);
    expect([reason(limits.textCharactersMax), reason(limits.textCharactersMax + 1)]).toEqual([true, false]);
  });

  test('discovery asks for at most needsMax kinds and discoverPageMax entries, discoverPageDefault where it does not say', () => {
    const discover = (parameters: Record<string, unknown>): boolean => fits('registry.discover.digitalTwin', parameters);
    const kinds = (length: number) => ({ kinds: Array.from({ length }, (_, key) => `city:K${key}`) });
    expect([discover(kinds(limits.needsMax)), discover(kinds(limits.needsMax + 1))]).toEqual([true, false]);
    expect([discover({ limit: limits.discoverPageMax }), discover({ limit: limits.discoverPageMax + 1 })]).toEqual([true, false]);
    expect(parseRequest('registry.discover.digitalTwin', withParameters({}))).toMatchObject({ value: { parameters: { limit: limits.discoverPageDefault } } });
  });

  test('a read has at most answerMaxMs, identifies at most identityBatchMax keys, and sends areas of at most areaVerticesMax', () => {
    const read = (parameters: Record<string, unknown>): boolean => fits('digitalTwin.read.exchangeData', { federationId, ...parameters });
    const identify = (values: number, characters: number) => ({ identify: { scheme: 's', values: Array(values).fill('v'.repeat(characters)) } });
    expect([read({ budgetMs: limits.answerMaxMs }), read({ budgetMs: limits.answerMaxMs + 1 })]).toEqual([true, false]);
    expect(
      [identify(limits.identityBatchMax, limits.keyCharactersMax), identify(limits.identityBatchMax + 1, 1), identify(1, limits.keyCharactersMax + 1)].map(
        read,
      ),
    ).toEqual([true, false, false]);
    const area = (vertices: number) => ({
      query: { version: 1 },
      areas: { ['a'.repeat(64)]: { type: 'MultiPoint', coordinates: Array(vertices).fill([1, 2]) } },
    });
    expect([area(limits.areaVerticesMax), area(limits.areaVerticesMax + 1)].map(read)).toEqual([true, false]);
  });

  test('an agreement is negotiated in at most negotiationRoundsMax rounds', () => {
    const round = (count: number) => {
      const parsed = parseRequest('digitalTwin.request.federation', withParameters({ round: count }));
      return parsed.ok ? '' : parsed.problem.path;
    };
    expect(round(limits.negotiationRoundsMax)).not.toContain('round');
    expect(round(limits.negotiationRoundsMax + 1)).toContain('/parameters/round');
  });
});

test('a release gives notice of up to graceSecondsMax', () => {
  const release = (graceSeconds: number) =>
    parseRequest('digitalTwin.release.federation', withParameters({ graceSeconds }, [{ kind: 'federation', id: 'urn:dtf:federation:a.example:flood' }])).ok;
  expect([release(0), release(limits.graceSecondsMax), release(limits.graceSecondsMax + 1)]).toEqual([true, true, false]);
});
