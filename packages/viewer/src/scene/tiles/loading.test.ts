import { describe, expect, it } from 'vitest';
import { createLoading } from './loading.ts';

type Tile = { readonly key: string; readonly archive: string; readonly offset: number; readonly length: number };

const run: readonly Tile[] = ['a', 'b', 'c'].map((key, at) => ({ key, archive: 'city', offset: 100 + at * 2, length: 2 }));
const packed = Uint8Array.from([1, 1, 2, 2, 3, 3]);

/** Whoever waits for a stretch of the archive gets it when the test says so, or nothing once it was stopped, as from the network. */
const open = () => {
  const done = { unpacked: [] as number[], made: [] as string[], refused: [] as string[], stopped: 0 };
  let answer: () => void = () => undefined;
  let unpacked: () => void = () => undefined;
  const loading = createLoading<Tile>({
    fetch: (_, __, signal) =>
      new Promise((resolve) => {
        answer = () => resolve(packed);
        signal.addEventListener('abort', () => {
          done.stopped += 1;
          resolve(undefined);
        });
      }),
    unpack: (bytes) => {
      done.unpacked.push(bytes[0] ?? 0);
      return new Promise((resolve) => {
        const before = unpacked;
        unpacked = () => {
          before();
          resolve(bytes);
        };
      });
    },
    make: ({ key }, bytes) => done.made.push(`${key}${bytes}`),
    refuse: ({ key }, again) => done.refused.push(`${key} ${again}`),
  });
  const settle = async (way: () => void): Promise<void> => {
    way();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { loading, done, arrive: () => settle(() => answer()), unpack: () => settle(() => unpacked()) };
};

describe('a tile that nobody wants any more', () => {
  it('is neither unpacked nor made where others came with it, which are', async () => {
    const { loading, done, arrive, unpack } = open();
    void loading.load(run);
    loading.cancel('b');
    await arrive();
    await unpack();
    expect(done).toEqual({ unpacked: [1, 3], made: ['a1,1', 'c3,3'], refused: ['b true'], stopped: 0 });
  });

  it('is not made where it was unpacked already', async () => {
    const { loading, done, arrive, unpack } = open();
    void loading.load(run);
    await arrive();
    loading.cancel('b');
    await unpack();
    expect(done).toEqual({ unpacked: [1, 2, 3], made: ['a1,1', 'c3,3'], refused: ['b true'], stopped: 0 });
  });

  it('is not fetched to its end where nobody wants what comes with it either', async () => {
    const { loading, done } = open();
    const loaded = loading.load(run);
    loading.cancel('a');
    loading.cancel('b');
    expect(done.stopped).toBe(0);
    loading.cancel('c');
    await loaded;
    expect(done).toEqual({ unpacked: [], made: [], refused: ['a true', 'b true', 'c true'], stopped: 1 });
  });

  it('is made once where somebody wants it again, of what comes then', async () => {
    const { loading, done, arrive, unpack } = open();
    const [first] = run;
    if (!first) throw new Error('no tile');
    const before = loading.load([first]);
    loading.cancel('a');
    void loading.load([first]);
    await before;
    await arrive();
    await unpack();
    expect(done).toEqual({ unpacked: [1], made: ['a1,1'], refused: ['a true'], stopped: 1 });
  });
});
