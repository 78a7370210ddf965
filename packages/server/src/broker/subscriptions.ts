/**
 * Subscriptions of a broker: who wants to be told of changes of which entities, until when. One notification at a time goes to each; what changes meanwhile is in the next.
 */
import type { Instant } from '@cityweave/core';
import { z } from 'zod';
import type { Deps } from '../deps.ts';
import type { Entities, NgsiEntity } from './entities.ts';

export const Subscription = z.looseObject({
  type: z.literal('Subscription'),
  entities: z.array(z.looseObject({ type: z.string(), id: z.string().optional() })).optional(),
  watchedAttributes: z.array(z.string()).optional(),
  notification: z.looseObject({ endpoint: z.looseObject({ uri: z.url() }) }),
  expiresAt: z.iso.datetime({ offset: true }).optional(),
});
export type Subscription = z.infer<typeof Subscription>;

export const subscriptionsMax = 100;

export type Notify = (uri: string, notification: unknown) => Promise<void>;

export type Subscriptions = {
  /** Its id; undefined where there is no room for one more. */
  readonly add: (subscription: Subscription) => string | undefined;
  readonly remove: (id: string) => boolean;
  readonly list: () => readonly (Subscription & { readonly id: string })[];
  readonly close: () => void;
};

type Kept = { readonly id: string; readonly subscription: Subscription; readonly waiting: Map<string, NgsiEntity>; sending: boolean };

const isOver = ({ expiresAt }: Subscription, now: Instant): boolean => expiresAt !== undefined && Date.parse(expiresAt) <= Date.parse(now);

const wants = ({ entities, watchedAttributes }: Subscription, entity: NgsiEntity, attributes: readonly string[]): boolean =>
  (entities === undefined || entities.some(({ type, id }) => type === entity.type && (id === undefined || id === entity.id))) &&
  (watchedAttributes === undefined || watchedAttributes.some((name) => attributes.includes(name)));

export const createSubscriptions = (entities: Entities, deps: Deps, notify: Notify): Subscriptions => {
  const kept = new Map<string, Kept>();
  const send = async (one: Kept): Promise<void> => {
    one.sending = true;
    while (one.waiting.size > 0 && kept.has(one.id)) {
      const data = [...one.waiting.values()];
      one.waiting.clear();
      const notification = {
        id: `urn:ngsi-ld:Notification:${deps.ids.uuid()}`,
        type: 'Notification',
        subscriptionId: one.id,
        notifiedAt: deps.clock.now(),
        data,
      };
      await notify(one.subscription.notification.endpoint.uri, notification);
    }
    one.sending = false;
  };
  const forgetOld = (): void => {
    for (const { id, subscription } of kept.values()) if (isOver(subscription, deps.clock.now())) kept.delete(id);
  };
  const close = entities.onChange((entity, attributes) => {
    forgetOld();
    for (const one of kept.values()) {
      if (!wants(one.subscription, entity, attributes)) continue;
      one.waiting.set(entity.id, entity);
      if (!one.sending) void send(one);
    }
  });
  return {
    add: (subscription) => {
      forgetOld();
      if (kept.size >= subscriptionsMax) return undefined;
      const id = `urn:ngsi-ld:Subscription:${deps.ids.uuid()}`;
      kept.set(id, { id, subscription, waiting: new Map(), sending: false });
      return id;
    },
    remove: (id) => kept.delete(id),
    list: () => {
      forgetOld();
      return [...kept.values()].map(({ id, subscription }) => ({ ...subscription, id }));
    },
    close: () => {
      close();
      kept.clear();
    },
  };
};
