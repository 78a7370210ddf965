/**
 * log verify: looks at every line of a node's exchange log; what was changed, removed, put elsewhere or cut off is named with its place.
 */
import { existsSync, readdirSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { Authority, agencyTwinIdOf, fail, type LogCheck, type LogFault, type LogFaultKind, ok, problem, type Result } from '@cityweave/core';
import { loadNode } from '../../config/load.ts';
import { systemDeps } from '../../deps.ts';
import { sealedHead, verifyLog } from '../../log/exchange-log.ts';
import { foldersWithLog, logPaths } from '../../log/log-files.ts';
import { openRecordStore } from '../../store/records.ts';
import { openNodeKeys } from '../../trust/node-key.ts';
import type { ExitCode } from '../cityweave.ts';
import type { Context } from '../running/up.ts';

type Options = { readonly node: string; readonly state: string };

const sentences: Readonly<Record<LogFaultKind, string>> = {
  malformed: 'the line is no entry',
  changed: 'the entry is not what was written',
  removed: 'an entry is missing before this line',
  reordered: 'entries are not in their order',
  rewritten: 'the entry does not follow from the ones before, or was signed with no key of this node',
  truncated: 'the log ends too early',
};

const describe = ({ kind, where, n }: LogFault): string => `${where}: entry ${n}: ${sentences[kind]} (${kind})`;

/** A node of a city file has no file of its own: it is named by its authority. */
const authorityOf = async (given: string, { environment }: Context): Promise<Result<Authority>> => {
  const authority = Authority.safeParse(given);
  if (authority.success && !/\.ya?ml$/.test(given)) return ok(authority.data);
  const node = await loadNode(given, environment);
  return node.ok ? ok(node.value.agency) : node;
};

const foldersIn = (folder: string): readonly string[] =>
  existsSync(folder)
    ? readdirSync(folder, { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map(({ name }) => join(folder, name))
    : [];

/** Nodes of a city keep their memory in the folder of the city: those that are there, the ones that know the agency first. */
const placesFor = (state: string, agency: Authority): string => {
  const cities = foldersIn(state).filter((folder) => foldersWithLog(folder).length > 0);
  const its = cities.filter((folder) => logPaths(join(folder, agency)).length > 0);
  if (its.length > 0) return `--state ${its.join(' or ')}`;
  const agencies = foldersWithLog(state).map((folder) => basename(folder));
  if (agencies.length > 0) return `one of ${agencies.join(', ')}`;
  return cities.length > 0 ? `--state with the folder of its city: ${cities.join(', ')}` : '--state with the folder that the node keeps its memory in';
};

type Found = { readonly agency: Authority; readonly checked: LogCheck };

const check = async ({ node, state }: Options, context: Context): Promise<Result<Found>> => {
  const agency = await authorityOf(node, context);
  if (!agency.ok) return agency;
  const directory = resolve(state, agency.value);
  if (logPaths(directory).length === 0)
    return fail(problem('notFound', { subject: `the log of ${agency.value} in ${state}`, accepted: placesFor(state, agency.value) }));
  const records = openRecordStore({ directory, clock: systemDeps().clock });
  if (!records.ok) return records;
  const owner = agencyTwinIdOf(agency.value);
  const keys = (await openNodeKeys(records.value, owner)).published();
  const checked = verifyLog(directory, { owner, sealed: sealedHead(records.value), keys });
  records.value.close();
  return ok({ agency: agency.value, checked });
};

export const verifyNodeLog = async (options: Options, context: Context): Promise<ExitCode> => {
  const { terminal } = context;
  const found = await check(options, context);
  if (!found.ok) {
    terminal.problem(found.problem);
    return 1;
  }
  const { agency, checked } = found.value;
  terminal.say(`${checked.entries} entries, ${checked.checkpoints} checkpoints, ${checked.unsealed} entries after the last one`);
  if (terminal.json) terminal.data(JSON.stringify({ agency, ...checked }));
  else terminal.data(checked.fault ? describe(checked.fault) : 'sound');
  return checked.fault ? 1 : 0;
};
