import { expect, test } from 'vitest';
import { standsIn } from '../ground/trial-state.ts';
import { communicationLifecycle } from './communication.ts';

test('a connection that is closed or failed stays so; an interrupted one can come back', () => {
  expect(communicationLifecycle.states.filter(communicationLifecycle.isFinal)).toEqual(['CLOSED', 'FAILED']);
  expect([communicationLifecycle.move(standsIn('INTERRUPTED'), 'CONNECTED').ok, communicationLifecycle.move(standsIn('CLOSED'), 'CONNECTED').ok]).toEqual([
    true,
    false,
  ]);
});
