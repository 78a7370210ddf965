import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { goOn, pause } from './pausing.ts';
import { readAgain } from './reading.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it('reads again as long as somebody looks: not while the page is hidden, not twice at once, and not after it was left', async () => {
  const page = { visibilityState: 'visible' };
  vi.stubGlobal('document', page);
  const reads: ((value?: undefined) => void)[] = [];
  const leave = readAgain(1_000, () => new Promise<void>((done) => reads.push(done)));
  expect(reads).toHaveLength(0);
  await vi.advanceTimersByTimeAsync(3_000);
  expect(reads).toHaveLength(1);
  reads[0]?.();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(reads).toHaveLength(2);
  reads[1]?.();
  page.visibilityState = 'hidden';
  await vi.advanceTimersByTimeAsync(3_000);
  expect(reads).toHaveLength(2);
  page.visibilityState = 'visible';
  await vi.advanceTimersByTimeAsync(1_000);
  reads[2]?.();
  leave();
  await vi.advanceTimersByTimeAsync(3_000);
  expect(reads).toHaveLength(3);
});

it('reads nothing while somebody paused it, however long, and the newest at once when they go on', async () => {
  vi.stubGlobal('document', { visibilityState: 'visible' });
  let reads = 0;
  const leave = readAgain(1_000, async () => {
    reads += 1;
  });
  await vi.advanceTimersByTimeAsync(1_000);
  expect(reads).toBe(1);
  pause();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(reads).toBe(1);
  goOn();
  expect(reads).toBe(2);
  leave();
  pause();
  goOn();
  expect(reads).toBe(2);
});
