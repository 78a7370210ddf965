/**
 * Logged: what the exchange log keeps of a message and its result. That somebody is still there is not worth a line.
 */
import { codeOf, type LoggedExchange, limits, type Message, type Problem } from '@cityweave/core';

const success = 'DTF-000';

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null;

const text = (value: unknown, charactersMax: number): string | undefined => (typeof value === 'string' ? value.slice(0, charactersMax) : undefined);

/** The agreement that a message names: what it asks under, or is about. */
const agreementOf = ({ action, objects }: Message['data']): string | undefined => {
  const about = objects.find((object) => isObject(object) && object['kind'] === 'agreement');
  return text(action.parameters?.['agreementId'] ?? (isObject(about) ? about['id'] : undefined), limits.idCharactersMax);
};

const federationOf = ({ header, data }: Message): string | undefined => {
  const about = data.objects.find((object) => isObject(object) && object['kind'] === 'federation');
  return header.federationId ?? text(data.action.parameters?.['federationId'] ?? (isObject(about) ? about['id'] : undefined), limits.idCharactersMax);
};

/** Undefined where nothing is kept. */
export const toLogged = (direction: LoggedExchange['direction'], message: Message, problem: Problem | undefined): LoggedExchange | undefined => {
  const { verb, object } = message.data.action;
  if (verb === 'probe' && !problem) return undefined;
  const { messageId, source, destination } = message.header;
  const onBehalfOf = message.header.security?.onBehalfOf;
  const [federationId, agreementId] = [federationOf(message), agreementOf(message.data)];
  return {
    kind: 'exchange',
    direction,
    messageId,
    from: source.id,
    to: destination.id,
    verb: verb.slice(0, limits.termCharactersMax),
    object: object.slice(0, limits.termCharactersMax),
    ...(federationId !== undefined && { federationId }),
    ...(agreementId !== undefined && { agreementId }),
    ...(onBehalfOf !== undefined && { onBehalfOf }),
    code: problem ? codeOf(problem) : success,
  };
};

/** What was no message at all: only that it came, and what was wrong with it. */
export const noMessage = (to: string, problem: Problem): LoggedExchange => ({
  kind: 'exchange',
  direction: 'heard',
  from: '',
  to,
  verb: '',
  object: '',
  code: codeOf(problem),
});
