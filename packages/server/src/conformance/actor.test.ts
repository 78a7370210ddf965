/**
 * Whom the kit plays, as a target on another machine has to reach it.
 */
import { expect, it } from 'vitest';
import { systemDeps } from '../deps.ts';
import { createActor, thisMachine } from './actor.ts';

it.each([{}, { host: 'localhost' }])('an actor is reached where it says that it is: %o', async (reached) => {
  await using actor = await createActor('one', systemDeps(), reached);
  actor.answer(() => ({ heard: true }));
  expect(new URL(actor.endpoint.address).hostname).toBe(reached.host ?? thisMachine);
  const told = await fetch(actor.endpoint.address, { method: 'POST', body: '{}' });
  expect(await told.json()).toEqual({ heard: true });
});
