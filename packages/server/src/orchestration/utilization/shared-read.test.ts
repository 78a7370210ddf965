/**
 * Small questions to one member: alone while nobody else asks, together while one is under way, each with its own time, answer and refusal.
 */
import { AgencyId, fail, limits, ok, problem, type Result, type TermId, type TwinPage, type TwinQuery, type TwinsRead, toRefused } from '@cityweave/core';
import { describe, expect, it } from 'vitest';
import type { Deadline, MemberPart } from './member-read.ts';
import { createSharedReads, isShareable, type Send } from './shared-read.ts';

const agency = AgencyId.parse('urn:dtf:agency:water.example');

const queryOf = (name: string): TwinQuery => ({ version: 1, filter: { ids: [name] }, page: { first: 1 } });
const nameOf = (query: TwinQuery | undefined): string => query?.filter?.ids?.[0] ?? '';
const pageOf = (name: string): TwinPage => ({ version: 1, rows: [], seq: name.length, identities: 0 });
const readOf = (name: string): TwinsRead => ({ page: pageOf(name), seq: 0 });

/** A member whose answers are given by hand, and timers that go off when told. */
const openLine = (readOfName: (name: string) => TwinsRead = readOf) => {
  const messages: { readonly names: readonly string[]; readonly signal: AbortSignal; readonly answer: (given?: Result<readonly TwinsRead[]>) => void }[] = [];
  const timers: { readonly ms: number; readonly run: () => void }[] = [];
  const send: Send = ({ query, queries }, signal) =>
    new Promise((resolve) => {
      const names = queries ? queries.map((one) => nameOf(one.query)) : [nameOf(query)];
      messages.push({ names, signal, answer: (given = ok(names.map(readOfName))) => resolve(given) });
    });
  const after = (ms: number, run: () => void) => {
    const timer = { ms, run };
    timers.push(timer);
    return () => void timers.splice(timers.indexOf(timer), 1);
  };
  return { messages, timers, read: createSharedReads({ agency, timers: { after }, send }) };
};

const deadlineOf = (signal: AbortSignal = new AbortController().signal): Deadline => ({ signal, leftMs: () => 1_000 });

const seqOf = (part: Result<MemberPart>): number | string => (part.ok ? part.value.page.seq : part.problem.kind);

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('questions to one member', () => {
  it('go at once up to readsUnderWayMax messages; what comes then shares the next one', async () => {
    const { messages, read } = openLine();
    const names = ['a', ...Array.from({ length: limits.readsUnderWayMax }, (_, at) => `bb${at}`), 'cccc'];
    const asked = names.map((name) => read(queryOf(name), deadlineOf()));
    expect(messages.map((message) => message.names)).toEqual(names.slice(0, limits.readsUnderWayMax).map((name) => [name]));
    messages[0]?.answer();
    await settled();
    expect(messages[limits.readsUnderWayMax]?.names).toEqual(names.slice(limits.readsUnderWayMax));
    for (const { answer } of messages) answer();
    expect((await Promise.all(asked)).map(seqOf)).toEqual(names.map((name) => name.length));
  });

  it('share a message up to queriesPerReadMax, one more goes in another', async () => {
    const { messages, read } = openLine();
    void read(queryOf('first'), deadlineOf());
    for (let at = 0; at <= limits.queriesPerReadMax; at += 1) void read(queryOf(`${at}`), deadlineOf());
    messages[0]?.answer();
    await settled();
    messages[1]?.answer();
    await settled();
    expect(messages.map(({ names }) => names.length)).toEqual([1, limits.queriesPerReadMax, 1]);
  });

  it('wait no longer than readWaitMs for a message that is slow', () => {
    const { messages, timers, read } = openLine();
    void read(queryOf('slow'), deadlineOf());
    void read(queryOf('quick'), deadlineOf());
    expect(timers.map(({ ms }) => ms)).toEqual([limits.readWaitMs]);
    timers[0]?.run();
    expect(messages.map(({ names }) => names)).toEqual([['slow'], ['quick']]);
  });

  it('are refused each for itself', async () => {
    const { messages, read } = openLine((name) => (name === 'bad' ? { refused: toRefused(problem('badQuery', { subject: name })), seq: 0 } : readOf(name)));
    const asked = ['first', 'bad', 'good'].map((name) => read(queryOf(name), deadlineOf()));
    messages[0]?.answer();
    await settled();
    messages[1]?.answer();
    expect((await Promise.all(asked)).map(seqOf)).toEqual([5, 'badQuery', 4]);
  });

  it('are asked alone where their answers together are too large', async () => {
    const { messages, read } = openLine();
    const asked = ['first', 'one', 'three'].map((name) => read(queryOf(name), deadlineOf()));
    messages[0]?.answer();
    await settled();
    messages[1]?.answer(fail(problem('tooLarge')));
    await settled();
    for (const { answer } of messages.slice(2)) answer();
    expect(messages.map(({ names }) => names)).toEqual([['first'], ['one', 'three'], ['one'], ['three']]);
    expect((await Promise.all(asked)).map(seqOf)).toEqual([5, 3, 5]);
  });

  it('fail together where the member does, and a page that is missing is said of the member', async () => {
    const { messages, read } = openLine();
    const asked = ['first', 'one', 'two'].map((name) => read(queryOf(name), deadlineOf()));
    messages[0]?.answer(ok([]));
    await settled();
    messages[1]?.answer(fail(problem('unreachable')));
    expect((await Promise.all(asked)).map(seqOf)).toEqual(['malformed', 'unreachable', 'unreachable']);
  });

  it('stop a message only when nobody waits for it any more, and are not asked at all when their asker has gone before', async () => {
    const { messages, read } = openLine();
    const askers = ['first', 'one', 'two', 'gone'].map((name) => ({ name, stop: new AbortController() }));
    for (const { name, stop } of askers) void read(queryOf(name), deadlineOf(stop.signal));
    askers[3]?.stop.abort();
    messages[0]?.answer();
    await settled();
    expect(messages[1]?.names).toEqual(['one', 'two']);
    askers[1]?.stop.abort();
    expect(messages[1]?.signal.aborted).toBe(false);
    askers[2]?.stop.abort();
    expect(messages[1]?.signal.aborted).toBe(true);
  });
});

describe('a question that shares its message', () => {
  it('asks by identifiers, without areas, links or counts by kind', () => {
    const identity = { ids: [], objects: [] };
    const kinds = ['city:Building' as TermId];
    const shareable: readonly TwinQuery[] = [queryOf('a'), { version: 1, identity }, { version: 1, filter: { ids: ['a'], kinds, text: undefined } }];
    const apart: readonly TwinQuery[] = [
      { version: 1 },
      { version: 1, filter: { kinds } },
      { version: 1, filter: { ids: ['a'], text: 'b' } },
      { ...queryOf('a'), summary: ['kind'] },
      { ...queryOf('a'), links: { direction: 'out' } },
    ];
    expect([...shareable, ...apart].map(isShareable)).toEqual([...shareable.map(() => true), ...apart.map(() => false)]);
  });
});
