/**
 * What every store promises of links, as they are and as they were.
 */
import { Instant, limits } from '@cityweave/core';
import { expect, test } from 'vitest';
import { pastLinksPerStep } from './neo4j-history/past-links.ts';
import type { Command, TwinStore } from './store.ts';
import { accepted, at, foreignId, link, put, putLink, term, twinId } from './twins.contract.ts';

const foreignLink = link(twinId('x'), twinId('y')).id.replace('/', '-other/') as ReturnType<typeof link>['id']; // branding: a link id of another making

export const linksContract = (store: () => TwinStore) => {
  const [a, b, c] = [twinId('a'), twinId('b'), twinId('c')];

  test('self-links, cycles and links to twins of others are one hop each, told once', async () => {
    const all = [link(a, a), link(a, b), link(b, a), link(b, foreignId('1')), link(foreignId('2'), a, 'sameAs')];
    await accepted(store(), [put('a'), put('b'), ...all.map((one): Command => ({ op: 'putLink', link: one }))]);
    const hop = async (ids: readonly (typeof a)[], direction: 'out' | 'in' | 'both', kinds?: readonly string[]) =>
      (await store().adjacent(ids, { direction, limit: 100, ...(kinds && { kinds: kinds.map(term) }) })).map(({ id }) => id).toSorted();
    const ids = (...of: readonly (typeof all)[number][]) => of.map(({ id }) => id).toSorted();
    const [self, ab, ba, abroad, inward] = all.map((one) => [one]);
    expect(await hop([a], 'out')).toEqual(ids(...(self ?? []), ...(ab ?? [])));
    expect(await hop([a], 'in')).toEqual(ids(...(self ?? []), ...(ba ?? []), ...(inward ?? [])));
    expect(await hop([a, b], 'both')).toEqual(ids(...all));
    expect(await hop([a, b], 'both', ['sameAs'])).toEqual(ids(...(inward ?? [])));
    expect(await hop([b], 'out', ['feeds'])).toEqual(ids(...(ba ?? []), ...(abroad ?? [])));
    expect(await hop([c], 'both')).toEqual([]);
  });

  test('a limit is of each twin each way: the first by kind and far end, and a hub takes nothing from its neighbours', async () => {
    const [hub, leaf] = [twinId('hub'), twinId('leaf')];
    const spokes = ['9', '3', '1', '5', '7'].map((n) => link(twinId(n), hub));
    const all = [...spokes, link(hub, c), link(hub, b), link(hub, a, 'sameAs'), link(leaf, b), link(leaf, leaf)];
    await accepted(
      store(),
      all.map((one): Command => ({ op: 'putLink', link: one })),
    );
    const ways = (links: readonly ReturnType<typeof link>[]) => links.map(({ kind, from, to }) => [kind, from, to]);
    const told = async (limit: number, direction: 'out' | 'in' | 'both') => {
      const now = ways(await store().adjacent([hub, leaf], { direction, limit }));
      expect(ways(await store().linksAt([leaf, hub], { direction, limit, moment: { valid: at, known: at } }))).toEqual(now);
      return now;
    };
    const [first, second] = [link(twinId('1'), hub), link(twinId('3'), hub)];
    const sorted = (...links: readonly ReturnType<typeof link>[]) =>
      ways(links).toSorted((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1));
    expect(await told(1, 'both')).toEqual(sorted(first, link(hub, b), link(leaf, b), link(leaf, leaf)));
    expect(await told(2, 'in')).toEqual(sorted(first, second, link(leaf, leaf)));
    expect(await told(2, 'out')).toEqual(sorted(link(hub, b), link(hub, c), link(leaf, b), link(leaf, leaf)));
    expect(await told(9, 'both')).toEqual(sorted(...all));
    // what was said again is told by its history, and keeps its place
    await accepted(store(), [{ op: 'putLink', link: { ...second, evidence: 'again' } }]);
    expect(await told(2, 'in')).toEqual(sorted(first, second, link(leaf, leaf)));
  });

  test('links are asked for by what they rest on', async () => {
    const all = [link(a, b), { ...link(a, c), evidence: 'by key [1]' }, { ...link(c, a), evidence: "by 'key" }, { ...link(b, a), evidence: 'declared' }];
    await accepted(
      store(),
      all.map((one): Command => ({ op: 'putLink', link: one })),
    );
    const rests = async (evidence: readonly string[], direction: 'out' | 'in' | 'both' = 'both') =>
      (await store().adjacent([a], { direction, limit: 9, evidence })).map((one) => one.evidence).toSorted();
    expect(await rests(['by key '])).toEqual(['by key [1]']);
    expect(await rests(["by 'key", 'decl'])).toEqual(["by 'key", 'declared']);
    expect(await rests(['by'], 'out')).toEqual(['by key [1]']);
    expect(await rests(['key', 'by key [1]2'])).toEqual([]);
    expect(await rests([])).toEqual([]);
  });

  test('a link is changed only on the version that it has, from 0 where it must not be there, and a refused change leaves no trace', async () => {
    const [one, abroad] = [link(a, b), link(a, foreignId('1'))];
    const say = async (command: Command) => (await store().apply([command], { at }))[0];
    const puts = (expected?: number, evidence = 'said'): Command => ({
      op: 'putLink',
      link: { ...one, evidence },
      ...(expected !== undefined && { expected }),
    });
    expect(await say(puts(1))).toMatchObject({ ok: false, problem: { kind: 'revisionConflict' }, current: 0 });
    expect(await say(puts(0))).toMatchObject({ ok: true, version: 1 });
    expect(await say(puts(0))).toMatchObject({ ok: false, problem: { kind: 'revisionConflict' }, current: 1 });
    expect(await say(puts(1, 'again'))).toMatchObject({ ok: true, version: 2, seq: 2 });
    expect(await say({ op: 'putLink', link: { ...abroad, version: 9 } })).toMatchObject({ ok: true, version: 1 });
    const told = await store().adjacent([a], { direction: 'out', limit: 9 });
    expect(told.map(({ to, version, evidence }) => [to, version, evidence]).toSorted()).toEqual([
      [foreignId('1'), undefined, undefined],
      [b, 2, 'again'],
    ]);
    expect(await store().linksAt([a], { direction: 'out', limit: 9, moment: { valid: at, known: at } })).toEqual(told.map(({ version, ...then }) => then));
    expect(await say({ op: 'deleteLink', id: one.id, expected: 1 })).toMatchObject({ ok: false, problem: { kind: 'revisionConflict' }, current: 2 });
    expect(await say({ op: 'deleteLink', id: one.id, expected: 2 })).toMatchObject({ ok: true, version: 3, seq: 4 });
    expect(await say({ op: 'deleteLink', id: one.id, expected: 3 })).toMatchObject({ ok: false, problem: { kind: 'notFound' } });
    expect(await say(puts(0))).toMatchObject({ ok: true, version: 4 });
    expect(await say(puts(2))).toMatchObject({ ok: false, problem: { kind: 'revisionConflict' }, current: 4 });
  });

  test('of many who change a link on one version one wins', async () => {
    await accepted(store(), [{ op: 'putLink', link: link(a, b) }]);
    const all = await Promise.all(
      Array.from({ length: 50 }, (_, index) => store().apply([{ op: 'putLink', link: { ...link(a, b), evidence: `${index}` }, expected: 1 }], { at })),
    );
    expect(all.flat().filter((outcome) => outcome.ok)).toMatchObject([{ version: 2 }]);
    expect(await store().adjacent([b], { direction: 'in', limit: 9 })).toMatchObject([{ version: 2 }]);
  });

  test('a walk of several hops goes on from whatever it reaches once, through circles and twins of others, and no further', async () => {
    const [d, far] = [twinId('d'), foreignId('1')];
    const links = {
      ab: link(a, b),
      ba: link(b, a),
      bb: link(b, b),
      bc: link(b, c),
      outward: link(c, far),
      back: link(far, d, 'sameAs'),
      beyond: link(d, twinId('e')),
    };
    await accepted(store(), [put('a'), put('b'), put('c'), put('d'), ...Object.values(links).map((one): Command => ({ op: 'putLink', link: one }))]);
    const names = new Map(Object.entries(links).map(([name, { id }]) => [id, name]));
    type Walk = Partial<{ direction: 'out' | 'in' | 'both'; kinds: readonly string[]; limit: number }>;
    const walk = async (ids: readonly (typeof a)[], depth: number, { direction = 'out', kinds, limit = 100 }: Walk = {}) => {
      const told = await store().traverse(ids, { direction, depth, limit, ...(kinds && { kinds: kinds.map(term) }) });
      return told.map(({ id }) => names.get(id)).toSorted();
    };
    expect(await walk([a], 1)).toEqual(['ab']);
    expect(await walk([a], 2)).toEqual(['ab', 'ba', 'bb', 'bc']);
    expect(await walk([a], 3)).toEqual(['ab', 'ba', 'bb', 'bc', 'outward']);
    expect(await walk([a], 4, { kinds: ['feeds'] })).toEqual(['ab', 'ba', 'bb', 'bc', 'outward']);
    expect(await walk([a], limits.walkHopsMax)).toEqual(Object.keys(links).toSorted());
    expect(await walk([d], 2, { direction: 'in' })).toEqual(['back', 'outward']);
    expect(await walk([c, far], 1, { direction: 'both' })).toEqual(['back', 'bc', 'outward']);
    expect(await walk([d], 3, { direction: 'both', kinds: ['sameAs'] })).toEqual(['back']);
    expect(await walk([twinId('none')], 3, { direction: 'both' })).toEqual([]);
    expect(await walk([a], limits.walkHopsMax, { direction: 'both', limit: 3 })).toHaveLength(3);
    await expect(walk([a], limits.walkHopsMax + 1)).rejects.toThrow();
    await expect(walk([a], 0)).rejects.toThrow();
  });

  test('a link is deleted by its id, also by one that is not made of its ends', async () => {
    const own = { ...link(a, c), id: foreignLink, evidence: 'column 3' };
    await accepted(store(), [
      { op: 'putLink', link: link(a, b) },
      { op: 'putLink', link: own },
    ]);
    expect(await store().adjacent([c], { direction: 'in', limit: 9 })).toEqual([own]);
    await accepted(store(), [
      { op: 'deleteLink', id: link(a, b).id },
      { op: 'deleteLink', id: own.id },
    ]);
    expect(await store().adjacent([a], { direction: 'both', limit: 9 })).toEqual([]);
    expect(await store().apply([{ op: 'deleteLink', id: own.id }], { at })).toMatchObject([{ ok: false, problem: { kind: 'notFound' } }]);
  });

  test('links that share one id are each told, whichever way they are met, as they are and as they were', async () => {
    const shared = link(a, b);
    const all = [shared, ...[link(a, c), link(c, b), link(b, a, 'sameAs')].map((one) => ({ ...one, id: shared.id }))];
    await accepted(
      store(),
      all.map((one): Command => ({ op: 'putLink', link: one })),
    );
    const ends = (links: readonly (typeof shared)[]) => links.map(({ from, kind, to }) => JSON.stringify([from, kind, to])).toSorted();
    const moment = { valid: at, known: at };
    for (const direction of ['both', 'out'] as const) {
      expect(ends(await store().adjacent([a, b, c], { direction, limit: 9 }))).toEqual(ends(all));
      expect(ends(await store().traverse([a], { direction, depth: 3, limit: 9 }))).toEqual(ends(all));
      expect(ends(await store().linksAt([a, b, c], { direction, limit: 9, moment }))).toEqual(ends(all));
    }
    await accepted(store(), [{ op: 'putLink', link: { ...shared, evidence: 'again' } }]);
    expect(ends(await store().linksAt([a, b, c], { direction: 'both', limit: 9, moment }))).toEqual(ends(all));
  });

  test('of several links with one id a deletion takes one: first those of which it is not made, in the order of their ends', async () => {
    const one = link(a, b);
    const named = [link(c, a), link(a, c), link(a, a, 'sameAs')].map((each) => ({ ...each, id: one.id }));
    await accepted(store(), [put('a'), ...[...named, one].map((each): Command => ({ op: 'putLink', link: each }))]);
    const hop = async (of: typeof a, direction: 'out' | 'in', kind = 'feeds') =>
      (await store().adjacent([of], { direction, limit: 9, kinds: [term(kind)] })).map(({ from, to }) => [from, to]);
    const left = async () => (await Promise.all([hop(c, 'in'), hop(a, 'in', 'sameAs'), hop(c, 'out'), hop(b, 'in')])).flat();
    const gone = [
      [a, c],
      [a, a],
      [c, a],
      [a, b],
    ];
    const remove = async () => (await store().apply([{ op: 'deleteLink', id: one.id }], { at }))[0]?.ok;
    for (let done = 0; done < gone.length; done += 1) {
      expect(await left()).toEqual(gone.slice(done));
      expect(await remove()).toBe(true);
    }
    expect([await left(), await remove()]).toEqual([[], false]);
    expect((await store().changes(0, { limit: 99 })).changes.filter(({ op }) => op === 'unlink').map(({ id }) => id)).toEqual([a, a, c, a]);
  });

  test('identities counts own twins with a sameAs link or an object of interest, each once', async () => {
    await accepted(store(), [
      put('a', { object: 'o' }),
      put('b'),
      put('c'),
      putLink(a, foreignId('1'), 'sameAs'),
      putLink(foreignId('2'), b, 'sameAs'),
      putLink(c, b),
    ]);
    expect([await store().identities(), await store().linkedTwins()]).toEqual([2, 2]);
    await accepted(store(), [put('c', { object: 'p' })]);
    expect([await store().identities(), await store().linkedTwins()]).toEqual([3, 2]);
    await accepted(store(), [{ op: 'deleteTwin', id: b }]);
    expect([await store().identities(), await store().linkedTwins()]).toEqual([2, 1]);
  });
};

export const pastLinksContract = (store: () => TwinStore) => {
  const [a, b] = [twinId('a'), twinId('b')];
  const minute = (of: number) => Instant.parse(new Date(Date.UTC(2026, 4, 4, 12, of)).toISOString());
  const since = (recorded: number, observed?: number, more: object = {}): Command => ({
    op: 'putLink',
    link: { ...link(a, b), ...more, recordedAt: minute(recorded), ...(observed !== undefined && { observedAt: minute(observed) }) },
  });
  const over = (endedAt?: number): Command => ({ op: 'deleteLink', id: link(a, b).id, ...(endedAt !== undefined && { endedAt: minute(endedAt) }) });
  const apply = async (of: number, ...commands: readonly Command[]) =>
    expect((await store().apply(commands, { at: minute(of) })).filter(({ ok }) => !ok)).toEqual([]);
  const were = async (valid: number, known: number, kinds?: readonly string[]) => {
    const asked = { direction: 'both' as const, limit: 9, moment: { valid: minute(valid), known: minute(known) }, ...(kinds && { kinds: kinds.map(term) }) };
    return (await store().linksAt([b], asked)).map(({ evidence = 'none' }) => evidence);
  };

  test('a link was there from when it was true, as far as it was known', async () => {
    await apply(10, since(10, 5));
    expect([await were(4, 59), await were(5, 9), await were(5, 10), await were(5, 10, ['feeds']), await were(5, 10, ['sameAs'])]).toEqual([
      [],
      [],
      ['none'],
      ['none'],
      [],
    ]);
  });

  test('a link that is gone was there until it was over, and is known to have ended since that was said', async () => {
    await apply(10, since(10));
    await apply(30, over(20));
    expect(await store().adjacent([b], { direction: 'both', limit: 9 })).toEqual([]);
    expect([await were(15, 59), await were(20, 29), await were(20, 30), await were(25, 59)]).toEqual([['none'], ['none'], [], []]);
    await apply(40, since(40));
    expect([await were(39, 59), await were(40, 59), await were(19, 59)]).toEqual([[], ['none'], ['none']]);
  });

  test('a link that came late and was corrected is told as it was known', async () => {
    await apply(30, since(30, 10, { evidence: 'first' }));
    await apply(40, since(40, 5, { evidence: 'second' }));
    expect([await were(7, 39), await were(7, 40), await were(10, 39), await were(12, 40)]).toEqual([[], ['second'], ['first'], ['second']]);
  });

  test('links of a twin that is gone are told with what it was', async () => {
    await accepted(store(), [put('a'), put('b')]);
    await apply(10, since(10));
    await apply(20, { op: 'deleteTwin', id: a });
    expect([await were(19, 59), await were(20, 59)]).toEqual([['none'], []]);
  });

  test('of a hub the first are told that were there, however many before them in order had ended', { timeout: 60_000 }, async () => {
    const ended = Array.from({ length: pastLinksPerStep + 1 }, (_, index) => link(a, twinId(`b${String(index).padStart(4, '0')}`)));
    const there = ['x', 'y', 'z'].map((key) => link(a, twinId(key)));
    await apply(10, ...[...ended, ...there].map((one): Command => ({ op: 'putLink', link: { ...one, recordedAt: minute(10) } })));
    await apply(
      20,
      ...ended.map(({ id }): Command => ({ op: 'deleteLink', id })),
      ...there.map((one): Command => ({ op: 'putLink', link: { ...one, evidence: 'new' } })),
    );
    const told = async (limit: number, valid: number) =>
      (await store().linksAt([a], { direction: 'out', limit, moment: { valid: minute(valid), known: minute(59) } })).map(({ to }) =>
        to.slice(to.lastIndexOf('/') + 1),
      );
    expect([await told(2, 30), await told(9, 30)]).toEqual([
      ['x', 'y'],
      ['x', 'y', 'z'],
    ]);
    expect(await told(2, 15)).toEqual(['b0000', 'b0001']);
    expect(await told(pastLinksPerStep + 9, 15)).toHaveLength(pastLinksPerStep + 4);
  });
};
