/**
 * ask: one question to a city: to the running one, else to one started for it on free ports; waits until its federations are ACTIVE.
 */
import { readFile } from 'node:fs/promises';
import { fail, ok, problem, type Result, shorten } from '@cityweave/core';
import { createCity } from '../../city.ts';
import { type LoadedCity, loadCity } from '../../config/load.ts';
import type { LogLevel } from '../../events.ts';
import { createHttpProtocol } from '../../protocol/http.ts';
import type { ExitCode } from '../cityweave.ts';
import { claim, runningCity, stateOf } from '../running/running.ts';
import type { Context } from '../running/up.ts';
import { interruption } from '../terminal.ts';
import { defaultsFor, variablesOf } from './examples.ts';

type Options = {
  readonly city: string;
  readonly query: string;
  readonly variables?: string;
  readonly state: string;
  readonly wait: string;
  readonly log: LogLevel;
};
type Question = { readonly query: string; readonly variables: Record<string, unknown> };

export const waitSecondsMax = 3_600;
const answerBytesMax = 64 * 1024 * 1024;
const answerTimeoutMs = 60_000;

const parseVariables = (text: string | undefined): Result<Record<string, unknown>> => {
  if (text === undefined) return ok({});
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return ok({ ...parsed });
  } catch {
    // told below
  }
  return fail(problem('badConfiguration', { subject: '--variables', found: shorten(text), accepted: 'a JSON object' }));
};

const parseWait = (text: string): Result<number> => {
  const seconds = Number(text);
  if (Number.isInteger(seconds) && seconds >= 1 && seconds <= waitSecondsMax) return ok(seconds);
  return fail(problem('badConfiguration', { subject: '--wait', found: shorten(text), accepted: `whole seconds from 1 to ${waitSecondsMax}` }));
};

const questionOf = async (city: LoadedCity, { query: path, variables }: Options): Promise<Result<Question>> => {
  const query = await readFile(path, 'utf8').catch(() => undefined);
  if (query === undefined) return fail(problem('badConfiguration', { subject: '--query', found: shorten(path), accepted: 'the path of a GraphQL document' }));
  const names = variablesOf(query);
  if (!names) return fail(problem('badConfiguration', { subject: '--query', found: shorten(path), accepted: 'a GraphQL document' }));
  const given = parseVariables(variables);
  if (!given.ok) return given;
  const unknown = Object.keys(given.value).find((name) => !names.includes(name));
  if (unknown !== undefined)
    return fail(problem('badConfiguration', { subject: '--variables', found: unknown, accepted: names.join(', ') || 'none: the question has no variables' }));
  return ok({ query, variables: { ...defaultsFor(city, names), ...given.value } });
};

const hasErrors = (answer: unknown): boolean => typeof answer === 'object' && answer !== null && 'errors' in answer;

/** Data to stdout; 1 where GraphQL had errors. */
const pose = async (address: string, question: Question, { terminal }: Context): Promise<ExitCode> => {
  const protocol = createHttpProtocol();
  const answer = await protocol.send({ address: `${address}/graphql`, text: JSON.stringify(question), timeoutMs: answerTimeoutMs, bytesMax: answerBytesMax });
  await protocol.close();
  if (!answer.ok) {
    terminal.problem(answer.problem);
    return 1;
  }
  terminal.data(JSON.stringify(answer.value, null, terminal.json ? 0 : 2));
  return hasErrors(answer.value) ? 1 : 0;
};

type Posing = { readonly loaded: LoadedCity; readonly question: Question; readonly options: Options; readonly waitSeconds: number };

const startAndPose = async ({ loaded, question, options, waitSeconds }: Posing, context: Context): Promise<ExitCode> => {
  const { terminal } = context;
  const folder = stateOf(options.state, loaded);
  const claimed = await claim(folder);
  const city = claimed.ok ? await createCity({ city: loaded, state: folder, logLevel: options.log, freePorts: true }) : claimed;
  if (!claimed.ok || !city.ok) {
    if (!city.ok) terminal.problem(city.problem);
    if (claimed.ok) await claimed.value.release();
    return 1;
  }
  await claimed.value.announce(city.value);
  const patience = AbortSignal.any([interruption(), AbortSignal.timeout(waitSeconds * 1000)]);
  const active = await city.value.active(patience);
  if (!active)
    for (const { id, state, reason } of city.value.federations())
      terminal.problem(problem('notAllowedInState', { subject: id, found: `${state}${reason ? `: ${reason}` : ''}`, accepted: 'ACTIVE' }));
  // a question about one object of two agencies is answered whole only when their keys have been joined
  if (active) await city.value.joined(patience);
  const code = active ? await pose(city.value.front.address, question, context) : 1;
  await city.value.close();
  await claimed.value.release();
  return code;
};

export const ask = async (options: Options, context: Context): Promise<ExitCode> => {
  const wait = parseWait(options.wait);
  const loaded = wait.ok ? await loadCity(options.city, context.environment) : wait;
  const question = loaded.ok ? await questionOf(loaded.value, options) : loaded;
  if (!(wait.ok && loaded.ok && question.ok)) {
    if (!question.ok) context.terminal.problem(question.problem);
    return 1;
  }
  const running = await runningCity(stateOf(options.state, loaded.value));
  const posing = { loaded: loaded.value, question: question.value, options, waitSeconds: wait.value };
  return running ? pose(running.front, question.value, context) : startAndPose(posing, context);
};
