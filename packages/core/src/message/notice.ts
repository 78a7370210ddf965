/**
 * Rows to a twin from those that it relies on: the registry tells of entries that changed (R9), an adaptor of the bridge (A4, A6), the owner of a function of the end
 * of a run (T12).
 */
import { z } from 'zod';
import { SubscriptionId } from '../ground/id.ts';
import { openObject } from '../ground/json.ts';
import { limits } from '../ground/limits.ts';
import { AttributePath } from './discovery/condition.ts';
import { FunctionRun } from './function/function-run.ts';
import * as object from './object-information.ts';
import { one, row } from './row.ts';

/** What happened to an entry of a registry, as a subscriber sees it. */
export const changed = openObject({
  subscriptionId: SubscriptionId,
  change: z.enum(['registered', 'updated', 'removed']),
  /** of one that was updated the attributes that are other than they were; absent where there are more than are told one by one */
  paths: z.array(AttributePath).max(limits.discoveryFieldsMax).optional(),
});

export const noticeRows = {
  'notify.digitalTwin': row({
    label: 'R9',
    from: 'registry DTR-FE',
    to: 'twin CFIM-FE',
    purpose: 'Tells a subscriber that a registered twin changed. What he may not see is not told.',
    effect: 'change',
    messageType: 'notification',
    request: { parameters: changed, objects: one(object.changedTwinObject) },
    reply: {},
    refusals: ['unknownSubscription'],
  }),
  'notify.feature': row({
    label: 'R9, T12',
    from: 'registry DTR-FE, FC-FE',
    to: 'twin CFIM-FE, FC-FE',
    purpose:
      'R9 tells a subscriber that a registered feature changed; what he may not see is not told. T12 tells who invoked a function in the background how the run ended, and what came out, in the conversation of the invocation; over an adaptor without what came out: T12 query tells it, converted.',
    effect: 'change',
    messageType: 'notification',
    request: { parameters: z.union([changed, FunctionRun]), objects: one(z.union([object.changedFeatureObject, object.featureName])) },
    reply: {},
    refusals: ['unknownSubscription', 'notFound'],
  }),
  'notify.communication': row({
    label: 'A4',
    from: 'adaptor AP-FE',
    to: 'twin CSIM-FE',
    purpose:
      'Tells an end of a bridge where it stands by now: connected, interrupted, closed. It is said again until that end has heard it, or refuses because its part is over.',
    effect: 'change',
    messageType: 'notification',
    request: { objects: one(object.communicationChange) },
    reply: {},
    refusals: ['unknownConnection', 'notAllowedInState'],
  }),
  'report.communicationStatus': row({
    label: 'A6',
    from: 'adaptor AP-FE',
    to: 'twin CSIM-FE',
    purpose: 'Tells the consumer what went over its bridge, when that changes its state and when its rules were changed.',
    effect: 'change',
    request: { objects: one(object.bridgeFigures) },
    reply: {},
    refusals: ['unknownConnection'],
  }),
} as const;
