/**
 * Report: what came of each check, and of each of the fourteen that the model names, which are made of several.
 */
import type { Binding } from '@cityweave/core';
import type { Finding } from './vector.ts';

type Checked = {
  /** its number in the model, where it has one */
  readonly check: number | undefined;
  readonly id: string;
  readonly title: string;
};

type Failed = Extract<Finding, { readonly outcome: 'failed' }>;

/** `fault`: what a node has that fails here. */
export type CheckResult = Checked & (Exclude<Finding, Failed> | (Failed & { readonly fault: string }));

type Outcome = Finding['outcome'] | 'partly';

export type ConformanceReport = {
  readonly target: string;
  readonly registry: string;
  readonly binding: Binding;
  readonly at: string;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** of each check of the model that was asked for; `partly`: some of it could not be tried, the rest passed */
  readonly checks: readonly { readonly check: number; readonly outcome: Outcome }[];
  readonly results: readonly CheckResult[];
};

export const resultOf = ({ fault, ...checked }: Checked & { readonly fault: string }, finding: Finding): CheckResult =>
  finding.outcome === 'failed' ? { ...checked, ...finding, fault } : { ...checked, ...finding };

const together = (outcomes: readonly Finding['outcome'][]): Outcome => {
  if (outcomes.includes('failed')) return 'failed';
  if (!outcomes.includes('passed')) return 'skipped';
  return outcomes.includes('skipped') ? 'partly' : 'passed';
};

const checksIn = (results: readonly CheckResult[]): ConformanceReport['checks'] => {
  const numbers = [...new Set(results.flatMap(({ check }) => check ?? []))].toSorted((a, b) => a - b);
  return numbers.map((number) => ({ check: number, outcome: together(results.filter(({ check }) => check === number).map(({ outcome }) => outcome)) }));
};

export const toReport = (run: Pick<ConformanceReport, 'target' | 'registry' | 'binding' | 'at'>, results: readonly CheckResult[]): ConformanceReport => {
  const count = (wanted: Finding['outcome']): number => results.filter(({ outcome }) => outcome === wanted).length;
  return { ...run, passed: count('passed'), failed: count('failed'), skipped: count('skipped'), checks: checksIn(results), results };
};
