/**
 * Client: one question to the node that served this page, and its answer or why there is none. It never throws; who stops waiting says so by the signal.
 */

export type Refusal = { readonly kind: 'refused' | 'unreachable' | 'stopped'; readonly message: string };
export type Answered<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly refusal: Refusal };

/** A text of `queries`, with what it asks for and what it gives. */
export type Document<Variables, Answer> = { readonly text: string; readonly types?: { readonly variables: Variables; readonly answer: Answer } };

export type Ask = <V extends object, A>(document: Document<V, A>, variables: V, signal?: AbortSignal) => Promise<Answered<A>>;

type Wire = { readonly data?: unknown; readonly errors?: readonly { readonly message?: unknown }[] };

export const jsonHeaders = { 'content-type': 'application/json' } as const;

export const createDocument = <V, A>(text: string): Document<V, A> => ({ text });

const refused = (kind: Refusal['kind'], message: string) => ({ ok: false, refusal: { kind, message } }) as const;

const firstMessage = ({ errors }: Wire): string | undefined => {
  const message = errors?.[0]?.message;
  return typeof message === 'string' ? message : undefined;
};

const readWire = async (response: Response): Promise<Wire | undefined> => {
  const parsed: unknown = await response.json();
  return typeof parsed === 'object' && parsed !== null ? parsed : undefined;
};

/** Part of an answer is an answer: what is missing is said by its sources. */
const toAnswered = <A>(wire: Wire | undefined): Answered<A> => {
  if (wire?.data === undefined || wire.data === null) return refused('refused', (wire && firstMessage(wire)) ?? 'no answer');
  return { ok: true, value: wire.data as A }; // branding: the node answers by its schema
};

export const createAsk =
  (endpoint: string): Ask =>
  async (document, variables, signal) => {
    try {
      const response = await fetch(endpoint, {
        method: 'POST',
        headers: { ...jsonHeaders, accept: 'application/graphql-response+json, application/json' },
        body: JSON.stringify({ query: document.text, variables }),
        ...(signal && { signal }),
      });
      return toAnswered(await readWire(response));
    } catch (cause) {
      return refused(signal?.aborted ? 'stopped' : 'unreachable', cause instanceof Error ? cause.message : 'unreachable');
    }
  };

/** A JSON document beside the endpoint. */
export const readJson = async (address: string, signal?: AbortSignal): Promise<Answered<unknown>> => {
  try {
    const response = await fetch(address, { headers: { accept: 'application/json' }, ...(signal && { signal }) });
    return response.ok ? { ok: true, value: await response.json() } : refused('refused', String(response.status));
  } catch (cause) {
    return refused(signal?.aborted ? 'stopped' : 'unreachable', cause instanceof Error ? cause.message : 'unreachable');
  }
};
