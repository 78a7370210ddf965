/**
 * Words of the embedded store: which are asked for, where twins stand in the index, and that walks along it tell what sorting tells.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { brevityOf, brevityStepsMax, compareText, foldedNames, type Order, type PageKey, textIn } from '@cityweave/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemDeps } from '../../deps.ts';
import { migrations } from '../sqlite/sql.ts';
import { openSqliteStore, storeFileName } from '../sqlite/sqlite.ts';
import { openFile } from '../sqlite/sqlite-file.ts';
import type { Command, TwinStore } from '../store.ts';
import { accepted, at, keysOf, put, twin, twinId } from '../twins.contract.ts';
import { knownBeginningMax, shelfTables, shelfTwinsMax, slotsMax } from './sql-shelves.ts';
import { matchOfBeginnings, wordsOfBeginningMax } from './word-beginnings.ts';

const numbers = (count: number): readonly string[] => Array.from({ length: count }, (_, index) => String(index).padStart(6, '0'));

describe('beginnings of words', () => {
  const file = new DatabaseSync(':memory:');
  file.exec("CREATE VIRTUAL TABLE words USING fts5 (found, detail = none, tokenize = 'ascii'); CREATE VIRTUAL TABLE word USING fts5vocab (words, instance)");
  const next = file.prepare('SELECT term FROM word WHERE term >= ? LIMIT 1');
  const many = Array.from({ length: wordsOfBeginningMax }, (_, index) => `2many${index}`);
  file.prepare('INSERT INTO words (found) VALUES (?)').run(['1street', '3streets', '3strasse', ...many].join(' '));

  it('are asked for as the words that begin so, where these are few', () => {
    expect(matchOfBeginnings(next, ['street', 'stra'])).toBe('("1street" OR "3streets") AND ("3strasse")');
    expect(matchOfBeginnings(next, ['many'])).toBe(`(${many.map((word) => `"${word}"`).join(' OR ')})`);
  });

  it('are asked for as they are where the index knows them, or where more words begin so, and as nothing where none does', () => {
    const known = 'station'.slice(0, knownBeginningMax - 1);
    expect(matchOfBeginnings(next, [known])).toBe(`("1${known}"* OR "2${known}"* OR "3${known}"*)`);
    expect(matchOfBeginnings(next, ['station'.slice(0, knownBeginningMax)])).toBe('("0")');
    file.prepare('INSERT INTO words (found) VALUES (?)').run('2manyfold');
    expect(matchOfBeginnings(next, ['many', 'none'])).toBe('("2many"*) AND ("0")');
    expect(file.prepare('SELECT count(*) AS n FROM words WHERE words MATCH ?').get('("2many"*) AND ("0")')).toEqual({ n: 0 });
  });
});

describe('stands of the embedded store', () => {
  let root = '';
  let directory = '';
  let store: TwinStore;
  beforeEach(async () => {
    root = mkdtempSync(join(tmpdir(), 'words-'));
    directory = root;
    const opened = await openSqliteStore({ directory, clock: systemDeps().clock, synchronous: 'normal' });
    store = opened.ok ? opened.value : expect.fail('the store opens');
  });
  afterEach(async () => {
    await store.close();
    rmSync(root, { recursive: true, force: true });
  });

  const inBatches = async (commands: readonly Command[]): Promise<void> => {
    for (let from = 0; from < commands.length; from += 500) await accepted(store, commands.slice(from, from + 500));
  };

  const rows = (text: string): readonly Record<string, unknown>[] => {
    const file = new DatabaseSync(join(directory, storeFileName), { readOnly: true });
    const found = file.prepare(text).all();
    file.close();
    return found;
  };

  /** Every twin stands on the shelf of its step and id, shelves stand in their order, none holds more than it may, and each counts what is on it. */
  const checkStands = (): void => {
    const shelves = rows('SELECT first, label, next, live FROM shelf ORDER BY first');
    const labels = shelves.map(({ label }) => Number(label));
    expect(labels).toEqual(labels.toSorted((a, b) => a - b));
    const onShelf = new Map<number, number>();
    for (const { id, stand, folded } of rows('SELECT id, stand, folded FROM twin')) {
      const key = `${brevityOf(String(folded))}${id}`;
      const shelf = shelves.findLast(({ first }) => compareText(String(first), key) <= 0);
      expect(Math.floor(Number(stand) / slotsMax), key).toBe(shelf?.['label']);
      onShelf.set(Number(shelf?.['label']), (onShelf.get(Number(shelf?.['label'])) ?? 0) + 1);
    }
    expect(shelves.map(({ live }) => live)).toEqual(labels.map((label) => onShelf.get(label) ?? 0));
    expect(Math.max(...shelves.map(({ live }) => Number(live)))).toBeLessThanOrEqual(shelfTwinsMax);
    expect(Math.max(...shelves.map(({ next }) => Number(next)))).toBeLessThanOrEqual(slotsMax);
  };

  const walk = async (order: Order | undefined, first: number): Promise<readonly string[]> => {
    const found: string[] = [];
    let after: PageKey | undefined;
    do {
      const page = await store.find({ filter: { text: 'mill' }, order, first, after });
      found.push(...keysOf(page.twins));
      after = page.next;
    } while (after);
    return found;
  };

  it('hold so many twins a shelf, one more begins another, and who comes between moves half of them', async () => {
    const even = numbers(shelfTwinsMax).map((key) => `${key}-0`);
    await inBatches(even.map((key) => put(key, { name: 'mill' })));
    expect(rows('SELECT live FROM shelf WHERE live > 0')).toEqual([{ live: shelfTwinsMax }]);
    await inBatches([put('999999', { name: 'mill' })]);
    expect(rows('SELECT live FROM shelf WHERE live > 0 ORDER BY first')).toEqual([{ live: shelfTwinsMax }, { live: 1 }]);
    await inBatches([put('000000-1', { name: 'mill' })]);
    expect(rows('SELECT live FROM shelf WHERE live > 0 ORDER BY first')).toEqual([{ live: shelfTwinsMax / 2 + 1 }, { live: shelfTwinsMax / 2 }, { live: 1 }]);
    checkStands();
    expect(await walk(undefined, 100)).toEqual([...even, '000000-1', '999999'].toSorted(compareText));
  });

  it.each([
    ['from the first on', 2_000, (keys: readonly string[]) => keys],
    ['crosswise', 3_000, (keys: readonly string[]) => keys.toSorted((a, b) => compareText([...a].reverse().join(''), [...b].reverse().join('')))],
    ['from the last on, behind one, until no label is left there', 10_000, (keys: readonly string[]) => ['', ...keys.toReversed()]],
  ])('stay in order whatever the order in which twins come: %s', { timeout: 120_000 }, async (_order, count, from) => {
    const keys = from(numbers(count)).map((key) => `k${key}`);
    await inBatches(keys.map((key) => put(key, { name: 'mill' })));
    checkStands();
    expect(await walk(undefined, 5_000)).toEqual(keys.toSorted(compareText));
  });

  it('are left by who goes and by who gets another name, and are enough however often that happens', { timeout: 120_000 }, async () => {
    const names = ['mill', 'the old mill of the village', 'mill', 'a mill'];
    for (let round = 0; round < slotsMax / 256 + 2; round += 1) {
      await inBatches(numbers(400).map((key) => put(key, { name: names[round % names.length] ?? '' })));
      if (round % 4 === 3) await inBatches(numbers(400).map((key) => ({ op: 'deleteTwin', id: twinId(key) })));
    }
    checkStands();
    const left = numbers(400).filter((_, index) => index % 2 === 0);
    await inBatches(left.map((key) => put(key, { name: 'mill' })));
    expect(await walk(undefined, 100)).toEqual((await store.find({ first: 1_000 })).twins.map(({ id }) => keysOf([{ id }])[0]));
  });

  it('are given to the twins of a file of before, by whose words they are found as ever', async () => {
    const path = join(directory, 'before', storeFileName);
    const old = openFile({ path, synchronous: 'normal', migrations: migrations.slice(0, migrations.indexOf(shelfTables)), at });
    const file = old.ok ? old.value : expect.fail('the file of before opens');
    const row = file.prepare(
      'INSERT INTO twin (n, id, agency, kind, name, version, created_at, updated_at, words_hash, shaped, folded) VALUES (?, ?, ?, ?, ?, 1, ?, ?, 0, 0, ?)',
    );
    const body = file.prepare('INSERT INTO body (n, doc) VALUES (?, ?)');
    for (const [index, key] of numbers(700).toReversed().entries()) {
      const one = twin(twinId(key), { name: index % 2 ? 'mill' : 'the mill behind the old bridge' });
      row.run(index + 1, one.id, one.agency, one.kind, textIn(one.name), at, at, foldedNames(one));
      body.run(index + 1, JSON.stringify(one));
    }
    file.close();
    await store.close();
    directory = join(directory, 'before');
    const opened = await openSqliteStore({ directory, clock: systemDeps().clock });
    store = opened.ok ? opened.value : expect.fail('the file of before opens');
    checkStands();
    expect(await walk(undefined, 100)).toEqual(numbers(700));
    await inBatches(numbers(400).map((key) => put(`${key}-1`, { name: 'mill' })));
    checkStands();
    expect([await store.count({ text: 'mil' }), await store.count({ text: 'bridge' })]).toEqual([1_100, 350]);
  });

  it('of a batch that was refused are as they were', async () => {
    await inBatches(numbers(600).map((key) => put(key, { name: 'mill' })));
    const refused = await store.apply([...numbers(900).map((key) => put(`x${key}`, { name: 'mill' })), { ...put('000000'), expected: 7 }] as Command[], {
      at,
    });
    expect(refused.every(({ ok }) => !ok)).toBe(true);
    checkStands();
    await inBatches(numbers(100).map((key) => put(`y${key}`, { name: 'mill' })));
    checkStands();
    expect(await store.count({ text: 'mill' })).toBe(700);
  });

  it('give, best first, every class and step in its order, over pages of any size', { timeout: 60_000 }, async () => {
    const called = ['Mill', 'Mill Lane', 'Millpond', 'Old Mill', 'The very old mill behind the bridge', 'Mill house of the old village', 'Tower'];
    const sketches = numbers(1_400).map((key, index) => {
      const name = called[index % called.length] ?? '';
      return [key, name === 'Tower' ? { name, values: { 'city:note': { value: 'by the mill' } } } : { name }] as const;
    });
    await inBatches(sketches.map(([key, sketch]) => put(key, sketch)));
    await inBatches([put('known', { name: 'A', altIds: [{ scheme: 'register', value: 'mill' }] })]);
    const classes = new Map([
      ['Mill', 0],
      ['Mill Lane', 1],
      ['Millpond', 1],
      ['Mill house of the old village', 1],
      ['Tower', 3],
    ]);
    const rank = (name: string) => (classes.get(name) ?? 2) * 10 + brevityOf(foldedNames({ name: { en: name } }));
    const expected = [...sketches.map(([key, { name }]) => [rank(name), key] as const), [0, 'known'] as const]
      .toSorted(([a, one], [b, other]) => a - b || compareText(one, other))
      .map(([, key]) => key);
    const order: Order = { by: { text: 'mill' }, descending: false };
    expect(brevityStepsMax.length).toBe(3);
    for (const first of [7, 333, 2_000]) expect(await walk(order, first)).toEqual(expected);
  });
});
