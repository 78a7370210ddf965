import { expect, test } from 'vitest';
import { standsIn } from '../ground/trial-state.ts';
import { communicationLifecycle, isUsableLink, stateByMember } from './communication.ts';
import { memberLifecycle } from './member.ts';

test('a connection that is closed or failed stays so; an interrupted one can come back', () => {
  expect(communicationLifecycle.states.filter(communicationLifecycle.isFinal)).toEqual(['CLOSED', 'FAILED']);
  expect([communicationLifecycle.move(standsIn('INTERRUPTED'), 'CONNECTED').ok, communicationLifecycle.move(standsIn('CLOSED'), 'CONNECTED').ok]).toEqual([
    true,
    false,
  ]);
});

test('a direct connection stands as the member at its other end, and is asked until it is closed', () => {
  const states = memberLifecycle.states.flatMap((state) => stateByMember({ state }) ?? []);
  expect(states).toEqual(['CONNECTED', 'INTERRUPTED', 'CLOSING']);
  expect(states.map((state) => isUsableLink({ state: standsIn(state) }))).toEqual([true, false, true]);
});
