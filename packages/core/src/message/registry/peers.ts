/**
 * Registries that know one another: the way that a question went from one to the next, what did not contribute to an answer, and changes that are passed on.
 */
import { z } from 'zod';
import { TwinId } from '../../ground/id.ts';
import { openObject } from '../../ground/json.ts';
import { limits } from '../../ground/limits.ts';
import { Forwarding } from '../discovery/discovery-query.ts';
import { changed } from '../notice.ts';
import * as object from '../object-information.ts';
import { one, row } from '../row.ts';

/** A registry that did not contribute: a loop, no hops left, or no answer; `path` names the registries on the way to it. */
const Cut = openObject({ registry: z.string(), reason: z.enum(['loop', 'hops', 'unreachable']), path: z.array(TwinId) });

export const cut = { cut: z.array(Cut).optional() };

export const forwarding = { forwarding: Forwarding.optional() };

/** `changeId`: the same wherever the change is told of, so that whoever hears of it on two ways passes it on once. */
const passedOn = changed.extend({ changeId: z.string().max(limits.idCharactersMax) });

const passing = {
  label: 'R9',
  from: 'registry DTR-FE',
  to: 'registry DTD-FE',
  effect: 'change',
  messageType: 'notification',
  reply: {},
  refusals: ['unknownSubscription'],
} as const;

export const peerRows = {
  'notify.digitalTwin': row({
    ...passing,
    purpose: 'Tells a registry that subscribed on behalf of another that a registered twin changed; it tells its own subscriber.',
    request: { parameters: passedOn, objects: one(object.changedTwinObject) },
  }),
  'notify.feature': row({
    ...passing,
    purpose: 'Tells a registry that subscribed on behalf of another that a registered feature changed; it tells its own subscriber.',
    request: { parameters: passedOn, objects: one(object.changedFeatureObject) },
  }),
} as const;
