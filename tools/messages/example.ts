/**
 * An example of a row, and the whole messages made of it: header area, data area, signature of the sender.
 */
import { sha256, signed } from './sign.ts';
import { type Agency, at } from './town.ts';

type Content = { readonly parameters?: Readonly<Record<string, unknown>>; readonly objects?: readonly unknown[] };
type Failure = { readonly code: string; readonly message: string; readonly retryable: boolean; readonly facts: Readonly<Record<string, unknown>> };

/** How an answer stands that was not done at once, or not whole. */
type Standing = { readonly status: 'accepted' } | { readonly status: 'partial'; readonly details: readonly unknown[] };

export type Example = {
  readonly from?: Agency;
  readonly to?: Agency;
  readonly conversationId?: string;
  readonly request: Content;
  readonly reply?: Content;
  readonly standing?: Standing;
  readonly failure?: Failure;
};

/** By `verb.object`, with `--what` where a row has more than one. */
export type Examples = Readonly<Record<string, Example>>;

export type Component = { readonly id: string; readonly role: string; readonly endpoint?: string };
export type Ends = { readonly source: Component; readonly destination: Component; readonly federationId?: string };
export type Message = {
  readonly header: Readonly<Record<string, unknown>>;
  readonly data: { readonly action: Readonly<Record<string, unknown>>; readonly objects: readonly unknown[] };
};

/** A UUID that the same text always gives. */
const messageIdOf = (text: string): string => {
  const hex = sha256(text);
  return `urn:uuid:${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
};

/** `verb.object--what` in its parts. */
const partsOf = (name: string): readonly string[] => name.replace(/--.*$/, '').split('.');

const authorityOf = ({ id }: Component): string => id.split(':')[3] ?? '';

const signedBy = (source: Component, message: Message): Message =>
  source.role === 'application' ? message : { ...signed(message, authorityOf(source)), data: message.data };

const fields = { protocolVersion: '1.0', contentFormat: 'application/json' };

export const requestOf = (name: string, { request, conversationId }: Example, { source, destination, federationId }: Ends): Message => {
  const [verb, object] = partsOf(name);
  const header = {
    ...fields,
    messageId: messageIdOf(`request ${source.role} ${name}`),
    messageType: verb === 'publish' || verb === 'notify' ? 'notification' : 'request',
    source,
    destination,
    timestamp: at,
    ...(conversationId && { conversationId }),
    ...(federationId && { federationId }),
  };
  return signedBy(source, { header, data: { action: { verb, object, parameters: request.parameters ?? {} }, objects: request.objects ?? [] } });
};

const codes = { accepted: 'DTF-001', partial: 'DTF-002' };

export const replyOf = (name: string, { reply, standing, failure, conversationId }: Example, { source, destination, federationId }: Ends): Message => {
  const [verb, object] = partsOf(name);
  const header = {
    ...fields,
    messageId: messageIdOf(`reply ${source.role} ${name}`),
    messageType: 'response',
    source: destination,
    destination: source,
    timestamp: at.replace('00.000Z', '00.012Z'),
    correlationId: messageIdOf(`request ${source.role} ${name}`),
    ...(conversationId && { conversationId }),
    ...(federationId && { federationId }),
  };
  const done = standing ? { code: codes[standing.status], ...standing } : { status: 'success', code: 'DTF-000' };
  const result = failure ? { status: 'failure', ...failure } : done;
  return signedBy(destination, { header, data: { action: { verb, object, parameters: reply?.parameters ?? {}, result }, objects: reply?.objects ?? [] } });
};
