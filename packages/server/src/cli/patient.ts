/**
 * Patient: a node that the command line looks at or speaks for, running or not: its file, its folder, and its own voice, which leaves nothing behind in its memory.
 */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fail, ok, problem, type Result } from '@cityweave/core';
import type { NodeFile } from '../config/node-file.ts';
import { type Deps, systemDeps } from '../deps.ts';
import { createEvents, type LogLevel } from '../events.ts';
import { addressOf, createSpeaking, type Speaking, type SpeakingRoom, selfOf } from '../node-room.ts';
import type { Protocol } from '../protocol/protocol.ts';
import { openRecordStore, recordFileName } from '../store/records.ts';
import type { RecordStore } from '../store/store.ts';
import { openNodeKeys } from '../trust/node-key.ts';
import type { Configured } from './configured.ts';
import { stateOf } from './running/running.ts';

export type Patient = { readonly node: NodeFile; readonly directory: string };

const nothing = (): undefined => undefined;

/** What is found out by looking stays unsaid: a running node keeps these records too. */
const onlyRead = (records: RecordStore): RecordStore => ({ ...records, put: nothing, putAll: nothing, remove: nothing, load: nothing, prune: () => 0 });

export const openRecords = ({ directory }: Patient): Result<RecordStore> => {
  const records = openRecordStore({ directory, clock: systemDeps().clock });
  return records.ok ? ok(onlyRead(records.value)) : records;
};

export const isStarted = ({ directory }: Patient): boolean => existsSync(join(directory, recordFileName));

/** Where a node listens, or did last. */
export const lastAddress = (patient: Patient): string | undefined => {
  const records = isStarted(patient) ? openRecords(patient) : undefined;
  if (!records?.ok) return undefined;
  const address = addressOf(records.value);
  records.value.close();
  return address;
};

/** The nodes of a file, each with its folder; in a city they find the registry where its node listens. */
export const patientsOf = ({ nodes, city }: Configured, state: string): readonly Patient[] => {
  const folder = city ? stateOf(state, city) : resolve(state);
  const patients = nodes.map((node) => ({ node, directory: join(folder, node.agency) }));
  const registry = patients.find(({ node }) => node.agency === city?.registry);
  const address = registry && lastAddress(registry);
  if (address === undefined) return patients;
  return patients.map(({ node, directory }) => ({
    directory,
    node: node.roles.includes('registry') ? node : { ...node, registry: node.registry ?? { address } },
  }));
};

/** The one that is meant: that agency's, or the only one; it must have been started once. */
export const patientFor = (patients: readonly Patient[], agency: string | undefined, option: string): Result<Patient> => {
  const accepted = patients.map(({ node }) => node.agency).join(', ');
  const found = agency === undefined && patients.length === 1 ? patients[0] : patients.find(({ node }) => node.agency === agency);
  if (!found) return fail(problem('badConfiguration', { subject: option, found: agency ?? 'nothing', accepted }));
  return isStarted(found)
    ? ok(found)
    : fail(problem('notFound', { subject: found.directory, accepted: 'a node that was started: --state with the folder that it keeps its memory in' }));
};

type Speaker = { readonly deps: Deps; readonly protocol: Protocol; readonly log: LogLevel; readonly signal: AbortSignal };

/** The node's own voice; its exchange log hears nothing of it. */
export const voiceOf = async ({ node }: Patient, records: RecordStore, { deps, protocol, log, signal }: Speaker): Promise<SpeakingRoom & Speaking> => {
  const self = selfOf(node, () => addressOf(records) ?? `http://${node.listen.host}:${node.listen.port}`);
  const keys = await openNodeKeys(records, self.id);
  const events = createEvents({ agency: node.agency, level: log });
  const room = { deps, events, records, protocol, keys, log: { append: nothing, count: nothing }, self, node, signal };
  return { ...room, ...createSpeaking(room) };
};
