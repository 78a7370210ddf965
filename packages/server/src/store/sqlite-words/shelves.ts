/**
 * Shelves, on the writer's side: where a twin stands in the full-text index. A shelf that is full is parted in two, and where there is no label left between two shelves,
 * those around get others: whoever is added moves hardly more than one twin in the mean, whatever the order in which twins come.
 */
import { assert, compareText } from '@cityweave/core';
import { numberOf, type Writing } from '../sqlite/sqlite-file.ts';
import { labelOf, labelsOfStep, shelfTwinsMax, slotsMax, stepOf } from './sql-shelves.ts';
import { flushWords } from './written-words.ts';

/** A shelf that is being filled: what stands on it lies between `first` and `end`, each a step and an id. */
export type Shelf = { readonly first: string; readonly end: string | undefined; readonly label: number; next: number; live: number };

type Row = NonNullable<ReturnType<ReturnType<Writing['statement']>['get']>>;

const shelfOfRow = (row: Row, end: string | undefined): Shelf => ({
  first: String(row['first']),
  end,
  label: numberOf(row, 'label'),
  next: numberOf(row, 'next'),
  live: numberOf(row, 'live'),
});

const holds = ({ first, end }: Shelf, key: string): boolean => compareText(first, key) <= 0 && (end === undefined || compareText(key, end) < 0);

const save = (to: Writing, { first, label, next, live }: Shelf): void => {
  to.statement('saveShelf').run(label, next, live, first);
};

/** All that was counted goes to the file; what was remembered may no longer be true after it. */
export const flushShelves = (to: Writing): void => {
  for (const shelf of to.shelves.values()) save(to, shelf);
  to.shelves.clear();
};

/** The shelf of a twin; the one last used of its step is known. */
const shelfFor = (to: Writing, step: number, key: string): Shelf => {
  const known = to.shelves.get(step);
  if (known && holds(known, key)) return known;
  if (known) save(to, known);
  const row = to.statement('findShelf').get(key);
  assert(row !== undefined, 'every step has a shelf that begins with it');
  const end = to.statement('shelfAfter').get(String(row['first']));
  const shelf = shelfOfRow(row, end && String(end['first']));
  to.shelves.set(step, shelf);
  return shelf;
};

const slotsOf = (label: number): readonly [number, number] => [label * slotsMax, (label + 1) * slotsMax];

const idsOn = (to: Writing, label: number): readonly string[] =>
  to
    .statement('idsOnShelf')
    .all(...slotsOf(label))
    .map(({ id }) => String(id));

/** Twins of a shelf, from an id on, go to the first slots of another label; how many they are. */
const move = (to: Writing, { from, label, target }: { readonly from: string; readonly label: number; readonly target: number }): number => {
  const [start, end] = slotsOf(label);
  to.statement('copyWordsOnShelf').run(target * slotsMax, start, end, from);
  to.statement('removeWordsOnShelf').run(start, end, from);
  return Number(to.statement('moveTwinsOnShelf').run(target * slotsMax, start, end, from).changes);
};

const relabel = (to: Writing, shelf: Shelf, target: number): void => {
  const live = move(to, { from: '', label: shelf.label, target });
  save(to, { ...shelf, label: target, next: live, live });
};

/** Labels that shelves around have between them for each, before a neighbourhood is wide enough. */
const labelsApartMin = 64;
const neighboursMin = 8;

/** Shelves about a label, so many on either side, in their order, and the labels between which they stand. */
const neighbourhood = (to: Writing, label: number, neighbours: number) => {
  const edge = Math.floor(label / labelsOfStep) * labelsOfStep;
  const before = to.statement('shelvesUpTo').all(label, edge, neighbours + 1);
  const behind = to.statement('shelvesBehind').all(label, edge + labelsOfStep, neighbours + 1);
  const from = before.length > neighbours ? numberOf(before.pop(), 'label') : edge;
  const upTo = behind.length > neighbours ? numberOf(behind.pop(), 'label') : edge + labelsOfStep;
  return { shelves: [...before.toReversed(), ...behind].map((row) => shelfOfRow(row, undefined)), from, upTo };
};

/** The neighbourhood of a label that has room for all who stand in it: a step has labels for more shelves than there can be. */
const roomAround = (to: Writing, label: number) => {
  for (let neighbours = neighboursMin; ; neighbours *= 4) {
    const { shelves, from, upTo } = neighbourhood(to, label, neighbours);
    const apart = Math.floor((upTo - from) / (shelves.length + 1));
    if (apart >= labelsApartMin) return { shelves, from, apart };
  }
};

const spread = (to: Writing, label: number): void => {
  const { shelves, from, apart } = roomAround(to, label);
  const taken = new Set(shelves.map((shelf) => shelf.label));
  for (const [index, shelf] of shelves.entries()) {
    let target = from + (index + 1) * apart;
    while (taken.has(target)) target += 1;
    taken.add(target);
    relabel(to, shelf, target);
  }
};

/** Labels between a shelf and the next. */
const gapBehind = (to: Writing, label: number): number => {
  const edge = (Math.floor(label / labelsOfStep) + 1) * labelsOfStep;
  const [next] = to.statement('shelvesBehind').all(label, edge, 1);
  return (next ? numberOf(next, 'label') : edge) - label;
};

type Wanting = { readonly shelf: Shelf; readonly step: number; readonly id: string };

/** Its twins from an id on get a shelf of their own. */
const part = (to: Writing, { shelf, step }: Wanting, { from, gap }: { readonly from: string; readonly gap: number }): void => {
  const target = shelf.label + Math.floor(gap / 2);
  const count = move(to, { from, label: shelf.label, target });
  to.statement('addShelf').run(`${step}${from}`, target, count, count);
  save(to, { ...shelf, live: shelf.live - count });
};

/** Whoever comes last begins a new shelf, and nobody moves; those that follow have the more labels left the more there are. */
const begin = (to: Writing, { shelf, step, id }: Wanting, gap: number): void => {
  to.statement('addShelf').run(`${step}${id}`, shelf.label + Math.floor(Math.sqrt(gap)), 0, 0);
};

/** Of twins that come in their order, those behind them move once. */
const partOrBegin = (to: Writing, wanting: Wanting, gap: number): void => {
  const ids = idsOn(to, wanting.shelf.label);
  const behind = ids.filter((one) => compareText(one, wanting.id) > 0);
  const [from] = behind.slice(Math.max(0, behind.length - Math.ceil(ids.length / 2)));
  if (from === undefined) begin(to, wanting, gap);
  else part(to, wanting, { from, gap });
};

/** Called again until there is room: each call makes some. */
const makeRoom = (to: Writing, wanting: Wanting): void => {
  const { shelf } = wanting;
  flushShelves(to);
  flushWords(to);
  const gap = gapBehind(to, shelf.label);
  if (gap < 2) spread(to, shelf.label);
  else if (shelf.next >= slotsMax) relabel(to, shelf, shelf.label + Math.floor(gap / 2));
  else partOrBegin(to, wanting, gap);
};

const isFull = ({ live, next }: Shelf): boolean => live >= shelfTwinsMax || next >= slotsMax;

const takeSlot = (shelf: Shelf): number => {
  const stand = shelf.label * slotsMax + shelf.next;
  shelf.next += 1;
  shelf.live += 1;
  return stand;
};

/** A stand for a twin that is put into the file before the next one asks. */
export const takeStand = (to: Writing, step: number, id: string): number => {
  const shelf = shelfFor(to, step, `${step}${id}`);
  if (!isFull(shelf)) return takeSlot(shelf);
  makeRoom(to, { shelf, step, id });
  return takeStand(to, step, id);
};

/** The slot stays empty. */
export const leaveStand = (to: Writing, stand: number): void => {
  const label = labelOf(stand);
  const known = to.shelves.get(stepOf(stand));
  if (known?.label === label) known.live -= 1;
  else to.statement('leaveShelf').run(label);
};
