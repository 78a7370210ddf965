/**
 * City at hand: the one that runs, else one started on free ports for as long as it is asked; it is asked once its federations are ACTIVE.
 */
import { fail, ok, problem, type Result, shorten } from '@cityweave/core';
import { createCity } from '../../city.ts';
import { type LoadedCity, loadCity } from '../../config/load.ts';
import type { LogLevel } from '../../events.ts';
import type { ExitCode } from '../cityweave.ts';
import { claim, runningCity, stateOf } from '../running/running.ts';
import type { Context } from '../running/up.ts';
import { interruption } from '../terminal.ts';
import { type Asked, type Question, questionOf } from './question.ts';

export type Options = Asked & { readonly city: string; readonly state: string; readonly wait: string; readonly log: LogLevel };

/** Puts a question to the node at an address, until it is answered or somebody interrupts. */
export type Pose = (address: string, question: Question, asking: Context & { readonly signal: AbortSignal }) => Promise<ExitCode>;

export const waitSecondsMax = 3_600;

const parseWait = (text: string): Result<number> => {
  const seconds = Number(text);
  if (Number.isInteger(seconds) && seconds >= 1 && seconds <= waitSecondsMax) return ok(seconds);
  return fail(problem('badConfiguration', { subject: '--wait', found: shorten(text), accepted: `whole seconds from 1 to ${waitSecondsMax}` }));
};

type Posing = {
  readonly loaded: LoadedCity;
  readonly question: Question;
  readonly options: Options;
  readonly waitSeconds: number;
  readonly signal: AbortSignal;
};

const startAndPose = async ({ loaded, question, options, waitSeconds, signal }: Posing, context: Context, pose: Pose): Promise<ExitCode> => {
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
  const patience = AbortSignal.any([signal, AbortSignal.timeout(waitSeconds * 1000)]);
  const active = await city.value.active(patience);
  if (!active)
    for (const { id, state, reason } of city.value.federations())
      terminal.problem(problem('notAllowedInState', { subject: id, found: `${state}${reason ? `: ${reason}` : ''}`, accepted: 'ACTIVE' }));
  // a question about one object of two agencies is answered whole only when their keys have been joined
  if (active) await city.value.joined(patience);
  const code = active ? await pose(city.value.front.address, question, { ...context, signal }) : 1;
  await city.value.close();
  await claimed.value.release();
  return code;
};

export const askCity = async (options: Options, context: Context, pose: Pose): Promise<ExitCode> => {
  const wait = parseWait(options.wait);
  const loaded = wait.ok ? await loadCity(options.city, context.environment) : wait;
  const question = loaded.ok ? await questionOf(loaded.value, options) : loaded;
  if (!(wait.ok && loaded.ok && question.ok)) {
    if (!question.ok) context.terminal.problem(question.problem);
    return 1;
  }
  const running = await runningCity(stateOf(options.state, loaded.value));
  const signal = interruption();
  if (running) return pose(running.front, question.value, { ...context, signal });
  return startAndPose({ loaded: loaded.value, question: question.value, options, waitSeconds: wait.value, signal }, context, pose);
};
