import { type AgencyId, Authority, agencyIdOf, type Federation, fail, type Json, ok, problem, type Result, TermId, TwinRow } from '@cityweave/core';
import { describe, expect, it } from 'vitest';
import type { WalkedSource } from '../orchestration/utilization/walking.ts';
import { createReadings, readingLimits } from './readings.ts';
import type { Held } from './scenes.ts';
import { columnOf } from './values.ts';

const term = TermId.parse('city:owner');
const federation = { id: 'urn:dtf:federation:a.example:f' } as Federation; // branding: only its id is read
const agencyOf = (name: string): AgencyId => agencyIdOf(Authority.parse(`${name}.example`));
const idOf = (name: string, key: number): string => `urn:dtf:twin:${name}.example:things/${key}`;

const rowOf = (name: string, key: number, value: Json): TwinRow => {
  const [at, agency] = ['2026-05-04T00:00:00.000Z', agencyOf(name)];
  const provenance = { observedAt: at, recordedAt: at, source: agency };
  const times = { version: 1, createdAt: at, updatedAt: at };
  return TwinRow.parse({ twin: { id: idOf(name, key), agency, kind: 'city:Building', name: {}, values: { [term]: { value } }, provenance, ...times } });
};

/** A source that says what is written in it, with how often it was walked; whoever waits for `letGo` is under way. */
type Source = WalkedSource & { seqNow: Result<number>; says: readonly string[]; walks: number; letGo: Promise<void> };

const createSource = (name: string, ...says: readonly string[]): Source => ({
  agency: agencyOf(name),
  name: { en: name },
  steadyUnder: `agreement of ${name}`,
  ...{ seqNow: ok(1), says, walks: 0, letGo: Promise.resolve() },
  async seq() {
    return this.seqNow;
  },
  async walk(_query, take) {
    this.walks += 1;
    await this.letGo;
    const { seqNow } = this;
    if (seqNow.ok) take(this.says.map((value, key) => rowOf(name, key, value)));
    return seqNow;
  },
});

/** Twins stand in the rows by name and key; those of `shared` in row 0 beside another's. */
const heldOf = (ids: readonly string[], rowsRevision = 'r1', shared?: string): Held => {
  const built = { scene: { rows: ids.length, rowsRevision } };
  const find = (id: string): number | undefined => (id === shared ? 0 : ids.indexOf(id) < 0 ? undefined : ids.indexOf(id));
  return { built, rows: { rowOf: find, idOf: (row: number) => ids[row] } } as Held; // branding: only what is read here
};

const held = heldOf([idOf('a', 0), idOf('a', 1), idOf('b', 0), idOf('c', 0)]);
const signal = new AbortController().signal;

const tell = async (readings: ReturnType<typeof createReadings>, sources: readonly Source[], of: Held = held) =>
  columnOf({ rows: of.built.scene.rows, told: await readings.of({ held: of, federation, sources, term, signal }), term, unit: undefined });

describe('what sources say of one property', () => {
  it('is told in the order of the sources, whoever answers first', async () => {
    const sources = [createSource('a', 'park', 'rail'), createSource('b', 'rail'), createSource('c', 'port')];
    const expected = await tell(createReadings(), sources);
    const gates = sources.map(() => Promise.withResolvers<void>());
    for (const [at, source] of sources.entries()) source.letGo = gates[at]?.promise ?? source.letGo;
    const late = tell(createReadings(), sources);
    for (const { resolve } of gates.toReversed()) {
      resolve();
      await new Promise(setImmediate);
    }
    expect(await late).toEqual(expected);
    expect([expected.categories, [...expected.values]]).toEqual([
      ['park', 'rail', 'port'],
      [0, 1, 1, 2],
    ]);
  });

  it.each([0, 1])('is asked of sourcesAtOnce side by side: of %i more the last waits', async (more) => {
    const gate = Promise.withResolvers<void>();
    const sources = Array.from({ length: readingLimits.sourcesAtOnce + more }, (_, at) =>
      Object.assign(createSource(`a${at}`, 'park'), { letGo: gate.promise }),
    );
    const told = tell(createReadings(), sources);
    await new Promise(setImmediate);
    expect(sources.filter(({ walks }) => walks === 1)).toHaveLength(readingLimits.sourcesAtOnce);
    gate.resolve();
    await told;
    expect(sources.every(({ walks }) => walks === 1)).toBe(true);
  });

  it('is kept while nothing changed, and asked again of whom something changed at', async () => {
    const [readings, a, b] = [createReadings(), createSource('a', 'park'), createSource('b', 'rail')];
    const first = await tell(readings, [a, b]);
    expect(await tell(readings, [a, b])).toEqual(first);
    expect([a.walks, b.walks]).toEqual([1, 1]);
    Object.assign(b, { seqNow: ok(2), says: ['port'] });
    expect((await tell(readings, [a, b])).categories).toEqual(['park', 'port']);
    expect([a.walks, b.walks]).toEqual([1, 2]);
  });

  it('is asked anew under another agreement, of other rows, and always where time alone may change it', async () => {
    const [readings, a] = [createReadings(), createSource('a', 'park')];
    await tell(readings, [a]);
    await tell(readings, [{ ...a, steadyUnder: 'another agreement' }]);
    const under = { ...a, steadyUnder: 'a third agreement', walks: 0 };
    await tell(readings, [under], heldOf([idOf('a', 0)], 'r1'));
    await tell(readings, [under], heldOf([idOf('a', 1), idOf('a', 0)], 'r2'));
    expect(under.walks).toBe(2);
    const unsteady = { ...a, steadyUnder: undefined, walks: 0 };
    for (const _ of 'ab') await tell(readings, [unsteady]);
    expect(unsteady.walks).toBe(2);
  });

  it('names who is silent, whether what it said is kept or not, and tells it again once it is back', async () => {
    const [readings, a, b] = [createReadings(), createSource('a', 'park'), createSource('b', 'rail')];
    const silent = fail(problem('timedOut'));
    b.seqNow = silent;
    expect(await tell(readings, [a, b])).toMatchObject({ missing: [b.agency], categories: ['park'] });
    b.seqNow = ok(1);
    expect((await tell(readings, [a, b])).missing).toEqual([]);
    b.seqNow = silent;
    expect(await tell(readings, [a, b])).toMatchObject({ missing: [b.agency], categories: ['park'] });
    b.seqNow = ok(1);
    expect(await tell(readings, [a, b])).toMatchObject({ missing: [], categories: ['park', 'rail'] });
    expect(b.walks).toBe(2);
  });

  it('is not kept once its federation is forgotten, nor what was being asked then; of others it stays', async () => {
    const [readings, a, gate] = [createReadings(), createSource('a', 'park'), Promise.withResolvers<void>()];
    const askedFor = (id: string) => readings.of({ held, federation: { ...federation, id } as Federation, sources: [a], term, signal }); // branding: as above
    await askedFor(federation.id);
    await askedFor(`${federation.id}2`);
    await readings.forget(federation.id);
    await askedFor(`${federation.id}2`);
    expect(a.walks).toBe(2);
    a.letGo = gate.promise;
    const underWay = askedFor(federation.id);
    expect(a.walks).toBe(3);
    await readings.forget(federation.id);
    const anew = askedFor(federation.id);
    expect(a.walks).toBe(4);
    await readings.forget(federation.id);
    gate.resolve();
    await anew;
    expect(await underWay).toMatchObject([{ readings: [{ value: 'park' }], complete: true }]);
    for (const _ of 'ab') await askedFor(federation.id);
    expect(a.walks).toBe(5);
  });

  it('of one federation that is forgotten, others still share what is asked for under way', async () => {
    const [readings, a, gate] = [createReadings(), createSource('a', 'park'), Promise.withResolvers<void>()];
    a.letGo = gate.promise;
    const asking = ['', ''].map(async (none) => {
      const told = readings.of({ held, federation, sources: [a], term, signal });
      await readings.forget(`${federation.id}2${none}` as Federation['id']); // branding: of another federation
      return told;
    });
    gate.resolve();
    await Promise.all(asking);
    expect(a.walks).toBe(1);
  });

  it('is not asked of the sources that remain once the asker has gone: their parts are told as incomplete', async () => {
    const gone = new AbortController();
    const sources = Array.from({ length: readingLimits.sourcesAtOnce + 2 }, (_, at) => createSource(`a${at}`, 'park'));
    const [gate, last, readings] = [Promise.withResolvers<void>(), sources.at(-1), createReadings()];
    if (last) await tell(readings, [last]);
    for (const source of sources.slice(0, -2)) source.letGo = gate.promise;
    const told = readings.of({ held, federation, sources, term, signal: gone.signal });
    await new Promise(setImmediate);
    gone.abort();
    gate.resolve();
    expect((await told).slice(-2)).toMatchObject(Array.from({ length: 2 }, () => ({ readings: [], complete: false })));
    expect(sources.slice(-2).map(({ walks }) => walks)).toEqual([0, 1]);
  });

  it.each([
    { when: 'nothing changed since, told as it is', seqNow: 1, walks: 1, value: 'park' },
    { when: 'something did, walked once more', seqNow: 2, walks: 2, value: 'port' },
  ])('for who follows changes, a walk that began before is joined, and where $when', async ({ seqNow, walks, value }) => {
    const [readings, a, gate] = [createReadings(), createSource('a', 'park'), Promise.withResolvers<void>()];
    const source: WalkedSource = {
      ...a,
      seq: async () => ok(seqNow),
      walk: async (_query, take) => {
        a.walks += 1;
        const seq = a.walks;
        await gate.promise;
        take([rowOf('a', 0, seq === 1 ? 'park' : 'port')]);
        return ok(seq);
      },
    };
    const asked = { held, federation, sources: [source], term, signal };
    const before = readings.of(asked);
    const following = readings.of({ ...asked, follows: true });
    gate.resolve();
    await before;
    expect(await following).toMatchObject([{ complete: true, readings: [{ value }] }]);
    expect(a.walks).toBe(walks);
  });

  it('is walked once for all who want it at a time, and no further once none of them waits', async () => {
    const [readings, a, gate] = [createReadings(), createSource('a', 'park'), Promise.withResolvers<void>()];
    a.letGo = gate.promise;
    const ended: boolean[] = [];
    const source: WalkedSource = {
      ...a,
      seq: () => a.seq(signal),
      walk: (query, take, walking) => {
        walking.addEventListener('abort', () => ended.push(true), { once: true });
        return a.walk(query, take, walking);
      },
    };
    const [first, second] = [new AbortController(), new AbortController()];
    const asking = [first, second].map((one) => readings.of({ held, federation, sources: [source], term, signal: one.signal }));
    first.abort();
    expect([a.walks, ended]).toEqual([1, []]);
    const parts: string[] = [];
    const third = readings.each({ held, federation, sources: [source], term, signal }, ({ agency }) => parts.push(agency));
    gate.resolve();
    expect((await asking[1])?.[0]).toMatchObject({ complete: true, readings: [{ value: 'park' }] });
    await third;
    expect([a.walks, ended, parts]).toEqual([1, [], [a.agency]]);
    a.letGo = new Promise(() => undefined);
    a.seqNow = ok(2);
    const gone = new AbortController();
    void readings.of({ held, federation, sources: [source], term, signal: gone.signal });
    await new Promise(setImmediate);
    gone.abort();
    expect([a.walks, ended]).toEqual([2, [true]]);
    a.letGo = Promise.resolve();
    expect((await readings.of({ held, federation, sources: [source], term, signal }))[0]?.complete).toBe(true);
    expect(a.walks).toBe(3);
  });

  it('is asked for without footprints, of the twins that say it alone', async () => {
    const [a, asked]: [Source, object[]] = [createSource('a', 'park'), []];
    const source: WalkedSource = {
      ...a,
      walk: (query, take) => {
        asked.push(query);
        return a.walk(query, take, signal);
      },
    };
    await createReadings().of({ held, federation, sources: [source], term, signal });
    expect(asked).toEqual([{ filter: { property: [{ term, op: 'exists', value: true }] }, terms: [term], footprints: false }]);
  });

  it('says of whom it is wanted and who has not answered yet', async () => {
    const [readings, a, b] = [createReadings(), createSource('a', 'park'), createSource('b', 'rail')];
    const gate = Promise.withResolvers<void>();
    b.letGo = gate.promise;
    const told = readings.of({ held, federation, sources: [a, b], term, signal });
    expect(readings.waitingFor(federation.id, term)).toEqual([a.agency, b.agency]);
    await new Promise(setImmediate);
    expect(readings.waitingFor(federation.id, term)).toEqual([b.agency]);
    expect(readings.waitingFor(federation.id, TermId.parse('city:height'))).toEqual([]);
    gate.resolve();
    await told;
    expect(readings.waitingFor(federation.id, term)).toEqual([]);
  });

  it('is kept up to keptMax readings, the least recently asked for goes', async () => {
    const [exact, short] = [createReadings(5), createReadings(4)];
    for (const [readings, walks] of [[exact, 1] as const, [short, 2] as const]) {
      const sources = [createSource('a', 'park', 'rail'), createSource('b', 'rail')];
      for (const _ of 'ab') await tell(readings, sources);
      expect(sources[0]?.walks).toBe(walks);
    }
  });

  it.each([0, 1])('is kept where a text is as long as it may be, and not where it is longer: %i character beyond', async (beyond) => {
    const [readings, a] = [createReadings(3), createSource('a', 'x'.repeat(2 * readingLimits.charactersEach - 1 + beyond))];
    for (const _ of 'ab') await tell(readings, [a]);
    expect(a.walks).toBe(1 + beyond);
  });

  it('is one of the twin that is drawn and one of the others in its row, the first of each, however often a twin is repeated, and only what a column can show', async () => {
    const shared = heldOf([idOf('a', 0)], 'r1', idOf('b', 0));
    const pages = [
      rowOf('a', 0, { no: 'column' }),
      rowOf('b', 0, 'rail'),
      rowOf('a', 0, 'park'),
      rowOf('a', 0, 'port'),
      rowOf('b', 0, 'port'),
      rowOf('c', 0, 1),
    ];
    const source: WalkedSource = {
      ...createSource('a'),
      walk: async (_query, take) => {
        for (const row of pages) take([row]);
        return ok(1);
      },
    };
    const said = async () =>
      (await createReadings().of({ held: shared, federation, sources: [source], term, signal }))[0]?.readings.map(({ isOwn, value }) => [isOwn, value]);
    expect(await said()).toEqual([
      [true, 'park'],
      [false, 'rail'],
    ]);
    pages.splice(1);
    expect(await said()).toEqual([[true, null]]);
  });

  it('is said by the agency whose twin is drawn; another one fills what it leaves open', async () => {
    const shared = heldOf([idOf('a', 0), idOf('b', 1)], 'r1', idOf('b', 0));
    const b = createSource('b', 'rail', 'port');
    expect([...(await tell(createReadings(), [b, createSource('a', 'park')], shared)).values]).toEqual([2, 1]);
    expect([...(await tell(createReadings(), [createSource('a', 'park'), b], shared)).values]).toEqual([0, 1]);
    expect([...(await tell(createReadings(), [createSource('a'), b], shared)).values]).toEqual([0, 1]);
  });
});
