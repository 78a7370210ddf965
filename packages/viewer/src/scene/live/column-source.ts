/**
 * Column source: one property of all that is drawn, as the node tells it.
 */
import { fetchValues } from '../fetching.ts';
import type { LiveSource } from './live.ts';

const againMs = 3_000;

export const createColumnSource = (federation: string): LiveSource => ({
  follow: ({ term }, taken, signal) => {
    const read = async (): Promise<void> => {
      const got = await fetchValues(federation, term, signal);
      if (signal.aborted) return;
      if (got) {
        const { values } = got;
        taken.column({ ...got, observed: new Float64Array(values.length).fill(Number.NaN), marksOf: () => ({ stale: false, missing: false, alarm: false }) });
      }
      setTimeout(() => void (signal.aborted || read()), againMs);
    };
    void read();
  },
});
