/**
 * Search: words in any language, as they are typed, best first.
 */
import { compareText, type PageKey, relevanceOf, type Twin, type TwinId, TwinInput, wordsOfText, wordsOfTwin } from '@cityweave/core';
import { describe, expect, test } from 'vitest';
import type { TwinStore } from './store.ts';
import { accepted, keysOf, put, term, twin, twinId } from './twins.contract.ts';

const names: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  german: { de: 'Kläranlage Süd', en: 'South treatment plant' },
  french: { fr: "Station d'épuration de l'Île" },
  polish: { pl: 'Łódź Żabieniec' },
  greek: { el: 'Οδός Ερμού' },
  russian: { ru: 'Насосная станция №5' },
  arabic: { ar: 'محطة الضخ' },
  hebrew: { he: 'תחנת שאיבה' },
  japanese: { ja: 'ポンプ場' },
  hindi: { hi: 'पंप स्टेशन' },
  turkish: { tr: 'İstasyon Caddesi' },
  vietnamese: { vi: 'Trạm bơm Cầu Giấy' },
  danish: { da: 'Østerbro Pumpestation' },
  chinese: { zh: '北京市消防局' },
  thai: { th: 'สถานีสูบน้ำ' },
  korean: { ko: '서울 소방서' },
  plain: { en: 'Station Road' },
};

/** What is typed, and whom it must find. */
const typed: readonly (readonly [string, readonly string[]])[] = [
  ['klaranlage', ['german']],
  ['KLÄRANLAGE SUD', ['german']],
  ['sud klar', ['german']],
  ['epuration', ['french']],
  ['ile', ['french']],
  ['zabieniec', ['polish']],
  ['lodz', ['polish']],
  ['osterbro', ['danish']],
  ['消防局', ['chinese']],
  ['局', ['chinese']],
  ['局防消', []],
  ['場', ['japanese']],
  ['สูบน้ำ', ['thai']],
  ['소방', ['korean']],
  ['पुप', []],
  ['ερμου', ['greek']],
  ['ΟΔΟΣ', ['greek']],
  ['насос', ['russian']],
  ['محطة', ['arabic']],
  ['שאיבה', ['hebrew']],
  ['ポンプ', ['japanese']],
  ['tram bom', ['vietnamese']],
  ['cau giay', ['vietnamese']],
  ['istasyon', ['turkish']],
  ['पंप', ['hindi']],
  ['станция 5', ['russian']],
  ['treatment', ['german']],
  ["d'epuration de l'ile", ['french']],
  ['station', ['french', 'plain']],
  ['stat', ['french', 'plain']],
  ['nothing of the kind', []],
];

export const searchContract = (store: () => TwinStore): void => {
  describe('of names in many languages', () => {
    test.each(typed)('%s', async (text, expected) => {
      await accepted(
        store(),
        Object.entries(names).map(([key, name]) => ({ op: 'putTwin', twin: TwinInput.parse({ ...twin(twinId(`k${key}`)), name }) })),
      );
      const { twins } = await store().find({ filter: { text }, first: 99 });
      expect(keysOf(twins).map((key) => key.slice(1))).toEqual(expected);
    });
  });

  const ranked = async (text: string): Promise<readonly string[]> => (await store().search(text, { limit: 99 })).map(({ twin: { name } }) => name['en'] ?? '');

  test('tells what is called so first, then what begins so, then by its words, then where it is found elsewhere', async () => {
    const called = ['Old Bridge Tower', 'Bridge', 'Bridge Street', 'Cambridge', 'Bridge Street North'];
    await accepted(store(), [
      ...called.map((name, index) => put(`${index}`, { name })),
      put('note', { name: 'A', values: { 'city:note': { value: 'near the bridge' } } }),
    ]);
    expect(await ranked('bridge')).toEqual(['Bridge', 'Bridge Street', 'Bridge Street North', 'Old Bridge Tower', 'A']);
    expect(await ranked('bri')).toEqual(['Bridge', 'Bridge Street', 'Bridge Street North', 'Old Bridge Tower', 'A']);
    expect(await ranked('street bri')).toEqual(['Bridge Street', 'Bridge Street North']);
  });

  test('puts who has the number first, by whatever register', async () => {
    await accepted(store(), [
      put('a', { name: 'Pump 7915' }),
      put('b', { name: 'A very long name of a pump', altIds: [{ scheme: 'register', value: '791.0' }] }),
      put('c', { name: '791' }),
    ]);
    expect(await ranked('791')).toEqual(['791', 'A very long name of a pump', 'Pump 7915']);
  });

  test('tells of the kinds that were asked for as many as were asked for, each with how well it is named', async () => {
    await accepted(store(), [put('a', { name: 'Mill', kind: 'A' }), put('b', { name: 'Old Mill', kind: 'B' }), put('c', { name: 'Mill Lane', kind: 'B' })]);
    const found = async (options: Parameters<TwinStore['search']>[1]) =>
      (await store().search('mill', options)).map(({ twin: one, relevance }) => [one.kind, relevance, relevanceOf(one, 'mill')]);
    expect(await found({ limit: 2, kinds: [term('B')] })).toEqual([
      ['city:B', 1000, 1000],
      ['city:B', 2000, 2000],
    ]);
    expect(await found({ limit: 1 })).toEqual([['city:A', 0, 0]]);
    expect(await store().search('none', { limit: 9 })).toEqual([]);
  });

  const pageOf = async (text: string, after?: PageKey) =>
    store().find({ filter: { text }, order: { by: { text }, descending: false }, first: 2, ...(after && { after }) });

  test('goes on where a page ended, whoever came and went since', async () => {
    const called = ['Mill', 'Mill Lane', 'Millpond', 'Old Mill', 'Mill of the upper village of the valley'];
    await accepted(
      store(),
      called.map((name, index) => put(`${index}`, { name })),
    );
    const first = await pageOf('mill');
    expect(keysOf(first.twins)).toEqual(['0', '1']);
    await accepted(store(), [put('00', { name: 'Mill' }), { op: 'deleteTwin', id: twinId('2') }, put('5', { name: 'Millpond' }), put('4', { name: 'Bakery' })]);
    const second = await pageOf('mill', first.next);
    expect([keysOf(second.twins), second.next]).toEqual([['5', '3'], undefined]);
  });

  test('finds the beginnings of words, however many words begin so', async () => {
    const many = Array.from({ length: 40 }, (_, index) =>
      put(`${String(index).padStart(2, '0')}`, { name: `w${String.fromCharCode(97 + (index % 26))}${index} station` }),
    );
    await accepted(store(), many);
    for (const text of ['w', 'w sta', 's w', 'st']) {
      expect(await store().count({ text })).toBe(40);
      expect(keysOf((await store().find({ filter: { text }, first: 40 })).twins)).toEqual(many.map((_, index) => String(index).padStart(2, '0')));
    }
    expect(keysOf((await store().find({ filter: { text: 'wb' }, first: 9 })).twins)).toEqual(['01', '27']);
  });

  test('goes on in the order of relevance where thousands have the words', { timeout: 120_000 }, async () => {
    const others = ['Mill', 'Old mill', 'A', 'Millpond of the upper village of the valley', 'Two old mills', 'An old mill behind the upper village'];
    const called = (index: number): string => (index % 20 === 7 ? (others[((index / 20) % others.length) | 0] ?? '') : `Mill ${index} in a lane`);
    const mills = Array.from({ length: 5_600 }, (_, index) =>
      put(String((index * 7_919) % 5_600).padStart(4, '0'), {
        name: called(index),
        values: { 'city:note': { value: 'by the mill' } },
        ...(index % 701 === 0 && { altIds: [{ scheme: 'register', value: 'Mill' }] }),
      }),
    );
    await accepted(store(), mills);
    const walked: Twin[] = [];
    const order = { by: { text: 'mill' }, descending: false } as const;
    let after: PageKey | undefined;
    do {
      const page = await store().find({ filter: { text: 'mill' }, order, first: 900, ...(after && { after }) });
      walked.push(...page.twins);
      after = page.next;
    } while (after);
    const ranks = new Map(walked.map((one) => [one.id, relevanceOf(one, 'mill')]));
    const rank = (one: Twin): number => ranks.get(one.id) ?? 0;
    expect(new Set(ranks.values()).size).toBeGreaterThan(6);
    expect(walked.map(({ id }) => id)).toEqual(walked.toSorted((a, b) => rank(a) - rank(b) || compareText(a.id, b.id)).map(({ id }) => id));
    expect(ranks.size).toBe(mills.length);
    const few = await store().find({ filter: { text: 'mill', property: [{ term: term('note'), op: 'eq', value: 'elsewhere' }] }, order, first: 5 });
    expect(few.twins).toEqual([]);
  });

  test('finds numbers by how they begin, in the order of relevance, where thousands begin so', { timeout: 120_000 }, async () => {
    const count = 5_200;
    const things = Array.from({ length: count }, (_, index) =>
      put(String((index * 7_919) % count), { name: `Thing ${7_000_000 + index} of street ${index % 90}` }),
    );
    await accepted(store(), [...things, put('a', { name: 'Thing 7' }), put('b', { name: 'Thing 70 A7' }), put('c', { name: 'Street 7 of things' })]);
    const all = await store().find({ first: count + 3 });
    const bestOf = (text: string): readonly string[] =>
      all.twins
        .filter((one) => wordsOfText(text).every((word) => [...wordsOfTwin(one)].some((whole) => whole.startsWith(word))))
        .toSorted((a, b) => relevanceOf(a, text) - relevanceOf(b, text) || compareText(a.id, b.id))
        .map(({ id }) => id)
        .slice(0, 30);
    for (const text of ['thing 7', '7', '70', '7000', '70000', '700001', 'a7', '7 8', 'street 7', 'thing 7005 9']) {
      const { twins } = await store().find({ filter: { text }, order: { by: { text }, descending: false }, first: 30 });
      expect([text, twins.map(({ id }) => id)]).toEqual([text, bestOf(text)]);
    }
  });

  test('tells those that have the words in the order of ids, however many and wherever they stand', { timeout: 120_000 }, async () => {
    const count = 6_400;
    const key = (index: number): string => `${'abc'[index % 3]}${(index * 7_919) % count}`;
    const mills = Array.from({ length: count }, (_, index) => put(key(index), { name: `Mill ${index}` }));
    const others = Array.from({ length: 400 }, (_, index) => put(`0${index}`, { name: 'Bakery' }));
    await accepted(store(), [...others, ...mills]);
    const ids = mills.map((_, index) => twinId(key(index))).toSorted(compareText);
    for (const descending of [false, true]) {
      const walked: TwinId[] = [];
      let after: PageKey | undefined;
      do {
        const order = { by: 'id' as const, descending };
        const page = await store().find({ filter: { text: 'mil' }, order, first: 1_000, ...(after && { after }) });
        walked.push(...page.twins.map(({ id }) => id));
        after = page.next;
      } while (after);
      expect(walked).toEqual(descending ? ids.toReversed() : ids);
    }
    const beyond = await store().find({ filter: { text: 'mill' }, first: 3, after: { value: null, id: twinId('d') } });
    expect(beyond.twins).toEqual([]);
  });

  test('follows what a twin is called now', async () => {
    await accepted(store(), [put('1', { name: 'Mill' }), put('2', { name: 'Millpond' })]);
    await accepted(store(), [put('1', { name: 'Bakery at the mill' })]);
    expect(await ranked('mill')).toEqual(['Millpond', 'Bakery at the mill']);
    await accepted(store(), [{ op: 'deleteTwin', id: twinId('2') }]);
    expect(await ranked('mill')).toEqual(['Bakery at the mill']);
  });
};
