/**
 * ask: one question to a city, and its answer.
 */
import { createHttpProtocol } from '../../protocol/http.ts';
import type { ExitCode } from '../cityweave.ts';
import type { Context } from '../running/up.ts';
import { askCity, type Options, type Pose } from './city-at-hand.ts';

export const answerBytesMax = 64 * 1024 * 1024;
const answerTimeoutMs = 60_000;

export const hasErrors = (answer: unknown): boolean => typeof answer === 'object' && answer !== null && 'errors' in answer;

/** Data to stdout; 1 where GraphQL had errors. */
const pose: Pose = async (address, { query, variables }, { terminal, signal }) => {
  const protocol = createHttpProtocol();
  const asked = { address: `${address}/graphql`, text: JSON.stringify({ query, variables }), timeoutMs: answerTimeoutMs, bytesMax: answerBytesMax, signal };
  const answer = await protocol.send(asked);
  await protocol.close();
  if (!answer.ok) {
    terminal.problem(answer.problem);
    return 1;
  }
  terminal.data(JSON.stringify(answer.value, null, terminal.json ? 0 : 2));
  return hasErrors(answer.value) ? 1 : 0;
};

export const ask = (options: Options, context: Context): Promise<ExitCode> => askCity(options, context, pose);
