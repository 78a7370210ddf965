/**
 * Logged: what the exchange log keeps of a message and its result.
 */
import { codeOf, type LoggedExchange, limits, type Message, type Problem, successCode } from '@cityweave/core';
import type { ExchangeLog } from '../log/exchange-log.ts';

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null;

const text = (value: unknown, charactersMax: number): string | undefined => (typeof value === 'string' ? value.slice(0, charactersMax) : undefined);

/** The agreement that a message names: what it asks under, or is about. */
const agreementOf = ({ header, data: { action, objects } }: Message): string | undefined => {
  const about = objects.find((object) => isObject(object) && object['kind'] === 'agreement');
  return text(action.parameters?.['agreementId'] ?? (isObject(about) ? about['id'] : undefined) ?? header.security?.agreementId, limits.idCharactersMax);
};

const federationOf = ({ header, data }: Message): string | undefined => {
  const about = data.objects.find((object) => isObject(object) && object['kind'] === 'federation');
  return header.federationId ?? text(data.action.parameters?.['federationId'] ?? (isObject(about) ? about['id'] : undefined), limits.idCharactersMax);
};

const scenarioIn = (parameters: Message['data']['action']['parameters']): unknown => {
  const scenario = parameters?.['scenario'];
  return isObject(scenario) ? scenario['id'] : undefined;
};

const toLogged = ({ direction, message, problem, answer }: Noted): LoggedExchange => {
  const { verb, object, parameters } = message.data.action;
  const { messageId, source, destination, trace } = message.header;
  const onBehalfOf = message.header.security?.onBehalfOf;
  const [federationId, agreementId] = [federationOf(message), agreementOf(message)];
  const subscriptionId = text(parameters?.['subscriptionId'], limits.idCharactersMax);
  const scenarioId = text(scenarioIn(parameters), limits.idCharactersMax);
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
    ...(subscriptionId !== undefined && { subscriptionId }),
    ...(scenarioId !== undefined && { scenarioId }),
    ...(trace !== undefined && { trace }),
    code: problem ? codeOf(problem) : (answer?.data.action.result?.code.slice(0, limits.termCharactersMax) ?? successCode),
  };
};

/** They come all the time: somebody is still there, something changed. */
const counted = ['probe.digitalTwin', 'publish.exchangeData'];

const seqOf = ({ objects: [object] }: Message['data']): number | undefined => {
  const attributes = isObject(object) ? object['attributes'] : undefined;
  const seq = isObject(attributes) ? attributes['seq'] : undefined;
  return typeof seq === 'number' && Number.isSafeInteger(seq) && seq >= 0 ? seq : undefined;
};

export type NotedLog = Pick<ExchangeLog, 'append' | 'count'>;

type Noted = {
  readonly direction: LoggedExchange['direction'];
  readonly message: Message;
  readonly problem: Problem | undefined;
  /** what was said to it: work may go on, or part of it was refused */
  readonly answer?: Message | undefined;
  /** what it belongs to, where it does not say so itself */
  readonly under?: Pick<LoggedExchange, 'federationId' | 'agreementId'>;
};

/** Every message, accepted or refused, is in the log: by itself, or counted with others of its kind. */
export const noteExchange = (log: NotedLog, noted: Noted): void => {
  const { message, problem, under } = noted;
  const { verb, object } = message.data.action;
  const logged = { ...toLogged(noted), ...under };
  if (problem === undefined && counted.includes(`${verb}.${object}`)) log.count(logged, seqOf(message.data));
  else log.append(logged);
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
