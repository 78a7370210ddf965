/**
 * Follow: a subscription of the node that served this page, as server-sent events. It begins again by itself until the signal says stop.
 */
import { createParser } from 'eventsource-parser';
import { type Document, jsonHeaders } from './client.ts';

export type Heard<A> = { readonly type: 'told'; readonly value: A } | { readonly type: 'lost' };

type Follow<V, A> = {
  readonly endpoint: string;
  readonly document: Document<V, A>;
  readonly variables: V;
  readonly signal: AbortSignal;
  readonly hear: (heard: Heard<A>) => void;
  readonly silentMaxMs?: number;
};

/** Waits between two tries double from the least to the most. A node sends something every twelve seconds, if only that it is there: one that misses two of them is lost. */
export const followLimits = { againMinMs: 500, againMaxMs: 5_000, silentMaxMs: 25_000 } as const;

const dataIn = (text: string): unknown => {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null && 'data' in parsed ? parsed.data : undefined;
  } catch {
    return undefined;
  }
};

/** A line that is cut, or a node that stands still, breaks nothing off by itself for minutes. */
const watchLine = ({ signal, hear, silentMaxMs = followLimits.silentMaxMs }: Pick<Follow<never, never>, 'signal' | 'hear' | 'silentMaxMs'>) => {
  const over = new AbortController();
  const cut = (): void => over.abort();
  const silent = (): void => {
    hear({ type: 'lost' });
    cut();
  };
  let timer = setTimeout(silent, silentMaxMs);
  addEventListener('offline', cut);
  return {
    signal: AbortSignal.any([signal, over.signal]),
    heard: (): void => {
      clearTimeout(timer);
      timer = setTimeout(silent, silentMaxMs);
    },
    close: (): void => {
      clearTimeout(timer);
      removeEventListener('offline', cut);
    },
  };
};

/** Ends when the stream does, or breaks off. */
const listen = async <V, A>({ endpoint, document, variables, hear }: Follow<V, A>, line: ReturnType<typeof watchLine>): Promise<void> => {
  const parser = createParser({
    onEvent: ({ event, data }) => {
      const value = event === 'next' ? dataIn(data) : undefined;
      if (value === undefined || value === null) return;
      hear({ type: 'told', value: value as A }); // branding: the node answers by its schema
    },
  });
  const headers = { ...jsonHeaders, accept: 'text/event-stream' };
  const response = await fetch(endpoint, { method: 'POST', headers, body: JSON.stringify({ query: document.text, variables }), signal: line.signal });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
    line.heard();
    parser.feed(part.value);
  }
};

const rest = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => resolve(clearTimeout(timer)), { once: true });
  });

/** One stream that ends is followed by the next; only where that one cannot be had either, the node is lost. */
export const follow = async <V, A>(followed: Follow<V, A>): Promise<void> => {
  const { signal, hear } = followed;
  for (let waitMs: number = followLimits.againMinMs; !signal.aborted; ) {
    let heardAny = false;
    const noting = (heard: Heard<A>): void => {
      heardAny = true;
      hear(heard);
    };
    const line = watchLine({ ...followed, hear });
    // a stream that breaks off is as good as one that ended
    await listen({ ...followed, hear: noting }, line).catch(() => undefined);
    line.close();
    if (signal.aborted) return;
    if (!heardAny) hear({ type: 'lost' });
    waitMs = heardAny ? followLimits.againMinMs : Math.min(followLimits.againMaxMs, waitMs * 2);
    await rest(waitMs, signal);
  }
};
