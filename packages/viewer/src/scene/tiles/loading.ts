/**
 * Loading: tiles that were asked for are fetched, unpacked and made, unless nobody wants them any more: then as little of it is done as can be.
 */

/** Where a tile is; `bytes` where they came with the scene. */
type Asked = {
  readonly key: string;
  readonly archive: string;
  readonly offset: number;
  readonly length: number;
  readonly bytes?: Uint8Array<ArrayBuffer>;
};

type Bytes = Uint8Array<ArrayBuffer> | undefined;

export type LoadingRoom<One extends Asked> = {
  readonly fetch: (archive: string, stretch: Pick<Asked, 'offset' | 'length'>, signal: AbortSignal) => Promise<Bytes>;
  readonly unpack: (bytes: Uint8Array<ArrayBuffer>) => Promise<Uint8Array | undefined>;
  /** undefined: what was packed is not whole */
  readonly make: (asked: One, bytes: Uint8Array | undefined) => void;
  /** `again`: it may be had another time */
  readonly refuse: (asked: One, again: boolean) => void;
};

export type Loading<One extends Asked> = {
  /** A run of one archive, from the least offset on: it comes in one answer. */
  readonly load: (run: readonly One[]) => Promise<void>;
  readonly cancel: (key: string) => void;
};

export const createLoading = <One extends Asked>({ fetch, unpack, make, refuse }: LoadingRoom<One>): Loading<One> => {
  /** tiles that are on their way, and how to stop those that come with them */
  const fetching = new Map<string, AbortController>();
  /** False where it was cancelled, also where it was then asked for again. */
  const isWanted = ({ key }: One, stop: AbortController): boolean => fetching.get(key) === stop;
  const takeBytes = async (asked: One, packed: Uint8Array<ArrayBuffer>, stop: AbortController): Promise<void> => {
    const bytes = isWanted(asked, stop) ? await unpack(packed) : undefined;
    if (!isWanted(asked, stop)) return refuse(asked, true);
    fetching.delete(asked.key);
    make(asked, bytes);
  };
  return {
    /** All are unpacked at once, and each is made as soon as it is. */
    load: async (run) => {
      const [first, last] = [run[0], run.at(-1)];
      if (!(first && last)) return;
      const stop = new AbortController();
      for (const { key } of run) fetching.set(key, stop);
      const stretch = { offset: first.offset, length: last.offset + last.length - first.offset };
      const bytes = first.bytes ?? (await fetch(first.archive, stretch, stop.signal));
      for (const one of run)
        if (bytes) void takeBytes(one, bytes.subarray(one.offset - first.offset, one.offset - first.offset + one.length), stop);
        else {
          if (isWanted(one, stop)) fetching.delete(one.key);
          refuse(one, true);
        }
    },
    /** What comes with others is stopped when nobody wants any of them. */
    cancel: (key) => {
      const stop = fetching.get(key);
      fetching.delete(key);
      if (stop && ![...fetching.values()].includes(stop)) stop.abort();
    },
  };
};
