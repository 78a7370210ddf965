/**
 * subscribe: follows a subscription to a city, one event a line. A line that breaks is taken up again where it broke, if the document takes a `$cursor`.
 */
import { fail, limits, ok, type Problem, problem, type Result, shorten } from '@cityweave/core';
import { pause, systemDeps } from '../../deps.ts';
import { parseJson } from '../../exchange/json.ts';
import { createHttpProtocol } from '../../protocol/http.ts';
import type { Protocol } from '../../protocol/protocol.ts';
import type { ExitCode } from '../cityweave.ts';
import type { Context } from '../running/up.ts';
import type { Terminal } from '../terminal.ts';
import { answerBytesMax, hasErrors } from './ask.ts';
import { askCity, type Options, type Pose } from './city-at-hand.ts';
import type { Question } from './question.ts';

export const eventsMax = 1_000_000_000;
/** The node says every 12 s that it is there. */
const silentMs = 30_000;

const parseFirst = (text: string | undefined): Result<number> => {
  const events = Number(text ?? eventsMax);
  if (Number.isInteger(events) && events >= 1 && events <= eventsMax) return ok(events);
  return fail(problem('badConfiguration', { subject: '--first', found: shorten(text), accepted: `how many events, 1 to ${eventsMax}` }));
};

/** Where the event stands in what it follows: the member `cursor` of the field that is subscribed to. */
const cursorIn = (event: unknown): string | undefined => {
  const data: unknown = typeof event === 'object' && event !== null && 'data' in event ? event.data : undefined;
  const [field]: readonly unknown[] = Object.values(data ?? {});
  return typeof field === 'object' && field !== null && 'cursor' in field && typeof field.cursor === 'string' ? field.cursor : undefined;
};

const addressOf = (address: string, { query, variables }: Question): string =>
  `${address}/graphql?${new URLSearchParams({ query, variables: JSON.stringify(variables) })}`;

type Following = {
  readonly protocol: Protocol;
  readonly terminal: Terminal;
  readonly signal: AbortSignal /** events that are still wanted */;
  left: number;
  cursor: string | undefined;
};

/** Until the line breaks, which is a problem; until it is over, or as many events came as were wanted: the exit code. */
const followOnce = async (address: string, following: Following): Promise<Result<ExitCode, Problem>> => {
  const { protocol, terminal, signal } = following;
  for await (const event of protocol.stream({ address, eventBytesMax: answerBytesMax, silentMs, signal })) {
    if (!event.ok) return signal.aborted ? ok(0) : event;
    if (event.value.type === 'complete') return ok(0);
    const told = parseJson(event.value.text);
    terminal.data(JSON.stringify(told));
    if (hasErrors(told)) return ok(1);
    following.cursor = cursorIn(told) ?? following.cursor;
    following.left -= 1;
    if (following.left === 0) return ok(0);
  }
  return ok(0);
};

const resumable = (question: Question, { cursor }: Following): Question =>
  cursor !== undefined && question.names.includes('cursor') ? { ...question, variables: { ...question.variables, cursor } } : question;

const follow = async (address: string, question: Question, following: Following): Promise<ExitCode> => {
  const { terminal, signal } = following;
  const { timers } = systemDeps();
  for (let delayMs: number = limits.retryDelayMinMs; ; delayMs = Math.min(delayMs * 2, limits.retryDelayMaxMs)) {
    const [before, line] = [following.left, addressOf(address, resumable(question, following))];
    const over = await followOnce(line, following);
    if (over.ok) return over.value;
    terminal.problem(over.problem);
    if (following.cursor === undefined || !question.names.includes('cursor')) return 1;
    if (following.left < before) delayMs = limits.retryDelayMinMs;
    await pause(timers, delayMs, signal);
  }
};

export const subscribe = (options: Options & { readonly first?: string }, context: Context): Promise<ExitCode> => {
  const first = parseFirst(options.first);
  if (!first.ok) {
    context.terminal.problem(first.problem);
    return Promise.resolve(1);
  }
  const pose: Pose = async (address, question, { terminal, signal }) => {
    const protocol = createHttpProtocol();
    const code = await follow(address, question, { protocol, terminal, signal, left: first.value, cursor: undefined });
    await protocol.close();
    return code;
  };
  return askCity(options, context, pose);
};
