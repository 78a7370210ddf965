/**
 * doctor: looks at a node, or at every node of a city, running or not, and says of each part and each link how it stands, why, and what to do; changes nothing.
 */
import { systemDeps } from '../../deps.ts';
import { watchClocks } from '../../diagnosis/clock-difference.ts';
import { diagnose } from '../../diagnosis/diagnosis.ts';
import { broken, type Finding } from '../../diagnosis/finding.ts';
import { greetRegistry } from '../../diagnosis/registry.ts';
import type { Stage } from '../../diagnosis/stage.ts';
import type { LogLevel } from '../../events.ts';
import { createHttpProtocol } from '../../protocol/http.ts';
import { isLocked } from '../../store/sqlite/sqlite-lock.ts';
import type { RecordStore } from '../../store/store.ts';
import type { ExitCode } from '../cityweave.ts';
import { loadConfigured } from '../configured.ts';
import { isStarted, openRecords, type Patient, patientsOf, voiceOf } from '../patient.ts';
import type { Context } from '../running/up.ts';
import { interruption, type Terminal } from '../terminal.ts';

type Options = { readonly file: string; readonly state: string; readonly log: LogLevel };
type Speaking = { readonly log: LogLevel; readonly signal: AbortSignal };
const stageOf = async (patient: Patient, records: RecordStore, { log, signal }: Speaking): Promise<Stage> => {
  const deps = systemDeps();
  const { protocol, seen } = watchClocks(createHttpProtocol(), deps);
  const voice = await voiceOf(patient, records, { deps, protocol, log, signal });
  return { ...voice, seen, directory: patient.directory, running: await isLocked(patient.directory) };
};

/** A node that never ran has no key to speak with; whether its registry is there can be seen all the same. */
async function* examineUnborn({ node, directory }: Patient): AsyncGenerator<Finding> {
  yield {
    about: 'memory',
    subject: directory,
    outcome: 'unknown',
    says: 'no node has started here yet: start it with cityweave serve, or name its folder with --state',
  };
  const protocol = createHttpProtocol();
  if (node.registry) yield greetRegistry(protocol, node.registry.address);
  await protocol.close();
}

const marks = { sound: 'ok      ', doubtful: 'doubtful', broken: 'BROKEN  ', unknown: 'unknown ' } as const;

const describe = ({ outcome, about, subject, says }: Finding): string => `  ${marks[outcome]}  ${about.padEnd(12)}  ${subject}\n${' '.repeat(26)}${says}`;

async function* examineStarted(patient: Patient, records: RecordStore, speaking: Speaking): AsyncGenerator<Finding> {
  const stage = await stageOf(patient, records, speaking);
  yield* diagnose(stage);
  await stage.protocol.close();
}

async function* examine(patient: Patient, speaking: Speaking): AsyncGenerator<Finding> {
  if (!isStarted(patient)) return yield* examineUnborn(patient);
  const records = openRecords(patient);
  if (!records.ok) return yield broken({ about: 'memory', subject: patient.directory }, records.problem);
  yield* examineStarted(patient, records.value, speaking);
  records.value.close();
}

type Examined = { readonly agency: string; readonly findings: readonly Finding[] };

const tellSums = (nodes: readonly Examined[], terminal: Terminal): ExitCode => {
  const outcomes = nodes.flatMap(({ findings }) => findings.map(({ outcome }) => outcome));
  const count = (outcome: Finding['outcome']): number => outcomes.filter((one) => one === outcome).length;
  const sums = { sound: count('sound'), doubtful: count('doubtful'), broken: count('broken'), unknown: count('unknown') };
  const inWords = Object.entries(sums).map(([outcome, times]) => `${times} ${outcome}`);
  terminal.data(terminal.json ? JSON.stringify({ nodes, ...sums }) : inWords.join(', '));
  return sums.broken > 0 ? 1 : 0;
};

/** Fails where something is broken; what is only doubtful is told. */
export const doctor = async ({ file, state, log }: Options, { environment, terminal }: Context): Promise<ExitCode> => {
  const configured = await loadConfigured(file, environment);
  if (!configured.ok) {
    terminal.problem(configured.problem);
    return 1;
  }
  const signal = interruption();
  const nodes: Examined[] = [];
  for (const patient of patientsOf(configured.value, state)) {
    if (!terminal.json) terminal.data(patient.node.agency);
    const findings: Finding[] = [];
    for await (const finding of examine(patient, { log, signal })) {
      findings.push(finding);
      if (!terminal.json) terminal.data(describe(finding));
    }
    nodes.push({ agency: patient.node.agency, findings });
  }
  return tellSums(nodes, terminal);
};
