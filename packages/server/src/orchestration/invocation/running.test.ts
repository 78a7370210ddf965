/**
 * Functions at their owner: only what was granted, within its time, one run after its lifecycle, and nothing moved in the city without permission.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  Authority,
  agencyTwinIdOf,
  agreementIdOf,
  cityDictionary,
  connectionIdOf,
  createVocabulary,
  type FunctionEffect,
  fail,
  featureIdOf,
  federationIdOf,
  limits,
  ok,
  type Problem,
  problem,
  TermId,
} from '@cityweave/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { systemDeps } from '../../deps.ts';
import { createEvents } from '../../events.ts';
import type { AskedBy } from '../../exchange/answer.ts';
import type { Peer } from '../../exchange/peer.ts';
import type { CityFunction, Computing } from '../../functions/function.ts';
import { createTurns } from '../../protocol/turns.ts';
import { openRecordStore } from '../../store/records.ts';
import type { RecordStore } from '../../store/store.ts';
import { createRates } from '../agreement-in-force.ts';
import type { Room } from '../room.ts';
import { createRunning, type Running } from './running.ts';
import { agreementOfRun } from './runs.ts';

const [authority, front] = [Authority.parse('water.example'), agencyTwinIdOf(Authority.parse('front.example'))];
const id = agencyTwinIdOf(authority);
const [agreementId, federationId] = [agreementIdOf(authority, 'one'), federationIdOf(authority, 'one')];
const kind = TermId.parse('city:Function');
const featureId = featureIdOf(authority, kind);
const at = '2026-01-01T00:00:00.000Z';

/** How a function of the test behaves: it ends when it is let, or when its signal says so. */
type Behaviour = { readonly effect?: FunctionEffect; readonly run?: (computing: Computing) => Promise<Record<string, unknown>>; readonly signal?: AbortSignal };

/** What its owner said to others: to whom, and in which conversation. */
type Said = { readonly to: string; readonly name: string; readonly parameters: Readonly<Record<string, unknown>>; readonly conversationId: string | undefined };

describe('a function', () => {
  let directory = '';
  let records: RecordStore;
  let waited: { readonly ms: number; readonly run: () => void }[] = [];
  let said: Said[] = [];
  let refuses: Problem | undefined;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'running-'));
    const opened = openRecordStore({ directory, clock: systemDeps().clock });
    if (!opened.ok) return expect.fail(opened.problem.kind);
    records = opened.value;
    [waited, said, refuses] = [[], [], undefined];
  });
  afterEach(() => {
    records.close();
    rmSync(directory, { recursive: true });
  });

  const grant = (modes: readonly string[], state = 'AGREED', line = 'CONNECTED'): void => {
    const end = (twinId: string) => ({ twinId, protocol: 'http', address: 'http://water.example/dtf/messages', format: 'application/json' });
    const terms = {
      federationId,
      parties: { consumer: front, provider: id },
      features: [{ featureId, kind, modes }],
      purpose: 'city:safety',
      permissions: [],
      prohibitions: [],
      validity: { from: at },
    };
    records.put('agreement', agreementId, { id: agreementId, revision: 1, state, terms });
    const link = connectionIdOf(authority, 'one');
    records.put('communication', link, { id: link, federationId, agreementId, ends: [end(front), end(id)], state: line, since: at });
  };

  /** Whoever is asked: the registry knows everybody, everybody hears. */
  const ask = async (peer: Peer, name: string, ...[{ parameters }, asking]: readonly [Pick<Said, 'parameters'>, Pick<Said, 'conversationId'>?]) => {
    if (name.startsWith('registry.'))
      return ok({ parameters: {}, objects: [{ attributes: { endpoints: [{ protocol: 'http', address: 'http://a.example/' }], keys: [] } }] });
    said.push({ to: peer.id, name, parameters, conversationId: asking?.conversationId });
    return refuses ? fail(refuses) : ok({ parameters: {}, objects: [] });
  };

  const open = ({ effect = 'none', run = async () => ({}), signal = new AbortController().signal }: Behaviour = {}): Running => {
    const system = systemDeps();
    const after = (ms: number, fire: () => void) => {
      waited.push({ ms, run: fire });
      return () => undefined;
    };
    const deps = { ...system, timers: { after } };
    const vocabulary = createVocabulary([cityDictionary]);
    const events = createEvents({ agency: authority, level: 'silent' });
    const node = { maintenance: [], farFunctions: [] };
    // branding: running looks at nothing else of its room
    const room = {
      deps,
      events,
      records,
      store: {},
      node,
      self: { id, authority },
      vocabulary: () => vocabulary,
      registry: async () => ({ id: 'registry' }),
      ask,
      signal,
    } as unknown as Room;
    const given: CityFunction = {
      kind,
      name: { en: 'Test' },
      method: 'test',
      effect,
      modes: ['sync', 'async'],
      reads: [],
      inputs: z.object({ n: z.number() }),
      outputs: z.object({}),
      run: async (_, computing) => ok(await run(computing)),
    };
    return createRunning(room, createRates(room), new Map([[featureId, given]]));
  };

  const by = (qos?: number, sender: string = front, header: object = {}) => {
    const messageId = `urn:uuid:${systemDeps().ids.uuid()}`;
    return { sender, message: { header: { qos, messageId, ...header } }, signal: new AbortController().signal } as unknown as AskedBy; // branding: as authorised
  };
  const invoke = (running: Running, changes: Record<string, unknown> = {}, asker = by()) => {
    const parameters = { federationId, agreementId, mode: 'sync', effect: 'simulation', inputs: { n: 1 }, ...changes };
    return running.invoke({ parameters, objects: [{ kind: 'feature', id: featureId }] } as never, asker); // branding: as parsed
  };
  const kindOf = async (told: ReturnType<typeof invoke>) => ((done) => (done.ok ? done.value.reply.parameters.state : done.problem.kind))(await told);
  const runIdOf = async (told: ReturnType<typeof invoke>) => ((done) => (done.ok ? done.value.reply.parameters.runId : done.problem.kind))(await told);
  const about = (running: Running, act: 'query' | 'cancel', { runId, asker = by() }: { readonly runId: string; readonly asker?: AskedBy }) => {
    const done = running[act]({ parameters: { runId }, objects: [{ kind: 'feature', id: featureId }] } as never, asker); // branding: as parsed
    return done.ok ? done.value.reply.parameters : done.problem;
  };
  const untilAborted = ({ signal }: Computing) =>
    new Promise<Record<string, unknown>>((_, reject) => signal.addEventListener('abort', () => reject(new Error('stopped')), { once: true }));

  it('is computed for whom it was granted, with inputs as it describes them, and for nobody else', async () => {
    grant(['invoke']);
    expect(await kindOf(invoke(open()))).toBe('SUCCEEDED');
    expect(await kindOf(invoke(open(), { inputs: { n: 'one' } }))).toBe('badInput');
    expect(await kindOf(invoke(open(), {}, by(1, id)))).toBe('notInForce');
    grant(['read']);
    expect(await kindOf(invoke(open()))).toBe('notInForce');
    grant(['invoke'], 'TERMINATED');
    expect(await kindOf(invoke(open()))).toBe('notInForce');
  });

  it('that moves something needs the asker to say so, qos 2, and `actuate` in the agreement', async () => {
    grant(['invoke']);
    const running = open({ effect: 'actuation' });
    expect(await kindOf(invoke(running))).toBe('actuationNotPermitted');
    expect(await kindOf(invoke(running, { effect: 'actuation' }))).toBe('qosNotAttainable');
    expect(await kindOf(invoke(running, { effect: 'actuation' }, by(2)))).toBe('actuationNotPermitted');
    grant(['invoke', 'actuate']);
    expect(await kindOf(invoke(running, { effect: 'actuation' }, by(2)))).toBe('SUCCEEDED');
    expect(await kindOf(invoke(open({ effect: 'simulation' }), { effect: 'none' }))).toBe('actuationNotPermitted');
  });

  it('in the background tells its progress, can be cancelled once, and only by whose it is', async () => {
    grant(['invoke']);
    const running = open({
      run: async (computing) => {
        computing.progress(0.4);
        return untilAborted(computing);
      },
    });
    const runId = await runIdOf(invoke(running, { mode: 'async' }));
    expect(about(running, 'query', { runId })).toMatchObject({ state: 'RUNNING', progress: 0.4 });
    expect(about(running, 'query', { runId: runId, asker: by(1, id) })).toMatchObject({ kind: 'notFound' });
    expect(about(running, 'cancel', { runId })).toMatchObject({ state: 'CANCELLED' });
    expect(Object(records.get('functionRun', runId)).run).toMatchObject({ state: 'CANCELLED' });
    await new Promise((resolve) => setImmediate(resolve));
    expect(about(running, 'query', { runId })).toMatchObject({ state: 'CANCELLED' });
    expect(about(running, 'cancel', { runId })).toMatchObject({ kind: 'notAllowedInState' });
  });

  it('that somebody waits for keeps nothing else of his waiting: he can end it in his next turn', async () => {
    grant(['invoke']);
    const [running, inTurn] = [open({ run: untilAborted }), createTurns(1)];
    const asker = by();
    const told = inTurn({ line: front }, (letNext) => kindOf(invoke(running, {}, { ...asker, letNext })));
    const runId = asker.message.header.messageId;
    expect(await inTurn({ line: front }, async () => about(running, 'cancel', { runId }))).toMatchObject({ state: 'CANCELLED' });
    expect(await told).toBe('cancelled');
  });

  it('is of the scenario that its asker names, in each word of it, and another one is another invocation', async () => {
    grant(['invoke']);
    const scenario = { id: 'urn:uuid:4d5c1a52-95a8-4f9e-a1b0-0b8a5a0f1c33', name: { en: 'Main bridge closed' } };
    const [running, asker] = [open(), by()];
    const { messageId } = asker.message.header;
    const begun = await invoke(running, { mode: 'async', scenario }, asker);
    expect(begun.ok && begun.value.reply.parameters).toMatchObject({ scenario });
    await new Promise((resolve) => setImmediate(resolve));
    expect(about(running, 'query', { runId: messageId })).toMatchObject({ state: 'SUCCEEDED', scenario });
    expect(about(open(), 'query', { runId: messageId }), 'after a restart').toMatchObject({ scenario });
    expect(await kindOf(invoke(running, { mode: 'async', scenario: { ...scenario, id: 'urn:x:other' } }, asker))).toBe('replayed');
  });

  it('ends after the time that its asker gives it, waited for or not', async () => {
    grant(['invoke']);
    const slow = open({ run: untilAborted });
    const runId = await runIdOf(invoke(slow, { mode: 'async', timeout: 'PT2S' }));
    expect(waited.at(-1)?.ms).toBe(2_000);
    waited.at(-1)?.run();
    await new Promise((resolve) => setImmediate(resolve));
    expect(about(slow, 'query', { runId })).toMatchObject({ state: 'TIMED_OUT' });
    waited = [];
    const told = [invoke(slow, { timeout: 'PT1S', budgetMs: 9_000 }), invoke(slow, { timeout: 'PT9S', budgetMs: 1_000 })];
    const ends = waited.filter(({ ms }) => ms === 1_000);
    for (const { run } of ends) run();
    expect([ends.length, ...(await Promise.all(told.map(kindOf)))]).toEqual([2, 'functionTimedOut', 'functionTimedOut']);
  });

  it('ends after functionMaxMs in the background, at once after the budget of who waits, and a bug in it is its failure', async () => {
    grant(['invoke']);
    const slow = open({ run: untilAborted });
    const runId = await runIdOf(invoke(slow, { mode: 'async' }));
    expect(waited.at(-1)?.ms).toBe(limits.functionMaxMs);
    waited.at(-1)?.run();
    await new Promise((resolve) => setImmediate(resolve));
    expect(about(slow, 'query', { runId })).toMatchObject({ state: 'TIMED_OUT', problem: { kind: 'functionTimedOut' } });
    const told = invoke(slow, { budgetMs: 500 });
    waited.find(({ ms }) => ms === 500)?.run();
    expect(await kindOf(told)).toBe('functionTimedOut');
    expect(await kindOf(invoke(open({ run: () => Promise.reject(new Error('bug')) })))).toBe('functionFailed');
  });

  it('leaves what came out, and what it was computed from, to be read when its owner was started again, by whose it is', async () => {
    grant(['invoke']);
    const runId = await runIdOf(invoke(open({ run: async () => ({ answer: 42 }) })));
    const again = open();
    expect(about(again, 'query', { runId: String(runId) })).toMatchObject({
      state: 'SUCCEEDED',
      inputs: { n: 1 },
      outputs: { answer: 42 },
      stage: 'modelOutput',
    });
    expect(about(again, 'query', { runId: String(runId), asker: by(undefined, 'urn:dtf:twin:guest.example:agency') })).toMatchObject({ kind: 'notFound' });
    expect(about(again, 'cancel', { runId: String(runId) })).toMatchObject({ kind: 'notAllowedInState' });
  });

  it('is not told of after the end of the agreement under which it was granted, however often it is asked for', async () => {
    grant(['invoke']);
    const runId = await runIdOf(invoke(open({ run: async () => ({ answer: 42 }) })));
    const again = open();
    expect(about(again, 'query', { runId })).toMatchObject({ outputs: { answer: 42 } });
    expect(agreementOfRun(records, runId)).toBe(agreementId);
    grant(['invoke'], 'TERMINATED');
    expect(about(again, 'query', { runId })).toMatchObject({ kind: 'notInForce' });
  });

  /** Resolves when nothing that is ready is left to be done. */
  const settled = async (): Promise<void> => {
    for (let n = 0; n < 20; n += 1) await new Promise((resolve) => setImmediate(resolve));
  };
  const standingOf = async (told: ReturnType<typeof invoke>) => ((done) => (done.ok ? done.value.reply.standing : done.problem.kind))(await told);

  it('in the background is accepted, and its end is told once to whose it is, in the conversation of who asked', async () => {
    grant(['invoke']);
    const running = open({ run: async () => ({ answer: 42 }) });
    void running.keep();
    const told = invoke(running, { mode: 'async' }, by(1, front, { conversationId: 'urn:uuid:talk' }));
    expect(await standingOf(told)).toEqual({ status: 'accepted' });
    await settled();
    const name = 'digitalTwin.notify.feature';
    const parameters = { runId: await runIdOf(told), state: 'SUCCEEDED', inputs: { n: 1 }, outputs: { answer: 42 }, stage: 'modelOutput' };
    expect(said).toMatchObject([{ to: front, name, conversationId: 'urn:uuid:talk', parameters }]);
    expect(await standingOf(invoke(running))).toBeUndefined();
    void open().keep();
    await settled();
    expect(said.length).toBe(1);
  });

  it('whose end cannot be told now is told later, also after a start; once the agreement is over that it ended, and nothing of what came out', async () => {
    grant(['invoke']);
    refuses = problem('unreachable');
    const running = open();
    void running.keep();
    await invoke(running, { mode: 'async' });
    await settled();
    expect(said.length).toBe(1);
    refuses = undefined;
    void open().keep();
    await settled();
    expect(said.length).toBe(2);
    refuses = problem('unreachable');
    const again = open({ run: async () => ({ answer: 42 }) });
    const runId = await runIdOf(invoke(again, { mode: 'async' }));
    await settled();
    refuses = undefined;
    grant(['invoke'], 'TERMINATED');
    void open().keep();
    await settled();
    expect(said.length).toBe(3);
    expect(said.at(-1)?.parameters).toEqual({ runId, state: 'SUCCEEDED', since: expect.any(String), progress: 1 });
  });

  it('whose line is interrupted when it ends is told of once the line is back', async () => {
    grant(['invoke']);
    const running = open();
    await invoke(running, { mode: 'async' });
    await settled();
    grant(['invoke'], 'AGREED', 'INTERRUPTED');
    void open().keep();
    await settled();
    expect(said).toEqual([]);
    grant(['invoke']);
    void open().keep();
    await settled();
    expect(said).toMatchObject([{ parameters: { state: 'SUCCEEDED' } }]);
  });

  /** A function that ends when it is let. */
  const letting = () => {
    let end: (outputs: Record<string, unknown>) => void = () => undefined;
    const run = () => new Promise<Record<string, unknown>>((resolve) => (end = resolve));
    return { run, end: (outputs: Record<string, unknown>) => end(outputs) };
  };

  it('that takes longer than functionAcceptedMs is accepted to who waits for it, goes on, and its end is told', async () => {
    grant(['invoke']);
    const { run, end } = letting();
    const running = open({ run });
    void running.keep();
    const told = invoke(running, {}, by(1, front, { conversationId: 'urn:uuid:talk' }));
    await settled();
    waited.find(({ ms }) => ms === limits.functionAcceptedMs)?.run();
    expect(await standingOf(told)).toEqual({ status: 'accepted' });
    expect(await kindOf(told)).toBe('RUNNING');
    end({ answer: 42 });
    await settled();
    const parameters = { runId: await runIdOf(told), state: 'SUCCEEDED', outputs: { answer: 42 } };
    expect(said).toMatchObject([{ to: front, conversationId: 'urn:uuid:talk', parameters }]);
  });

  it('goes on when the line of who waits for it breaks: said again it tells what came out of that very run', async () => {
    grant(['invoke']);
    const { run, end } = letting();
    const running = open({ run });
    const line = new AbortController();
    const asker = by();
    const first = invoke(running, {}, { ...asker, signal: line.signal });
    line.abort();
    expect(await standingOf(first)).toEqual({ status: 'accepted' });
    const again = invoke(running, {}, asker);
    end({ answer: 42 });
    expect(await again).toMatchObject({ value: { reply: { parameters: { runId: await runIdOf(first), state: 'SUCCEEDED', outputs: { answer: 42 } } } } });
  });

  it('is in the records before it begins', async () => {
    grant(['invoke']);
    const asker = by();
    const run = async () => ({ kept: records.get('functionRun', asker.message.header.messageId) !== undefined });
    expect(await invoke(open({ run }), {}, asker)).toMatchObject({ value: { reply: { parameters: { outputs: { kept: true } } } } });
  });

  it('is computed once for a message, or a run, that is said again, also after a start; under the same id for another question it is refused', async () => {
    grant(['invoke']);
    let computed = 0;
    const run = async () => ({ answer: ++computed });
    const running = open({ run });
    const asker = by();
    const [first, second] = await Promise.all([invoke(running, {}, asker), invoke(running, {}, asker)]);
    expect([first, second]).toMatchObject([
      { value: { reply: { parameters: { outputs: { answer: 1 } } } } },
      { value: { reply: { parameters: { outputs: { answer: 1 } } } } },
    ]);
    expect(await invoke(open({ run }), {}, asker)).toMatchObject({
      value: { reply: { parameters: { runId: asker.message.header.messageId, outputs: { answer: 1 } } } },
    });
    expect(await kindOf(invoke(running, { inputs: { n: 2 } }, asker))).toBe('replayed');
    const runId = 'urn:uuid:00000000-0000-4000-8000-000000000001';
    expect(await runIdOf(invoke(running, { runId }))).toBe(runId);
    expect(await kindOf(invoke(running, { runId }))).toBe('SUCCEEDED');
    expect(await kindOf(invoke(running, { runId, mode: 'async' }))).toBe('replayed');
    expect(computed).toBe(2);
    grant(['invoke'], 'TERMINATED');
    expect(await kindOf(invoke(running, { runId }))).toBe('notInForce');
  });

  it('that was under way when the node stopped has failed, and whose it is is told so', async () => {
    grant(['invoke']);
    const stopping = new AbortController();
    const running = open({ run: untilAborted, signal: stopping.signal });
    const runId = await runIdOf(invoke(running, { mode: 'async' }));
    stopping.abort();
    await settled();
    const started = open();
    const ended = { state: 'FAILED', problem: { kind: 'functionFailed', found: 'the node stopped meanwhile' } };
    expect(about(started, 'query', { runId })).toMatchObject(ended);
    void started.keep();
    await settled();
    expect(said).toMatchObject([{ to: front, parameters: { runId, ...ended } }]);
  });

  it('is one of functionRunsMax at a time; functionRunsRememberedMax of those that ended are remembered, and each that is under way', async () => {
    grant(['invoke']);
    const running = open({ run: untilAborted });
    const runs: string[] = [];
    for (let n = 0; n < limits.functionRunsMax; n += 1) runs.push(await runIdOf(invoke(running, { mode: 'async' })));
    expect(await kindOf(invoke(running))).toBe('overloaded');
    for (const runId of runs) about(running, 'cancel', { runId });
    await new Promise((resolve) => setImmediate(resolve));
    let isFirst = true;
    const quick = open({
      run: (computing) => {
        const isSlow = isFirst;
        isFirst = false;
        return isSlow ? untilAborted(computing) : Promise.resolve({});
      },
    });
    const underWay = await runIdOf(invoke(quick, { mode: 'async' }));
    const first = await runIdOf(invoke(quick));
    for (let n = 1; n < limits.functionRunsRememberedMax; n += 1) await invoke(quick);
    expect(about(quick, 'query', { runId: first })).toMatchObject({ state: 'SUCCEEDED' });
    await invoke(quick);
    await invoke(quick);
    for (let n = 0; n < limits.functionRunsRememberedMax; n += 1) await invoke(quick);
    expect(about(quick, 'query', { runId: first })).toMatchObject({ kind: 'notFound' });
    expect(about(quick, 'cancel', { runId: underWay })).toMatchObject({ state: 'CANCELLED' });
  });
});
