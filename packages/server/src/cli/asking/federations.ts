/**
 * federations: those that a running node has begun, and a person's yes or no to one that waits for it. Asked of the node of the agency that the federation's id names.
 */
import { FederationId, fail, ok, problem, type Result, shorten } from '@cityweave/core';
import { z } from 'zod';
import { createHttpProtocol } from '../../protocol/http.ts';
import { isLocked } from '../../store/sqlite/sqlite-lock.ts';
import type { ExitCode } from '../cityweave.ts';
import { loadConfigured } from '../configured.ts';
import { lastAddress, type Patient, patientFor, patientsOf } from '../patient.ts';
import type { Context } from '../running/up.ts';

type Options = { readonly file: string; readonly state: string };
export type Deciding = Options & { readonly id: string; readonly decision: 'approve' | 'decline'; readonly reason?: string };

const answerBytesMax = 1024 * 1024;
const answerTimeoutMs = 30_000;

const Found = z.object({ id: z.string(), state: z.string(), waitsForApproval: z.boolean(), reason: z.string().nullish() });
const Decided = z.object({ decided: z.object({ message: z.string().optional(), federation: z.object({ state: z.string() }).optional() }) });

type Asking = { readonly query: string; readonly variables?: Readonly<Record<string, unknown>> };

/** What a node answers as data; what GraphQL refuses is told in its words. */
const pose = async <T>(address: string, { query, variables = {} }: Asking, shape: z.ZodType<T>): Promise<Result<T>> => {
  const protocol = createHttpProtocol();
  const text = JSON.stringify({ query, variables });
  const answer = await protocol.send({ address: `${address}/graphql`, text, timeoutMs: answerTimeoutMs, bytesMax: answerBytesMax });
  await protocol.close();
  if (!answer.ok) return answer;
  const { data, errors } = Object(answer.value);
  const parsed = shape.safeParse(data);
  return parsed.success
    ? ok(parsed.data)
    : fail(problem('unavailable', { subject: address, found: shorten(String(Object(errors?.[0]).message ?? 'no answer')) }));
};

/** Where it listens now. */
const runningAt = async (patient: Patient): Promise<Result<string>> => {
  const address = (await isLocked(patient.directory)) ? lastAddress(patient) : undefined;
  return address === undefined ? fail(problem('unavailable', { subject: patient.node.agency, accepted: 'a node that runs: start it first' })) : ok(address);
};

const patients = async ({ file, state }: Options, { environment }: Context): Promise<Result<readonly Patient[]>> => {
  const configured = await loadConfigured(file, environment);
  return configured.ok ? ok(patientsOf(configured.value, state)) : configured;
};

const one = `query ($id: ID!) { federation(id: $id) { id state waitsForApproval reason } }`;
const all = `{ federations(first: 100) { nodes { id state waitsForApproval reason } } }`;
const outcome = '{ ... on Problem { message } ... on FederationRequested { federation { state } } }';
const decisions = {
  approve: `mutation ($id: ID!) { decided: approvePlan(federation: $id) ${outcome} }`,
  decline: `mutation ($id: ID!, $reason: String) { decided: releaseFederation(federation: $id, reason: $reason) ${outcome} }`,
} as const;

/** Only what waits can be said yes or no to: a no to one that is formed would release it. */
const waiting = async (address: string, id: FederationId): Promise<Result<true>> => {
  const asked = await pose(address, { query: one, variables: { id } }, z.object({ federation: Found.nullable() }));
  if (!asked.ok) return asked;
  const { federation } = asked.value;
  if (!federation) return fail(problem('unknownFederation', { subject: id }));
  return federation.waitsForApproval
    ? ok(true)
    : fail(problem('notAllowedInState', { subject: id, found: federation.state, accepted: 'a federation that waits for a person' }));
};

const decide = async ({ id: given, decision, reason, ...options }: Deciding, context: Context): Promise<Result<string>> => {
  const id = FederationId.safeParse(given);
  if (!id.success) return fail(problem('badId', { path: 'id', found: shorten(given), accepted: 'urn:dtf:federation:<authority>:<local>' }));
  const found = await patients(options, context);
  const patient = found.ok ? patientFor(found.value, id.data.split(':')[3], 'id') : found;
  const address = patient.ok ? await runningAt(patient.value) : patient;
  if (!address.ok) return address;
  const waits = await waiting(address.value, id.data);
  if (!waits.ok) return waits;
  const decided = await pose(address.value, { query: decisions[decision], variables: { id: id.data, ...(decision === 'decline' && { reason }) } }, Decided);
  if (!decided.ok) return decided;
  const { federation, message } = decided.value.decided;
  return federation ? ok(federation.state) : fail(problem('unavailable', { subject: id.data, found: shorten(message ?? '') }));
};

export const decideFederation = async (options: Deciding, context: Context): Promise<ExitCode> => {
  const decided = await decide(options, context);
  const { terminal } = context;
  if (!decided.ok) {
    terminal.problem(decided.problem);
    return 1;
  }
  const { id, decision } = options;
  terminal.data(
    terminal.json ? JSON.stringify({ id, decision, state: decided.value }) : `${id} ${decision === 'approve' ? 'approved' : 'declined'}: ${decided.value}`,
  );
  return 0;
};

const describe = ({ id, state, waitsForApproval, reason }: z.infer<typeof Found>): string =>
  [id, state, ...(waitsForApproval ? ['waits for approval'] : []), ...(reason ? [`(${reason})`] : [])].join(' ');

/** Of every node of the file that runs. */
export const listFederations = async (options: Options, context: Context): Promise<ExitCode> => {
  const { terminal } = context;
  const found = await patients(options, context);
  const listed: z.infer<typeof Found>[] = [];
  let answered = 0;
  for (const patient of found.ok ? found.value : []) {
    const address = await runningAt(patient);
    const told = address.ok ? await pose(address.value, { query: all }, z.object({ federations: z.object({ nodes: z.array(Found) }) })) : address;
    if (!told.ok) {
      terminal.problem(told.problem);
      continue;
    }
    answered += 1;
    listed.push(...told.value.federations.nodes);
  }
  if (!found.ok) terminal.problem(found.problem);
  const own = [...new Map(listed.map((federation) => [federation.id, federation])).values()];
  terminal.data(terminal.json ? JSON.stringify({ federations: own }) : own.map(describe).join('\n') || 'no federation');
  return answered > 0 ? 0 : 1;
};
