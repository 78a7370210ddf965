import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { pause, systemDeps, type Timers } from './deps.ts';

describe('a pause', () => {
  it('leaves nothing at a signal that outlives it', async () => {
    const node = new AbortController();
    await pause(systemDeps().timers, 0, node.signal);
    expect(getEventListeners(node.signal, 'abort')).toHaveLength(0);
  });

  it('ends at once when nobody waits any more, and calls its timer off', async () => {
    let calledOff = false;
    const never: Timers = { after: () => () => (calledOff = true) };
    const asker = new AbortController();
    const waited = pause(never, 1, asker.signal);
    asker.abort();
    await waited;
    expect(calledOff).toBe(true);
    expect(getEventListeners(asker.signal, 'abort')).toHaveLength(0);
  });
});
