/**
 * OGC process (OGC API - Processes, part 1): a process described, executed at once or as a job, asked after, read and dismissed. It speaks to no other host than the process's own.
 */
import { fail, type Json, limits, ok, type Problem, problem, type Result, shorten } from '@cityweave/core';
import { z } from 'zod';
import { type FarAnswer, isSuccess, refusedWith, within } from './far-call.ts';
import type { FarFetch } from './far-fetch.ts';

const Value = z.json();
const Occurs = z.union([z.int().min(0), z.literal('unbounded')]);

const Described = z.object({ title: z.string().optional(), description: z.string().optional(), schema: z.record(z.string(), Value).default({}) });

/** What a process says of itself. */
export const ProcessDescription = z.object({
  id: z.string(),
  title: z.string().optional(),
  description: z.string().optional(),
  version: z.string().optional(),
  jobControlOptions: z.array(z.string()).default([]),
  inputs: z.record(z.string(), Described.extend({ minOccurs: Occurs.default(1), maxOccurs: Occurs.default(1) })).default({}),
  outputs: z.record(z.string(), Described).default({}),
});
export type ProcessDescription = z.infer<typeof ProcessDescription>;

export const JobStatus = z.object({
  status: z.enum(['accepted', 'running', 'successful', 'failed', 'dismissed']),
  /** per cent */
  progress: z.number().min(0).max(100).optional(),
  message: z.string().optional(),
});
export type JobStatus = z.infer<typeof JobStatus>;

export type ProcessOutputs = Readonly<Record<string, Json>>;

/** Done at once, or a job that is asked after at its address. */
export type Executed = { readonly outputs: ProcessOutputs } | { readonly job: URL };

type Asked = { readonly address: string | URL; readonly signal: AbortSignal };

const subject = 'the process of the agency';

/** What the system itself says of what it refuses. */
const detailOf = (body: unknown): string | undefined => {
  const { detail, description, title } = Object(body);
  const said = [detail, description, title].find((one) => typeof one === 'string');
  return said === undefined ? undefined : shorten(said);
};

const refusalOf = (answer: FarAnswer): Problem => {
  const found = detailOf(answer.body);
  const facts = { subject, ...(found !== undefined && { found }) };
  if (answer.statusCode === 400 || answer.statusCode === 422) return problem('badInput', facts);
  return answer.statusCode === 404 ? problem('notFound', facts) : { ...refusedWith(answer), ...facts };
};

const parseAs = <T>(schema: z.ZodType<T>, body: unknown, accepted: string): Result<T> => {
  const parsed = schema.safeParse(body);
  return parsed.success ? ok(parsed.data) : fail(problem('malformed', { subject, path: parsed.error.issues[0]?.path.join('/') ?? '', accepted }));
};

type Said = Asked & { readonly method?: 'GET' | 'POST' | 'DELETE'; readonly headers?: Readonly<Record<string, string>>; readonly body?: unknown };

const call = async (far: Pick<FarFetch, 'call'>, { address, signal, method = 'GET', headers = {}, body }: Said): Promise<Result<FarAnswer>> => {
  const ending = AbortSignal.any([signal, AbortSignal.timeout(limits.farFetchMs)]);
  const said = { accept: 'application/json', ...headers };
  const answer = await far.call({ method, address, headers: said, body, bytesMax: limits.exchangeDataBytesMax, signal: ending });
  if (!answer.ok) return answer;
  return isSuccess(answer.value) ? answer : fail(refusalOf(answer.value));
};

export const describeProcess = async (far: Pick<FarFetch, 'call'>, asked: Asked): Promise<Result<ProcessDescription>> => {
  const answer = await call(far, asked);
  return answer.ok ? parseAs(ProcessDescription, answer.value.body, 'a process description') : answer;
};

/** A value with its media type beside it is that value. */
const bareValue = (value: Json): Json => {
  const { value: inner, ...rest } = Object(value);
  const isQualified = inner !== undefined && Object.keys(rest).every((name) => ['id', 'mediaType', 'encoding', 'schema', 'format'].includes(name));
  return isQualified ? inner : value;
};

/** As some servers say it: a list of outputs, each with its name. */
const Listed = z.strictObject({ outputs: z.array(z.object({ id: z.string(), value: Value })) });

const outputsIn = (body: unknown): Result<ProcessOutputs> => {
  const listed = Listed.safeParse(body).data;
  if (listed) return ok(Object.fromEntries(listed.outputs.map(({ id, value }) => [id, value])));
  const parsed = parseAs(z.record(z.string(), Value), body, 'a results document');
  return parsed.ok ? ok(Object.fromEntries(Object.entries(parsed.value).map(([name, value]) => [name, bareValue(value)]))) : parsed;
};

export type Execution = Asked & { readonly inputs: ProcessOutputs; readonly outputs: readonly string[]; readonly inBackground: boolean };

/** A server that prefers to answer at once, or to make a job, may do so whatever was asked for. */
export const executeProcess = async (far: Pick<FarFetch, 'call'>, { address, inputs, outputs, inBackground, signal }: Execution): Promise<Result<Executed>> => {
  const wanted = Object.fromEntries(outputs.map((name) => [name, { transmissionMode: 'value' }]));
  const body = { inputs, ...(outputs.length > 0 && { outputs: wanted }), response: 'document' };
  const headers = inBackground ? { prefer: 'respond-async' } : {};
  const answer = await call(far, { address: `${String(address).replace(/\/$/, '')}/execution`, method: 'POST', headers, body, signal });
  if (!answer.ok) return answer;
  if (answer.value.statusCode !== 201) {
    const found = outputsIn(answer.value.body);
    return found.ok ? ok({ outputs: found.value }) : found;
  }
  const job = within(address, answer.value.headers['location']);
  return job ? ok({ job }) : fail(problem('malformed', { subject, path: 'location', accepted: 'the address of a job of the same host' }));
};

export const jobStatus = async (far: Pick<FarFetch, 'call'>, asked: Asked): Promise<Result<JobStatus>> => {
  const answer = await call(far, asked);
  return answer.ok ? parseAs(JobStatus, answer.value.body, 'the status of a job') : answer;
};

export const jobResults = async (far: Pick<FarFetch, 'call'>, { address, signal }: Asked): Promise<Result<ProcessOutputs>> => {
  const results = new URL(address);
  results.pathname = `${results.pathname.replace(/\/$/, '')}/results`;
  const answer = await call(far, { address: results, signal });
  return answer.ok ? outputsIn(answer.value.body) : answer;
};

export const dismissJob = (far: Pick<FarFetch, 'call'>, asked: Asked): Promise<Result<unknown>> => call(far, { ...asked, method: 'DELETE' });
