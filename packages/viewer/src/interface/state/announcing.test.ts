import { expect, it, vi } from 'vitest';
import { announce, useSaid } from './announcing.ts';

it('says the same sentence again when it comes again, and what comes soon after another together', async () => {
  vi.useFakeTimers();
  const said = [useSaid.getState()];
  const stop = useSaid.subscribe((now) => said.push(now));
  announce('Copied.');
  announce('One.');
  announce('Two.');
  announce('Two.');
  await vi.advanceTimersByTimeAsync(10_000);
  announce('One. Two.');
  stop();
  vi.useRealTimers();
  expect(said.map(({ text }) => text)).toEqual(['', 'Copied.', 'One. Two.', 'One. Two.']);
  expect(new Set(said.map(({ n }) => n)).size).toBe(4);
});
