import { expect, test } from 'vitest';
import { link, twinId } from '../twins.contract.ts';
import { emptySet, endsKey, type LinkState, layerOn, linkIn, linksAt, placeLink, settle } from './working-set.ts';

const state = (from: string, to: string): LinkState => {
  const made = link(twinId(from), twinId(to));
  return { id: made.id, src: made.from, kind: made.kind, dst: made.to, link: made, written: true };
};

/** Whoever walks through all of it has looked at what was not asked for. */
const refuseWalks = (links: ReadonlyMap<string, unknown>): void => {
  const refuse = () => expect.fail('all links are looked through');
  Object.assign(links, { [Symbol.iterator]: refuse, entries: refuse, values: refuse, keys: refuse, forEach: refuse });
};

test('links are found by their id and by either end, in both layers, and no others are looked at', () => {
  const below = emptySet(0);
  const [ab, bc, cd, da] = [state('a', 'b'), state('b', 'c'), state('c', 'd'), state('d', 'a')];
  for (const each of [ab, bc, cd]) placeLink(below, each);
  const working = layerOn(below);
  placeLink(working.own, da);
  working.own.links.set(endsKey(bc), null);
  placeLink(working.own, { ...cd, id: 'renamed' });
  for (const { links } of [below, working.own]) refuseWalks(links);
  expect(linksAt(working, ab.src)).toEqual([ab, da]);
  expect(linksAt(working, bc.src)).toEqual([ab]);
  expect([ab.id, bc.id, cd.id, da.id].map((id) => linkIn(working, id))).toEqual([ab, undefined, undefined, da]);
  expect(linkIn(working, 'renamed')).toMatchObject({ src: cd.src });
});

test('what a batch has put is found by those after it', () => {
  const below = emptySet(0);
  const first = layerOn(below);
  placeLink(first.own, state('a', 'b'));
  settle(first);
  expect(linksAt(layerOn(below), twinId('b'))).toEqual([state('a', 'b')]);
});
