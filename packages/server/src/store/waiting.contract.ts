/**
 * What every store promises to those who stop waiting.
 */
import { expect, test } from 'vitest';
import { readsWaitingMax } from './in-time.ts';
import type { TwinStore, Waiting } from './store.ts';
import { accepted, agency, at, put, term, twinId } from './twins.contract.ts';
import { answered } from './unanswered.ts';
import { batchesWaitingMax } from './waiting.ts';

const moment = { valid: at, known: at };

const walk = async (of: AsyncIterable<unknown>): Promise<number> => {
  let steps = 0;
  for await (const _ of of) steps += 1;
  return steps;
};

/** Every verb that somebody may wait for, asked so that it would be answered. */
const verbs = (store: TwinStore): Readonly<Record<string, (waiting: Waiting) => Promise<unknown>>> => {
  const ids = [twinId('1')];
  const links = { direction: 'both', limit: 9 } as const;
  return {
    apply: (waiting) => store.apply([put('2')], { at, ...waiting }),
    get: (waiting) => store.get(ids, waiting),
    resolve: (waiting) => store.resolve(ids, { limit: 1 }, waiting),
    shapes: (waiting) => store.shapes(ids, waiting),
    find: (waiting) => store.find({ first: 1 }, waiting),
    'find of the past': (waiting) => store.find({ first: 1, at: moment }, waiting),
    stream: (waiting) => walk(store.stream({ chunk: 1 }, waiting)),
    search: (waiting) => store.search('thing', { limit: 1 }, waiting),
    history: (waiting) => store.history(twinId('1'), { first: 1 }, waiting),
    stateAt: (waiting) => store.stateAt(ids, moment, waiting),
    count: (waiting) => store.count({}, waiting),
    summarise: (waiting) => store.summarise({}, ['kind'], waiting),
    cells: (waiting) => store.cells({ box: [0, 0, 1, 1], level: 8 }, waiting),
    adjacent: (waiting) => store.adjacent(ids, links, waiting),
    traverse: (waiting) => store.traverse(ids, { ...links, depth: 2 }, waiting),
    linksAt: (waiting) => store.linksAt(ids, { ...links, moment }, waiting),
    kinds: (waiting) => store.kinds(waiting),
    identities: (waiting) => store.identities(waiting),
    linkedTwins: (waiting) => store.linkedTwins(waiting),
    changes: (waiting) => store.changes(0, { limit: 1 }, waiting),
    head: (waiting) => store.head(waiting),
    writes: (waiting) => store.writes(waiting),
    cursor: (waiting) => store.cursor('peer', waiting),
    joins: (waiting) => store.joins({ first: 1 }, waiting),
    countJoins: (waiting) => store.countJoins(waiting),
    sourceState: (waiting) => store.sourceState('source', { first: 1 }, waiting),
    putImport: (waiting) => store.putImport({ id: 'i', source: 's', digest: 'd', state: 'DONE', startedAt: at }, waiting),
    lastImport: (waiting) => store.lastImport('s', waiting),
    maintain: (waiting) => store.maintain({ keepChanges: 0, foldBefore: at, forgetBefore: at }, waiting),
    unload: (waiting) => store.unload('twin', { first: 1 }, waiting),
    load: (waiting) => store.load([], waiting),
  };
};

/** Verbs that nobody waits for, that are never rejected, or that not every store has. */
const others = ['engine', 'onCommit', 'health', 'close', 'takeStaged'];

export const waitingContract = (store: () => TwinStore) => {
  test('whoever does not wait for a verb, whichever it is, is told so, and nothing was written', async () => {
    await accepted(store(), [put('1')]);
    const asked = verbs(store());
    expect(new Set([...Object.keys(asked).map((name) => name.split(' ')[0]), ...others])).toEqual(new Set([...Object.keys(store()), 'takeStaged']));
    const before = await store().writes();
    for (const [name, ask] of Object.entries(asked)) await expect(ask({ signal: AbortSignal.abort() }), name).rejects.toMatchObject({ name: 'AbortError' });
    const aborted = { signal: AbortSignal.abort() };
    expect(await store().health(aborted)).toMatchObject({ ok: false, problem: { kind: 'unavailable' } });
    const page = { staging: 'none', after: '', rows: 1, characters: 1, source: 's', agency, at };
    if (store().takeStaged) await expect(store().takeStaged?.(page, aborted)).rejects.toMatchObject({ name: 'AbortError' });
    expect([await store().writes(), await store().count({}), await store().lastImport('s')]).toEqual([before, 1, undefined]);
    const waiting = { signal: new AbortController().signal };
    for (const [name, ask] of Object.entries(asked)) await expect(ask(waiting), name).resolves.not.toThrow();
  });

  test('a stream ends where nobody waits for the next page any more', async () => {
    await accepted(store(), [put('1'), put('2'), put('3')]);
    const controller = new AbortController();
    const seen: number[] = [];
    const walking = async () => {
      for await (const twins of store().stream({ chunk: 1 }, { signal: controller.signal })) {
        seen.push(twins.length);
        controller.abort();
      }
    };
    await expect(walking()).rejects.toMatchObject({ name: 'AbortError' });
    expect(seen).toEqual([1]);
  });

  test('of those who wait for one answer together each may leave, and the others are told', async () => {
    await accepted(store(), [put('1', { kind: 'Pump' })]);
    const controller = new AbortController();
    const both = [store().kinds({ signal: controller.signal }), store().kinds()] as const;
    controller.abort();
    await expect(both[0]).rejects.toMatchObject({ name: 'AbortError' });
    expect(await both[1]).toMatchObject([{ kind: term('Pump'), count: 1 }]);
  });

  test('so many batches may wait behind the one that is written; one more is refused at once, and none of the others is lost', {
    timeout: 120_000,
  }, async () => {
    const batches = Array.from({ length: batchesWaitingMax + 1 }, () => store().apply([put('1')], { at }));
    expect(await store().apply([put('2'), put('3')], { at })).toMatchObject(
      Array.from({ length: 2 }, () => ({ ok: false, problem: { kind: 'overloaded', limit: batchesWaitingMax } })),
    );
    const outcomes = (await Promise.all(batches)).flat();
    expect(outcomes.map((outcome) => outcome.ok && outcome.version)).toEqual(batches.map((_, index) => index + 1));
    expect(await store().count({})).toBe(1);
    await accepted(store(), [put('2')]);
  });

  test('so many reads may wait; one more is refused at once, and health is told all the same', async () => {
    await accepted(store(), [put('1')]);
    const controller = new AbortController();
    const reads = Array.from({ length: readsWaitingMax }, () =>
      answered(store().count({ text: 'thing' }, { signal: controller.signal })).catch(({ name }) => name),
    );
    const [more, health] = [answered(store().count({ text: 'thing' })), store().health()];
    expect(await more).toMatchObject({ ok: false, problem: { kind: 'overloaded', limit: readsWaitingMax } });
    expect(await health).toHaveProperty('latencyMs');
    controller.abort();
    for (const told of await Promise.all(reads)) expect(['AbortError', { ok: true, value: 1 }]).toContainEqual(told);
    expect(await store().count({ text: 'thing' })).toBe(1);
  });
};
