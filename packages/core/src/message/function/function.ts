/**
 * Rows twin to twin (I-T) about functions: invoke, ask after, cancel (T12).
 */
import { z } from 'zod';
import { AgreementId, FederationId } from '../../ground/id.ts';
import { msOfDuration } from '../../ground/instant.ts';
import { openObject } from '../../ground/json.ts';
import { limits } from '../../ground/limits.ts';
import { Duration, FunctionEffect, FunctionMode } from '../../twin/feature-information.ts';
import * as object from '../object-information.ts';
import { budget, one, row, usingRefusals } from '../row.ts';
import { FunctionRun, RunId, Scenario } from './function-run.ts';

const isWithinBound = (text: string): boolean => ((ms) => ms > 0 && ms <= limits.functionMaxMs)(msOfDuration(text) ?? 0);

/** How long the run may take, whoever waits for it. */
const timeout = Duration.refine(isWithinBound, `a duration of at most ${limits.functionMaxMs / 1000} s`).optional();

export const functionRows = {
  'invoke.feature': row({
    label: 'T12, A5',
    from: 'FC-FE',
    to: 'FC-FE',
    purpose:
      'Has a function computed at its owner, under an agreement in force. One that is asked for in the background, or takes longer than 5 s, is `accepted` and goes on: T12 notify tells its end, and T12 query how it stands. A line that breaks ends nothing; who waits no longer says T12 cancel. `timeout` ends it sooner than its bound; `scenario` names what is tried out. Said again under its message id or its run id it starts no second run. One that moves something in the city needs `actuate` in the agreement and qos 2.',
    effect: 'read',
    request: {
      parameters: openObject({
        federationId: FederationId,
        agreementId: AgreementId,
        mode: FunctionMode.default('sync'),
        /** the most that may happen: a function with a stronger effect is refused */
        effect: FunctionEffect.default('simulation'),
        inputs: z.record(z.string(), z.json()),
        /** what is tried out: it stands with the run, with what comes of it, and in both logs */
        scenario: Scenario.optional(),
        timeout,
        /** under which the asker will know the run; the id of this message where absent */
        runId: RunId.optional(),
        ...budget,
      }),
      objects: one(object.featureName),
    },
    reply: { parameters: FunctionRun, objects: one(object.featureName) },
    refusals: [
      ...usingRefusals,
      'notFound',
      'badInput',
      'functionFailed',
      'functionTimedOut',
      'cancelled',
      'actuationNotPermitted',
      'qosNotAttainable',
      'overloaded',
      'replayed',
    ],
  }),
  'query.feature': row({
    label: 'T12, A5',
    from: 'FC-FE',
    to: 'FC-FE',
    purpose: 'Asks how an invocation stands: its progress, and its outputs once it is done.',
    effect: 'read',
    request: { parameters: openObject({ runId: RunId }), objects: one(object.featureName) },
    reply: { parameters: FunctionRun, objects: one(object.featureName) },
    refusals: [...usingRefusals, 'notFound'],
  }),
  'cancel.feature': row({
    label: 'T12, A5',
    from: 'FC-FE',
    to: 'FC-FE',
    purpose: 'Ends an invocation that is not done.',
    effect: 'change',
    request: { parameters: openObject({ runId: RunId }), objects: one(object.featureName) },
    reply: { parameters: FunctionRun, objects: one(object.featureName) },
    allowed: { 'function run': ['QUEUED', 'RUNNING'] },
    refusals: ['notFound', 'notAllowedInState'],
  }),
} as const;
