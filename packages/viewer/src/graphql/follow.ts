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
};

/** Waits between two tries double from the least to the most. */
export const followLimits = { againMinMs: 500, againMaxMs: 5_000 } as const;

const dataIn = (text: string): unknown => {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null && 'data' in parsed ? parsed.data : undefined;
  } catch {
    return undefined;
  }
};

/** Ends when the stream does, or breaks off. */
const listen = async <V, A>({ endpoint, document, variables, signal, hear }: Follow<V, A>): Promise<void> => {
  const parser = createParser({
    onEvent: ({ event, data }) => {
      const value = event === 'next' ? dataIn(data) : undefined;
      if (value === undefined || value === null) return;
      hear({ type: 'told', value: value as A }); // branding: the node answers by its schema
    },
  });
  const headers = { ...jsonHeaders, accept: 'text/event-stream' };
  const response = await fetch(endpoint, { method: 'POST', headers, body: JSON.stringify({ query: document.text, variables }), signal });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) parser.feed(part.value);
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
    // a stream that breaks off is as good as one that ended
    await listen({ ...followed, hear: noting }).catch(() => undefined);
    if (signal.aborted) return;
    if (!heardAny) hear({ type: 'lost' });
    waitMs = heardAny ? followLimits.againMinMs : Math.min(followLimits.againMaxMs, waitMs * 2);
    await rest(waitMs, signal);
  }
};
