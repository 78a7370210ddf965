/**
 * What every store promises of writes: versions, batches, cursors, and that what was put comes back unchanged.
 */
import { addMs, Instant, type ObjectOfInterestId } from '@cityweave/core';
import { expect, test } from 'vitest';
import { keyBytesMax } from './keepable.ts';
import type { Command, TwinStore } from './store.ts';
import { accepted, agency, at, link, put, putLink, term, twin, twinId } from './twins.contract.ts';
import { unansweredProblem } from './unanswered.ts';

const hostile = [
  "O'Brien",
  'a "quoted" name',
  'back\\slash',
  '__proto__',
  "'; DROP TABLE twin; --",
  'MATCH (n) DETACH DELETE n',
  'constructor',
  '%_*?',
  '\u0000nul',
  '\u{1F300}',
];

export const writesContract = (store: () => TwinStore, reopen: () => Promise<TwinStore>) => {
  test('a twin is found again as it was put, with version and times added', async () => {
    const input = twin(twinId('1'), {
      name: 'Pump',
      position: [4.5, 45.7, 12],
      object: 'urn:x:1',
      altIds: [{ scheme: 'no', value: '791.0' }],
      values: { 'city:height': { value: 12.5, unit: 'm' }, 'city:note': { value: null }, 'city:tags': { value: ['a', { b: 1 }] } },
    });
    await accepted(store(), [{ op: 'putTwin', twin: input }]);
    expect((await store().get([input.id])).get(input.id)).toEqual({ ...input, version: 1, createdAt: at, updatedAt: at });
    expect((await (await reopen()).get([input.id, twinId('2')])).size).toBe(1);
  });

  test('a bug of ours in writing is told as one, not as an outage, and takes nothing from its neighbours', async () => {
    const broken = { op: 'settleJoin' } as Command; // branding: what no caller can say
    const [before, met, after] = await Promise.allSettled([[put('1')], [put('2'), broken], [put('3')]].map((commands) => store().apply(commands, { at })));
    expect([before, after]).toMatchObject([
      { status: 'fulfilled', value: [{ ok: true }] },
      { status: 'fulfilled', value: [{ ok: true }] },
    ]);
    expect(met).toMatchObject({ status: 'rejected', reason: expect.objectContaining({ message: expect.stringMatching(/undefined/) }) });
    expect(met?.status === 'rejected' && unansweredProblem(met.reason)).toBeUndefined();
    expect((await store().find({ first: 9 })).twins.map(({ id }) => id)).toEqual([twinId('1'), twinId('3')]);
    await accepted(store(), [put('4')]);
  });

  test('what a batch puts and takes away again leaves its changes and nothing else, however many they are', async () => {
    const keys = Array.from({ length: 60 }, (_, index) => `${index}`);
    const commands = keys.flatMap((key): readonly Command[] => [put(key), { op: 'deleteTwin', id: twinId(key) }]);
    await accepted(store(), commands);
    expect(await store().count({})).toBe(0);
    expect((await store().changes(0, { limit: 1_000 })).changes.map(({ op }) => op)).toEqual(keys.flatMap(() => ['put', 'delete']));
  });

  test('what something is found by has as many bytes as every engine can index, and what is longer is refused by itself', async () => {
    const { id, ...key } = { id: twinId('1'), kind: term('locatedIn'), agency, scheme: 'parcel' };
    // three bytes a character; `taken` are the bytes that stand beside it
    const long = (taken: number, more = 0): string => {
      const left = keyBytesMax - taken;
      return '\u6f22'.repeat(Math.floor(left / 3)) + 'x'.repeat((left % 3) + more);
    };
    const bytes = (...parts: readonly string[]): number => Buffer.byteLength(parts.join(''));
    const made = link(twinId('1'), twinId('2'));
    const commands = (more: 0 | 1): readonly Command[] => [
      { op: 'putTwin', twin: { ...twin(twinId(`alt-${more}`)), altIds: [{ scheme: 'no', value: long(2, more) }] } },
      { op: 'putTwin', twin: { ...twin(twinId(`object-${more}`)), objectOfInterest: long(0, more) as ObjectOfInterestId } }, // branding: longer than the protocol takes
      { op: 'putTwin', twin: { ...twin(twinId(`term-${more}`)), values: { [long(bytes(twinId(`term-${more}`)), more)]: { value: 1 } } } },
      { op: 'putLink', link: { ...made, id: long(0, more) as typeof made.id } }, // branding: an id of another making
      { op: 'putJoins', from: id, joins: [{ ...key, from: id, value: long(bytes(id, key.kind, agency, 'parcel'), more), state: 'PENDING' }] },
    ];
    await accepted(store(), commands(0));
    expect(await store().count({ ids: [long(2), long(0)] })).toBe(2);
    const told = await Promise.all([put('before'), ...commands(1), put('after')].map((command) => store().apply([command], { at })));
    expect(told.map(([outcome]) => outcome?.ok)).toEqual([true, false, false, false, false, false, true]);
    for (const [outcome] of told.slice(1, -1))
      expect(outcome).toMatchObject({ problem: { kind: 'invalid', found: `${keyBytesMax + 1} bytes`, accepted: expect.stringContaining(`${keyBytesMax}`) } });
  });

  test('each change is one version more, and the time of creation stays', async () => {
    const later = Instant.parse('2026-05-05T12:00:00Z');
    await accepted(store(), [put('1')]);
    const [outcome] = await store().apply([put('1', { name: 'other' })], { at: later });
    expect(outcome).toEqual({ ok: true, version: 2, seq: 2 });
    expect((await store().get([twinId('1')])).get(twinId('1'))).toMatchObject({ version: 2, createdAt: at, updatedAt: later, name: { en: 'other' } });
  });

  test('what was deleted and made again meanwhile is noticed: its version goes on, as long as anything is known of what was', async () => {
    const [id, ends] = [twinId('1'), link(twinId('1'), twinId('2'))];
    const say = async (...commands: readonly Command[]) => (await store().apply(commands, { at })).at(-1);
    await accepted(store(), [put('1'), { op: 'putLink', link: ends }]);
    expect(await say({ op: 'deleteTwin', id }, { ...put('1', { name: 'anew' }), expected: 0 } as Command)).toMatchObject({ ok: true, version: 3 });
    expect(await say({ op: 'patchTwin', id, values: {}, expected: 1 })).toMatchObject({ ok: false, problem: { kind: 'revisionConflict' }, current: 3 });
    expect((await store().get([id])).get(id)).toMatchObject({ version: 3, name: { en: 'anew' } });
    // the link went with its twin
    expect(await say({ op: 'putLink', link: ends, expected: 0 })).toMatchObject({ ok: true, version: 3 });
    expect(await say({ op: 'putLink', link: ends, expected: 1 })).toMatchObject({ ok: false, problem: { kind: 'revisionConflict' }, current: 3 });
    expect(await say({ op: 'deleteTwin', id })).toMatchObject({ ok: true, version: 4 });
    expect(await say(put('2'))).toMatchObject({ ok: true, version: 1 });
    const again = await reopen();
    expect((await again.apply([put('1'), { op: 'putLink', link: ends }], { at })).map((one) => one.ok && one.version)).toEqual([5, 5]);
    await again.apply([{ op: 'deleteTwin', id }], { at });
    await again.maintain({ keepChanges: 99, forgetBefore: addMs(at, 1) });
    expect(await again.apply([put('1')], { at })).toMatchObject([{ ok: true, version: 1 }]);
  });

  test('of fifty writers on one version one wins, and the others learn the current one', async () => {
    await accepted(store(), [put('1')]);
    const attempts = Array.from({ length: 50 }, (_, writer) =>
      store().apply([{ op: 'putTwin', twin: twin(twinId('1'), { name: `writer ${writer}` }), expected: 1 }], { at }),
    );
    const outcomes = (await Promise.all(attempts)).flat();
    expect(outcomes.filter((outcome) => outcome.ok)).toHaveLength(1);
    expect(outcomes.filter((outcome) => !outcome.ok && outcome.problem.kind === 'revisionConflict' && outcome.current === 2)).toHaveLength(49);
  });

  test('of sixteen writers who count together no one loses a step', { timeout: 60_000 }, async () => {
    const id = twinId('1');
    await accepted(store(), [put('1', { values: { 'city:n': { value: 0 } } })]);
    const step = async (): Promise<void> => {
      const found = (await store().get([id])).get(id);
      const values = { 'city:n': { value: Number(found?.values['city:n']?.value) + 1 } };
      const [outcome] = await store().apply([{ op: 'patchTwin', id, values, expected: found?.version ?? 0 }], { at });
      if (!outcome?.ok) await step();
    };
    const count = async (): Promise<void> => {
      for (let done = 0; done < 5; done += 1) await step();
    };
    await Promise.all(Array.from({ length: 16 }, count));
    expect((await store().get([id])).get(id)).toMatchObject({ version: 81, values: { 'city:n': { value: 80 } } });
  });

  test('expected 0 means that the twin must not be there yet', async () => {
    const fresh: Command = { op: 'putTwin', twin: twin(twinId('1')), expected: 0 };
    expect(await store().apply([fresh], { at })).toMatchObject([{ ok: true, version: 1 }]);
    expect(await store().apply([fresh], { at })).toMatchObject([{ ok: false, current: 1, problem: { kind: 'revisionConflict' } }]);
  });

  test('an atomic batch with one conflict leaves nothing, not even in the list of kinds', async () => {
    const outcomes = await store().apply(
      [put('1', { kind: 'Pump', values: { 'city:height': { value: 1 } } }), { op: 'deleteTwin', id: twinId('9') }, putLink(twinId('1'), twinId('2'))],
      { at },
    );
    expect(outcomes.map((outcome) => !outcome.ok && outcome.problem.kind)).toEqual(['notFound', 'notFound', 'notFound']);
    expect(await store().count({})).toBe(0);
    expect(await store().changes(0, { limit: 10 })).toEqual({ changes: [], seen: 0, head: 0, oldest: 0 });
    expect(await store().kinds()).toEqual([]);
    await accepted(store(), [put('1', { kind: 'Pump', values: { 'city:height': { value: 1, unit: 'm' } } })]);
    expect(await store().kinds()).toEqual([{ kind: 'city:Pump', count: 1, terms: [{ term: 'city:height', unit: 'm' }] }]);
  });

  test('a batch that is not atomic keeps what is good', async () => {
    const outcomes = await store().apply([put('1'), { op: 'deleteTwin', id: twinId('9') }, put('2')], { at, atomic: false });
    expect(outcomes.map(({ ok }) => ok)).toEqual([true, false, true]);
    expect(await store().count({})).toBe(2);
  });

  test('a batch refused in a common transaction takes nothing from its neighbours', async () => {
    const batches = Array.from({ length: 20 }, (_, batch) => [
      put(`${batch}-a`),
      ...(batch % 2 ? [{ op: 'deleteTwin', id: twinId('none') } as const] : []),
      put(`${batch}-b`),
    ]);
    await Promise.all(batches.map((commands) => store().apply(commands, { at })));
    expect(await store().count({})).toBe(20);
    expect((await store().changes(0, { limit: 100 })).changes.map(({ seq }) => seq)).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
  });

  test('the cursor of a peer is saved with the data, and what it replays is a no-op', async () => {
    const apply = (seq: number, name: string) => store().apply([put('1', { name })], { at, cursor: { peer: 'p', seq } });
    expect(await store().cursor('p')).toBeUndefined();
    await apply(5, 'five');
    for (const seq of [5, 4]) expect(await apply(seq, 'again')).toMatchObject([{ ok: true }]);
    await apply(6, 'six');
    expect(await store().cursor('p')).toBe(6);
    const found = (await (await reopen()).get([twinId('1')])).get(twinId('1'));
    expect(found).toMatchObject({ name: { en: 'six' }, version: 2 });
    expect(await store().cursor('p')).toBe(6);
  });

  test('the cursor of a refused batch is not saved', async () => {
    await store().apply([{ op: 'deleteTwin', id: twinId('9') }], { at, cursor: { peer: 'p', seq: 1 } });
    expect(await store().cursor('p')).toBeUndefined();
  });

  test('a patch overwrites the values given, takes away those that are null, and may move the twin', async () => {
    await accepted(store(), [put('1', { position: [1, 1], values: { 'city:a': { value: 1 }, 'city:b': { value: 2 } } })]);
    await accepted(store(), [{ op: 'patchTwin', id: twinId('1'), values: { 'city:a': null, 'city:c': { value: 'now' } }, position: [2, 2] }]);
    expect((await store().get([twinId('1')])).get(twinId('1'))).toMatchObject({
      values: { 'city:b': { value: 2 }, 'city:c': { value: 'now' } },
      position: [2, 2],
      version: 2,
    });
    expect(await store().count({ box: [1.9, 1.9, 2.1, 2.1] })).toBe(1);
    expect(await store().count({ text: 'now' })).toBe(1);
    expect(await store().apply([{ op: 'patchTwin', id: twinId('2'), values: {} }], { at })).toMatchObject([{ ok: false, problem: { kind: 'notFound' } }]);
  });

  test('what a command names and is not there is told with what would be; a place that is none with where in it and what', async () => {
    const one = { from: twinId('1'), kind: term('feeds'), agency, scheme: 's', value: '7', state: 'PENDING' } as const;
    const told = async (command: Command) => (await store().apply([command], { at }))[0];
    expect(await told({ op: 'deleteTwin', id: twinId('1') })).toMatchObject({
      problem: { kind: 'notFound', subject: twinId('1'), accepted: expect.stringContaining('twin') },
    });
    const absent = link(twinId('1'), twinId('2')).id;
    expect(await told({ op: 'deleteLink', id: absent })).toMatchObject({
      problem: { kind: 'notFound', subject: absent, accepted: expect.stringContaining('link') },
    });
    expect(await told({ op: 'settleJoin', join: one })).toMatchObject({ problem: { kind: 'notFound', found: '7', accepted: expect.stringContaining('join') } });
    const placed = (place: object): Command => ({ op: 'putTwin', twin: { ...twin(twinId('1')), ...place } });
    const line = {
      type: 'LineString',
      coordinates: [
        [1, 2],
        [3, Number.NaN],
      ],
    };
    expect(await told(placed({ footprint: line }))).toMatchObject({ problem: { kind: 'invalid', path: 'footprint.coordinates.1.1', found: 'NaN' } });
    expect(await told(placed({ position: [1, Number.POSITIVE_INFINITY] }))).toMatchObject({ problem: { path: 'position.1', found: 'Infinity' } });
  });

  test('integers up to 2^53 are kept exactly, beyond it and infinite ones are refused', async () => {
    const bound = Number.MAX_SAFE_INTEGER;
    await accepted(store(), [put('1', { values: { 'city:n': { value: bound }, 'city:m': { value: -bound } } })]);
    expect((await store().get([twinId('1')])).get(twinId('1'))?.values['city:n']?.value).toBe(bound);
    const base = twin(twinId('2'));
    for (const value of [bound + 1, -bound - 1, [1, { deep: bound + 1 }], Number.POSITIVE_INFINITY]) {
      const beyond = { ...base, values: { 'city:n': { value } } };
      expect(await store().apply([{ op: 'putTwin', twin: beyond }], { at })).toMatchObject([{ ok: false, problem: { kind: 'invalid', path: 'city:n' } }]);
    }
    expect(await store().count({})).toBe(1);
  });

  test('ids, names and values with quotes, backslashes and fragments of query languages come back unchanged', async () => {
    const inputs = hostile.map((text, index) =>
      twin(twinId(`${index}${encodeURIComponent(text)}`), {
        name: text,
        object: text,
        altIds: [{ scheme: text, value: text }],
        values: { 'x:"quoted\\"': { value: text } },
      }),
    );
    const proto = twin(twinId('proto'), { values: JSON.parse('{"__proto__": {"value": 1}, "constructor": {"value": 2}}') });
    await accepted(
      store(),
      [...inputs, proto].map((input) => ({ op: 'putTwin', twin: input })),
    );
    const found = await store().get([...inputs, proto].map(({ id }) => id));
    for (const input of inputs) expect(found.get(input.id)).toEqual({ ...input, version: 1, createdAt: at, updatedAt: at });
    expect(JSON.stringify(found.get(proto.id)?.values)).toBe(JSON.stringify(proto.values));
    for (const [index, text] of hostile.entries()) {
      expect((await store().resolve([text], { limit: 9 })).get(text)).toEqual([inputs[index]?.id]);
      expect((await store().find({ filter: { ids: [text] }, first: 10 })).twins.map(({ id }) => id)).toEqual([inputs[index]?.id]);
      expect(await store().count({ property: [{ term: term('x:"quoted\\"'), op: 'eq', value: text }] })).toBe(1);
    }
  });

  test('a batch of thousands is all or nothing as well', { timeout: 60_000 }, async () => {
    const many = Array.from({ length: 2_500 }, (_, index) => [put(`${index}`, { name: 'many' }), putLink(twinId(`${index}`), twinId('hub'))]).flat();
    const refused = await store().apply([...many, { op: 'deleteTwin', id: twinId('none') }], { at });
    expect([refused.length, refused.some(({ ok }) => ok), await store().count({}), await store().head()]).toEqual([5_001, false, 0, 0]);
    await accepted(store(), many);
    expect([await store().count({ text: 'many' }), await store().head()]).toEqual([2_500, 5_000]);
    expect(await store().adjacent([twinId('hub')], { direction: 'in', limit: 9_000 })).toHaveLength(2_500);
  });

  test('shapes are kept beside the twin until they are replaced or taken away', async () => {
    const shape = { type: 'Solid', lod: '2.2', boundaries: [[[[0, 1, 2]]]], vertices: [[0, 0, 0] as [number, number, number]], crs: 'EPSG:7415' };
    const input = twin(twinId('1'));
    await accepted(store(), [{ op: 'putTwin', twin: input, shapes: [shape] }, put('1')]);
    expect((await store().shapes([input.id])).get(input.id)).toEqual([shape]);
    expect((await store().get([input.id])).get(input.id)?.shaped).toBe(true);
    await accepted(store(), [{ op: 'putTwin', twin: input, shapes: [] }]);
    expect((await store().shapes([input.id])).size).toBe(0);
    expect((await store().get([input.id])).get(input.id)?.shaped).toBeUndefined();
  });
};
