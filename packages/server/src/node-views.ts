/**
 * Views of a node (6.10), read-only, for people and programs of its own agency: a registry shows its entries as its own agency may see them, any other node itself.
 */
import { fail, ok, pageOf, problem, type Result, requestMessage } from '@cityweave/core';
import { newMessageId } from './deps.ts';
import type { ViewName, ViewPage, Views } from './http/views.ts';
import type { Room } from './orchestration/room.ts';
import { createOwnViews } from './orchestration/views.ts';
import type { RegistryAnswers } from './registry/registry.ts';

type Asked = Parameters<Views>[1];
type Asking = { readonly room: Room; readonly registry: RegistryAnswers };

const discovering = { twins: 'registry.discover.digitalTwin', features: 'registry.discover.feature' } as const;

/** As the twin of its own agency would find it, here alone. */
const registered = async ({ room, registry }: Asking, name: keyof typeof discovering, { signal, ...page }: Asked): Promise<Result<ViewPage>> => {
  const row = discovering[name];
  const content = { parameters: { ...page, forwarding: { path: [], hops: 0 } }, objects: [] };
  const [source, destination] = [
    { id: room.self.id, role: 'digitalTwin' as const },
    { id: room.self.id, role: 'registry' as const },
  ];
  const message = requestMessage(row, content, { messageId: newMessageId(room.deps.ids), source, destination, timestamp: room.deps.clock.now() });
  const told = await registry[row](content, { sender: room.self.id, role: 'digitalTwin', message, signal });
  if (!told.ok) return told;
  const { parameters, objects } = told.value.reply;
  return ok({ objects, total: parameters.total, next: parameters.next });
};

/** Undefined `registry`: this node is none. */
export const createViews = (room: Room, { registry, isOpen }: { readonly registry: RegistryAnswers | undefined; readonly isOpen: boolean }): Views => {
  const own = createOwnViews(room);
  return async (name: ViewName, asked) => {
    if (!isOpen) return fail(problem('notAuthenticated', { subject: name, accepted: 'a signed-in application' }));
    if (registry && (name === 'twins' || name === 'features')) return registered({ room, registry }, name, asked);
    const { items, total, next } = pageOf(await own[name](), asked);
    return ok({ objects: items, total, next });
  };
};
