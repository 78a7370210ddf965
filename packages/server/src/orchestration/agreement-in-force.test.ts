/**
 * How often an agreement may be used: as it says, counted over the last minute.
 */
import type { UsableAgreement } from '@cityweave/core';
import { expect, it } from 'vitest';
import { systemDeps } from '../deps.ts';
import { createRates } from './agreement-in-force.ts';

const used = (id: string, maxRatePerMinute?: number) => ({ agreement: { id }, features: [{ maxRatePerMinute }] }) as unknown as UsableAgreement; // branding: rates look at nothing else

it('questions up to the rate are taken, the next one is told when to come again; another agreement is counted apart', () => {
  let ms = 0;
  const rates = createRates({ deps: { ...systemDeps(), clock: { ...systemDeps().clock, monotonicMs: () => ms } } });
  for (let n = 0; n < 3; n += 1) expect(rates.take(used('a', 3), 1)).toMatchObject({ ok: true });
  ms = 20_000;
  expect(rates.take(used('a', 3), 1)).toMatchObject({ ok: false, problem: { kind: 'overloaded', limit: 3, retryAfterMs: 40_000 } });
  expect(rates.take(used('b', 3), 3)).toMatchObject({ ok: true });
  expect(rates.take(used('b', 3), 1)).toMatchObject({ ok: false });
  ms = 60_000;
  expect(rates.take(used('a', 3), 4)).toMatchObject({ ok: false });
  expect(rates.take(used('a', 3), 3)).toMatchObject({ ok: true });
  for (let n = 0; n < 1_000; n += 1) expect(rates.take(used('c'), 1)).toMatchObject({ ok: true });
});
