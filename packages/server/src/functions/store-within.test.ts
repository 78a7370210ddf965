/**
 * What a function may read for somebody: of the kinds and the area that were agreed on, and nothing of the rest.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { polygonOfBox } from '@cityweave/core';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { systemDeps } from '../deps.ts';
import { openSqliteStore } from '../store/sqlite/sqlite.ts';
import type { TwinStore } from '../store/store.ts';
import { accepted, put, putLink, term, twinId } from '../store/twins.contract.ts';
import { exposure } from './exposure.ts';
import { type Granted, storeWithin } from './store-within.ts';

let directory = '';
let store: TwinStore;
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'store-within-'));
  const opened = await openSqliteStore({ directory, clock: systemDeps().clock });
  if (!opened.ok) return expect.fail(opened.problem.kind);
  store = opened.value;
  const twins = [put('near', { name: 'near', position: [0.1, 0.1] }), put('far', { name: 'far', position: [5, 5] })];
  await accepted(store, [...twins, put('secret', { kind: 'Shelter', name: 'secret', position: [0.1, 0.1] })]);
});
afterEach(async () => {
  await store.close();
  rmSync(directory, { recursive: true, force: true });
});

const everywhere = { areas: [{ geometry: polygonOfBox([-10, -10, 10, 10]) }] };
const run = (granted: Granted, kinds?: readonly string[]) =>
  exposure.run(
    { ...everywhere, kinds },
    {
      store: storeWithin(store, granted),
      signal: new AbortController().signal,
      progress: () => undefined,
      workedOnAt: () => undefined,
    },
  );

it('exposure tells and counts only twins of the agreed area, whatever area it is asked for', async () => {
  const kinds = [term('Thing')];
  expect(await run({ kinds })).toMatchObject({ ok: true, value: { exposed: { length: 2 }, of: 2 } });
  expect(await run({ kinds, area: polygonOfBox([0, 0, 1, 1]) })).toMatchObject({ ok: true, value: { exposed: [{ name: 'near' }], of: 1 } });
});

it('exposure tells and counts only twins of granted kinds, whatever kinds it is asked for', async () => {
  const nothing = { ok: true, value: { exposed: [], of: 0 } };
  expect(await run({ kinds: [term('Thing'), term('Shelter')] })).toMatchObject({ ok: true, value: { exposed: { length: 3 }, of: 3 } });
  expect(await run({ kinds: [term('Thing')] }, ['city:Shelter'])).toEqual(nothing);
  expect(await run({ kinds: [] })).toEqual(nothing);
});

it('links are told only of twins that were read', async () => {
  await accepted(store, [putLink(twinId('near'), twinId('far')), putLink(twinId('secret'), twinId('far'))]);
  const [within, asked] = [storeWithin(store, { kinds: [term('Thing')] }), { direction: 'out', limit: 10 } as const];
  const ids = [twinId('near'), twinId('secret')];
  expect(await within.adjacent(ids, asked)).toEqual([]);
  for await (const _ of within.stream({ chunk: 10 }));
  expect((await within.adjacent(ids, asked)).map(({ from }) => from)).toEqual([twinId('near')]);
});
