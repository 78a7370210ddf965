/**
 * Events: one function per event worth telling. The only writer of logs and counters.
 */
import { describeProblem, isRetryable, type Problem, problem } from '@cityweave/core';
import { pino } from 'pino';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { traceNow } from './trace.ts';

export type Events = {
  readonly metrics: () => Promise<string>;
  readonly started: (facts: { readonly agency: string; readonly address: string }) => void;
  /** two folders of nodes name one place for their twins */
  readonly storeShared: (facts: { readonly folder: string; readonly other: string; readonly openedAt: string }) => void;
  /** why the node is not ready; an error where trying again will not help */
  readonly notReady: (facts: { readonly problem: Problem }) => void;
  readonly stopped: (facts: { readonly agency: string }) => void;
  readonly answered: (facts: { readonly row: string; readonly from: string; readonly ms: number; readonly problem?: Problem | undefined }) => void;
  readonly asked: (facts: { readonly row: string; readonly to: string; readonly ms: number; readonly problem?: Problem | undefined }) => void;
  readonly federationMoved: (facts: { readonly federation: string; readonly state: string; readonly reason?: string | undefined }) => void;
  readonly memberMoved: (facts: { readonly federation: string; readonly member: string; readonly state: string; readonly reason?: string | undefined }) => void;
  /** the clock of a partner is ahead of ours, or behind where negative, by more than `clockDoubtfulMs` */
  readonly clocksDiffer: (facts: { readonly peer: string; readonly offsetMs: number }) => void;
  readonly imported: (facts: { readonly source: string; readonly lines: readonly string[]; readonly refused: number }) => void;
  readonly sourceFailed: (facts: { readonly source: string; readonly problem: Problem }) => void;
  readonly featureRefused: (facts: { readonly feature: string; readonly reason: string }) => void;
  /** What was not expected reaches the log whole, and whoever asked as the problem that is given back. */
  readonly defect: (where: string, cause: unknown) => Problem;
};

const createMetrics = (agency: string, processMetrics: boolean) => {
  const registry = new Registry();
  registry.setDefaultLabels({ agency });
  if (processMetrics) collectDefaultMetrics({ register: registry });
  const labels = ['row', 'outcome'] as const;
  return {
    registry,
    answered: new Histogram({ name: 'cityweave_message_answer_seconds', help: 'Time to answer a message', labelNames: labels, registers: [registry] }),
    asked: new Histogram({ name: 'cityweave_message_ask_seconds', help: 'Time until a partner answered', labelNames: labels, registers: [registry] }),
    defects: new Counter({ name: 'cityweave_defects_total', help: 'Bugs of our own that were met', registers: [registry] }),
    federations: new Gauge({
      name: 'cityweave_federation_state',
      help: '1 for the state a federation is in',
      labelNames: ['federation', 'state'],
      registers: [registry],
    }),
  };
};

export type LogLevel = 'silent' | 'error' | 'warn' | 'info' | 'debug';

export type EventsOptions = {
  readonly agency: string;
  readonly level: LogLevel;
  readonly processMetrics?: boolean;
  /** what is thrown and yet no bug of ours, as the problem that it is */
  readonly foreseen?: (cause: unknown) => Problem | undefined;
};

/** A line says to which trace it belongs, where it belongs to one. */
const mixin = (): { readonly trace?: string } => ((trace) => (trace === undefined ? {} : { trace }))(traceNow());

/** Logs are JSON lines on stderr: stdout carries nothing but data. */
export const createEvents = (options: EventsOptions): Events => {
  const log = pino({ level: options.level, base: { agency: options.agency }, mixin }, pino.destination({ fd: 2, sync: false }));
  const metrics = createMetrics(options.agency, options.processMetrics ?? false);
  const outcome = (problem: Problem | undefined) => problem?.kind ?? 'ok';
  return {
    metrics: () => metrics.registry.metrics(),
    started: (facts) => log.info(facts, 'agency node listens'),
    storeShared: (facts) => log.warn(facts, 'the store was last opened from another folder'),
    notReady: ({ problem }) => log[isRetryable(problem) ? 'warn' : 'error']({ problem: describeProblem(problem) }, 'agency node is not ready'),
    stopped: (facts) => log.info(facts, 'agency node stopped'),
    answered: ({ problem, ms, row, from }) => {
      metrics.answered.observe({ row, outcome: outcome(problem) }, ms / 1000);
      if (problem) log.warn({ row, from, problem: describeProblem(problem) }, 'message refused');
      else log.debug({ row, from, ms }, 'message answered');
    },
    asked: ({ problem, ms, row, to }) => {
      metrics.asked.observe({ row, outcome: outcome(problem) }, ms / 1000);
      if (problem) log.info({ row, to, problem: describeProblem(problem) }, 'question without answer');
    },
    federationMoved: ({ federation, state, reason }) => {
      metrics.federations.reset();
      metrics.federations.set({ federation, state }, 1);
      log.info({ federation, state, reason }, 'federation moved');
    },
    memberMoved: (facts) => log.info(facts, 'member moved'),
    clocksDiffer: (facts) => log.warn(facts, 'clocks differ'),
    imported: ({ source, lines, refused }) => log[refused > 0 ? 'warn' : 'info']({ source, lines }, 'source imported'),
    featureRefused: (facts) => log.warn(facts, 'feature not registered'),
    sourceFailed: ({ source, problem }) => log.warn({ source, problem: describeProblem(problem) }, 'source failed'),
    defect: (where, cause) => {
      const found = options.foreseen?.(cause);
      if (found) {
        log.warn({ where, problem: describeProblem(found) }, 'not done');
        return found;
      }
      metrics.defects.inc();
      log.error({ where, err: cause }, 'defect');
      return problem('internal');
    },
  };
};
