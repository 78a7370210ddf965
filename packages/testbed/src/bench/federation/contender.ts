/**
 * Contender: one side of the comparison, running: where it is asked, and the process of each agency.
 */
import type { DialectName } from './dialect.ts';
import type { Program } from './program.ts';
import type { AgencyName } from './workload.ts';

export type Contender = {
  readonly name: string;
  readonly dialect: DialectName;
  /** its GraphQL over HTTP */
  readonly url: string;
  readonly programs: readonly Program[];
  readonly agency: (name: AgencyName) => Program;
  readonly stop: () => Promise<void>;
};

export const stopAll = async (programs: readonly Program[]): Promise<void> => {
  await Promise.all(programs.map((program) => program.stop()));
};

/** Processor time of all its processes together. */
export const cpuSecondsOf = ({ programs }: Contender): number | undefined => {
  const each = programs.map((program) => program.cpuSeconds());
  return each.some((seconds) => seconds === undefined) ? undefined : each.reduce<number>((sum, seconds) => sum + (seconds ?? 0), 0);
};
