/**
 * Far process: a process of a system of the agency as a function of this node: described by what the system says of it, run as a job where the system can, with its
 * progress, and dismissed when nobody waits for it any more.
 */
import { fail, type JsonSchema, ok, problem, type Result, shorten } from '@cityweave/core';
import type { OgcProcess } from '../../config/far-function.ts';
import { pause } from '../../deps.ts';
import { checkedBy, type DescribedFunction } from '../../functions/described.ts';
import type { Computing } from '../../functions/function.ts';
import {
  describeProcess,
  dismissJob,
  executeProcess,
  type JobStatus,
  jobResults,
  jobStatus,
  ProcessDescription,
  type ProcessOutputs,
} from '../../protocol/ogc-process.ts';
import type { Room } from '../room.ts';

const noun = 'farProcess';

type Input = ProcessDescription['inputs'][string];

const valueSchema = ({ schema, title, description, maxOccurs }: Input): JsonSchema => {
  const said = { ...schema, ...(title !== undefined && { title }), ...(description !== undefined && { description }) };
  return maxOccurs === 1 ? said : { anyOf: [said, { type: 'array', items: said }] };
};

/** Of the inputs only those that others may give. */
const inputsSchema = ({ inputs }: ProcessDescription, given: OgcProcess): JsonSchema => {
  const named = given.inputs.flatMap(({ member }) => ((found) => (found ? [[member, found] as const] : []))(inputs[member]));
  const required = named.filter(([, { minOccurs }]) => minOccurs !== 0).map(([member]) => member);
  const properties = Object.fromEntries(named.map(([member, input]) => [member, valueSchema(input)]));
  return { type: 'object', properties, additionalProperties: false, ...(required.length > 0 && { required }) };
};

const outputsSchema = ({ outputs }: ProcessDescription, given: OgcProcess): JsonSchema => ({
  type: 'object',
  properties: Object.fromEntries(given.outputs.map(({ member }) => [member, outputs[member]?.schema ?? {}])),
});

/** What it says of itself now; what it said last where it says nothing. */
const described = async (room: Room, given: OgcProcess, isFresh: boolean): Promise<ProcessDescription | undefined> => {
  const known = ProcessDescription.safeParse(room.records.get(noun, given.id)).data;
  if (known && !isFresh) return known;
  const told = await describeProcess(room.far, { address: given.address, signal: room.signal });
  if (!told.ok) return known;
  room.records.put(noun, given.id, told.value);
  return told.value;
};

const only = (found: ProcessOutputs, given: OgcProcess): ProcessOutputs =>
  Object.fromEntries(given.outputs.flatMap(({ member }) => (Object.hasOwn(found, member) ? [[member, found[member] ?? null]] : [])));

const endOf = ({ status, message }: JobStatus): Result<never> | undefined => {
  const facts = message === undefined ? {} : { found: shorten(message) };
  if (status === 'failed') return fail(problem('functionFailed', facts));
  return status === 'dismissed' ? fail(problem('cancelled', facts)) : undefined;
};

type Following = Pick<Computing, 'signal' | 'progress'> & { readonly given: OgcProcess; readonly job: URL };

/** Nobody waits for it any more, whether or not this is heard. */
const leave = (room: Room, job: URL, left: Result<never>): Result<never> => {
  void dismissJob(room.far, { address: job, signal: room.signal }).catch((cause) => room.events.defect('function', cause));
  return left;
};

/** Asked after until it is over. */
const follow = async (room: Room, { given, job, signal, progress }: Following): Promise<Result<ProcessOutputs>> => {
  for (;;) {
    const told = await jobStatus(room.far, { address: job, signal });
    if (room.signal.aborted) return fail(problem('functionTimedOut', { subject: given.id }));
    if (signal.aborted) return leave(room, job, fail(problem('functionTimedOut', { subject: given.id })));
    if (!told.ok) return leave(room, job, told);
    if (told.value.status === 'successful') return jobResults(room.far, { address: job, signal });
    const ended = endOf(told.value);
    if (ended) return ended;
    progress((told.value.progress ?? 0) / 100);
    await pause(room.deps.timers, given.lookMs, signal);
  }
};

type Running = { readonly given: OgcProcess; readonly inBackground: boolean; readonly inputs: ProcessOutputs };

const resume = async (room: Room, given: OgcProcess, { job, signal, progress }: Computing & { readonly job: URL }): Promise<Result<ProcessOutputs>> => {
  const made = await follow(room, { given, job, signal, progress });
  return made.ok ? ok(only(made.value, given)) : made;
};

const run = async (room: Room, { given, inBackground, inputs }: Running, computing: Computing): Promise<Result<ProcessOutputs>> => {
  const { signal } = computing;
  const outputs = given.outputs.map(({ member }) => member);
  const executed = await executeProcess(room.far, { address: given.address, inputs, outputs, inBackground, signal });
  if (!executed.ok) return executed;
  if ('outputs' in executed.value) return ok(only(executed.value.outputs, given));
  const { job } = executed.value;
  computing.workedOnAt(job.href);
  return resume(room, given, { ...computing, job });
};

/** Undefined while nothing is known of it. */
export const farProcess = async (room: Room, given: OgcProcess, isFresh: boolean): Promise<DescribedFunction | undefined> => {
  const told = await described(room, given, isFresh);
  if (!told) return undefined;
  const inBackground = told.jobControlOptions.includes('async-execute');
  const schemas = { inputs: inputsSchema(told, given), outputs: outputsSchema(told, given) };
  return {
    kind: given.kind,
    name: given.title ?? { en: told.title ?? given.id },
    method: told.description ?? told.title ?? given.id,
    effect: given.effect,
    modes: inBackground ? ['sync', 'async'] : ['sync'],
    reads: [],
    schemas,
    inputs: checkedBy(schemas.inputs),
    outputs: checkedBy(schemas.outputs),
    resume: async (job, computing) => resume(room, given, { ...computing, job: new URL(job) }),
    run: (inputs, computing) => run(room, { given, inBackground, inputs: inputs as ProcessOutputs }, computing), // branding: parsed by the schema, which is one of an object
  };
};
