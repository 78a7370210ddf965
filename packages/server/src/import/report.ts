/**
 * Report: what an import did, in sentences for people: which row, why, what would be accepted, and what to do next.
 */
import { describeProblem } from '@cityweave/core';
import { z } from 'zod';
import type { ImportReport } from './record.ts';

export const reportLimits = { refusalsListedMax: 100, refusalsShownMax: 20 } as const;

const nothing = {
  accepted: 0,
  added: 0,
  changed: 0,
  unchanged: 0,
  removed: 0,
  refused: 0,
  refusals: [],
  duplicates: 0,
  leftOut: 0,
  joinsPending: 0,
  linksUnresolved: 0,
  warnings: [],
};

/** A report of an import that brought nothing in. */
export const emptyReport = (about: Pick<ImportReport, 'id' | 'source' | 'file' | 'state' | 'seconds' | 'problem'>): ImportReport => ({ ...nothing, ...about });

/** What is needed again of a report that was kept: it holds as long as the file is the same. */
const KeptReport = z.object({
  accepted: z.int().min(0),
  refused: z.int().min(0),
  duplicates: z.int().min(0),
  leftOut: z.int().min(0).default(0),
  refusals: z.array(z.object({ where: z.string(), problem: z.looseObject({ kind: z.string() }) })),
  warnings: z.array(z.string()),
});

export type KeptReport = Pick<ImportReport, 'accepted' | 'refused' | 'duplicates' | 'leftOut' | 'refusals' | 'warnings'>;

/** The report that was stored with an import; undefined where it is of a form that this version does not know. */
export const parseKeptReport = (stored: unknown): KeptReport | undefined => {
  const parsed = KeptReport.safeParse(stored);
  // branding: refusals were written by this file from problems
  return parsed.success ? (parsed.data as KeptReport) : undefined;
};

const counted = (count: number, one: string, many = `${one}s`): string => `${count.toLocaleString('en')} ${count === 1 ? one : many}`;

/** The first line says it all; the lines after it say why. */
export const describeReport = (report: ImportReport): string[] => {
  const lines = [headline(report)];
  if (report.refused > 0) lines.push(...refusalLines(report));
  if (report.duplicates > 0) lines.push(`${counted(report.duplicates, 'row')} with a key that an earlier row has: see key.onDuplicate of the source`);
  if (report.leftOut > 0) lines.push(leftOutLine(report));
  if (report.joinsPending > 0) lines.push(`${counted(report.joinsPending, 'join')} to other agencies pending: resolved once the federation is active`);
  if (report.linksUnresolved > 0)
    lines.push(`${counted(report.linksUnresolved, 'link')} inside the agency found no partner: the key they name is in no source`);
  return [...lines, ...report.warnings.map((warning) => `warning: ${warning}`)];
};

const leftOutLine = ({ leftOut, accepted, refused }: ImportReport): string =>
  accepted + refused > 0
    ? `${counted(leftOut, 'row')} left out: not among those that \`where\` of the source selects`
    : `${counted(leftOut, 'row')} left out, which is all: no row has a value that \`where\` of the source names; look at its column and values`;

const headline = (report: ImportReport): string => {
  const { source, file, added, changed, unchanged, removed, refused, seconds } = report;
  const named = `${source} (${file})`;
  switch (report.state) {
    case 'ABSENT':
      return `${named}: the file is not there; the source is optional, so everything else runs without it`;
    case 'REFUSED':
      return `${named}: ${report.problem ? describeProblem(report.problem) : 'refused'}; what was imported before stays as it is`;
    case 'UNCHANGED':
      return `${named}: unchanged since the last import, ${counted(report.accepted, 'twin')}`;
    case 'DONE':
      return `${named}: ${added} added, ${changed} changed, ${unchanged} unchanged, ${removed} removed, ${refused} refused in ${seconds.toFixed(1)} s`;
  }
};

const refusalLines = ({ refused, refusals }: ImportReport): readonly string[] => {
  const shown = refusals.slice(0, reportLimits.refusalsShownMax).map(({ where, problem }) => `${where}: ${describeProblem(problem)}`);
  return refused > shown.length ? [...shown, `and ${counted(refused - shown.length, 'more refused record')}`] : shown;
};
