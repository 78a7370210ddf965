/**
 * Transcript: who said what to whom over HTTP from this process, as lines that read the same in every run.
 */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';

type Sent = { readonly line: string; readonly chunks: string[] };
type Body = {
  readonly header: { readonly source: { readonly id: string }; readonly destination: { readonly id: string; readonly role: string } };
  readonly data: {
    readonly action: {
      readonly verb: string;
      readonly object: string;
      readonly parameters?: Record<string, unknown>;
      readonly result?: { readonly code: string };
    };
    readonly objects: readonly unknown[];
  };
};

const nameOf = (id: string): string => id.split(':')[3]?.split('.')[0] ?? id;

const stateIn = (objects: readonly unknown[]): string => {
  const states = objects.flatMap((object) => {
    const { kind, attributes } = object as { kind: string; attributes?: { state?: string } }; // branding: every object of the exchange has a kind
    return attributes?.state ? [`${kind} ${attributes.state}`] : [];
  });
  return states.length > 0 ? ` [${states.join(', ')}]` : '';
};

/** What of a message's parameters is the same in every run. */
const told = (parameters: Record<string, unknown> = {}): string => {
  const { round, decision, replaces, reason, change } = parameters;
  const parts = Object.entries({ round, decision, replaces: typeof replaces === 'string' ? nameOf(replaces) : undefined, reason, change }).filter(
    ([, value]) => value !== undefined,
  );
  return parts.map(([name, value]) => ` ${name}=${String(value)}`).join('');
};

const parse = (text: string): Body | undefined => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

export const askedLine = ({ header, data }: Body): string => {
  const to = header.destination.role === 'registry' ? 'registry' : nameOf(header.destination.id);
  return `${nameOf(header.source.id)} -> ${to}: ${data.action.verb}.${data.action.object}${told(data.action.parameters)}${stateIn(data.objects)}`;
};

export const answerLine = (text: string): string => {
  const answer = parse(text);
  if (!answer?.data) return 'no answer';
  const { result, parameters } = answer.data.action;
  return `${result?.code ?? 'no result'}${told(parameters)}${stateIn(answer.data.objects)}`;
};

export type Transcript = Disposable & {
  /** Lines whose verb and object are among these; what is said again with the same answer stands once. */
  readonly lines: (of: readonly string[]) => readonly string[];
  /** A word of whoever directs the play. */
  readonly note: (text: string) => void;
};

/** Listens to every message that this process sends, from now until its scope ends. */
export const listen = (): Transcript => {
  const said: { readonly subject: string; line: string }[] = [];
  const sent = new WeakMap<object, Sent & { readonly entry: { line: string } }>();
  const created = (message: unknown): void => {
    const { request } = message as { request: { body?: unknown } }; // branding: what the channel carries
    const body = typeof request.body === 'string' || request.body instanceof Uint8Array ? parse(Buffer.from(request.body).toString()) : undefined;
    if (!body?.header?.destination) return;
    const line = askedLine(body);
    const entry = { subject: `${body.data.action.verb}.${body.data.action.object}`, line: `${line} => no answer` };
    said.push(entry);
    sent.set(request, { line, chunks: [], entry });
  };
  const chunk = (message: unknown): void => {
    const { request, chunk: bytes } = message as { request: object; chunk: Buffer }; // branding: as above
    const open = sent.get(request);
    if (!open) return;
    open.chunks.push(String(bytes));
    open.entry.line = `${open.line} => ${answerLine(open.chunks.join(''))}`;
  };
  subscribe('undici:request:create', created);
  subscribe('undici:request:bodyChunkReceived', chunk);
  return {
    note: (text) => void said.push({ subject: 'note', line: `-- ${text}` }),
    lines: (of) => {
      const wanted = said.filter(({ subject }) => subject === 'note' || of.includes(subject)).map(({ line }) => line);
      return wanted.filter((line, at) => line.startsWith('--') || wanted.indexOf(line) === at);
    },
    [Symbol.dispose]: () => {
      unsubscribe('undici:request:create', created);
      unsubscribe('undici:request:bodyChunkReceived', chunk);
    },
  };
};
