/**
 * What a function may read for somebody: with an agreed area what stands in it, and nothing of the rest.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { polygonOfBox } from '@cityweave/core';
import { expect, it } from 'vitest';
import { systemDeps } from '../deps.ts';
import { openSqliteStore } from '../store/sqlite/sqlite.ts';
import { accepted, put } from '../store/twins.contract.ts';
import { exposure } from './exposure.ts';
import { storeWithin } from './store-within.ts';

it('exposure tells and counts only twins of the agreed area, whatever area it is asked for', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'store-within-'));
  const opened = await openSqliteStore({ directory, clock: systemDeps().clock });
  if (!opened.ok) return expect.fail(opened.problem.kind);
  const store = opened.value;
  try {
    await accepted(store, [put('near', { name: 'near', position: [0.1, 0.1] }), put('far', { position: [5, 5] })]);
    const everywhere = { areas: [{ geometry: polygonOfBox([-10, -10, 10, 10]) }] };
    const run = (area?: ReturnType<typeof polygonOfBox>) =>
      exposure.run(everywhere, {
        store: storeWithin(store, area),
        signal: new AbortController().signal,
        progress: () => undefined,
        workedOnAt: () => undefined,
      });
    expect(await run()).toMatchObject({ ok: true, value: { exposed: { length: 2 }, of: 2 } });
    expect(await run(polygonOfBox([0, 0, 1, 1]))).toMatchObject({ ok: true, value: { exposed: [{ name: 'near' }], of: 1 } });
  } finally {
    await store.close();
    rmSync(directory, { recursive: true, force: true });
  }
});
