/**
 * Heap: bytes of a page's heap and the buffers behind it after a forced collection, by itself and with those of all its workers.
 */
import type { CDPSession } from 'playwright-core';

export type Heap = { readonly page: number; readonly all: number };

type Usage = { readonly usedSize: number; readonly backingStorageSize: number };
/** What a worker answers, by the number of what it was asked. */
type Answer = { readonly id?: number; readonly result?: Usage };

const bytesOf = ({ usedSize, backingStorageSize }: Usage): number => usedSize + backingStorageSize;

const numbers = { collect: 1, measure: 2 } as const;

/** Of one worker, which is spoken to by messages that the page's session passes on. */
const heapOfWorker = async (page: CDPSession, sessionId: string): Promise<number> => {
  const answered = new Promise<number>((resolve, reject) =>
    page.on('Target.receivedMessageFromTarget', ({ sessionId: from, message }) => {
      const { id, result }: Answer = JSON.parse(message);
      if (from !== sessionId || id === undefined) return;
      if (!result) reject(new Error(message));
      else if (id === numbers.measure) resolve(bytesOf(result));
    }),
  );
  const say = (id: number, method: string) => page.send('Target.sendMessageToTarget', { sessionId, message: JSON.stringify({ id, method }) });
  await say(numbers.collect, 'HeapProfiler.collectGarbage');
  await say(numbers.measure, 'Runtime.getHeapUsage');
  return answered;
};

/** Those that the page has started are told before the answer that they will be. */
const workersOf = async (page: CDPSession): Promise<readonly string[]> => {
  const found: string[] = [];
  page.on('Target.attachedToTarget', ({ sessionId, targetInfo: { type } }) => type === 'worker' && found.push(sessionId));
  await page.send('Target.setAutoAttach', { autoAttach: true, waitForDebuggerOnStart: false, flatten: false });
  return found;
};

const heapsOf = async (page: CDPSession): Promise<Heap> => {
  await page.send('HeapProfiler.collectGarbage');
  const own = bytesOf(await page.send('Runtime.getHeapUsage'));
  const workers = await Promise.all((await workersOf(page)).map((worker) => heapOfWorker(page, worker)));
  return { page: own, all: workers.reduce((sum, bytes) => sum + bytes, own) };
};

/** Nothing that looks on is left behind: what is measured next would pay for it. */
export const heapOf = (page: CDPSession): Promise<Heap> => heapsOf(page).finally(() => page.detach());
