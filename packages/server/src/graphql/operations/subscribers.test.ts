/**
 * Subscribers of one node: as many as members can serve, and one more is refused until one of them leaves.
 */
import { limits } from '@cityweave/core';
import { describe, expect, it } from 'vitest';
import type { GraphqlRoom } from '../room.ts';
import { counted, countsOf, subscribersMax } from './subscribers.ts';

async function* forever(): AsyncGenerator<number> {
  for (let n = 0; ; n += 1) yield n;
}

describe('subscribers of a node', () => {
  it('are no more than streamsPerPeerMax allows; one beyond is refused until one leaves', async () => {
    expect(subscribersMax).toBe(limits.streamsPerPeerMax);
    const counts = countsOf()({ orchestration: {} } as GraphqlRoom); // branding: it is counted by this part alone
    const open = Array.from({ length: subscribersMax }, () => counted(counts, forever()));
    for (const one of open) expect(await one.next()).toEqual({ done: false, value: 0 });
    await expect(counted(counts, forever()).next()).rejects.toMatchObject({ extensions: { limit: subscribersMax } });
    await open[0]?.return(undefined);
    expect(await counted(counts, forever()).next()).toEqual({ done: false, value: 0 });
  });
});
