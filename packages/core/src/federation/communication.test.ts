import { describe, expect, it, test } from 'vitest';
import { addMs, instantOfMs } from '../ground/instant.ts';
import { limits } from '../ground/limits.ts';
import { standsIn } from '../ground/trial-state.ts';
import {
  adaptCommunication,
  type Communication,
  communicationLifecycle,
  figuresOf,
  isUsableLink,
  type Passed,
  stateByMember,
  unused,
  withMessage,
} from './communication.ts';
import { memberLifecycle } from './member.ts';

test('a connection that is closed or failed stays so; an interrupted one can come back', () => {
  expect(communicationLifecycle.states.filter(communicationLifecycle.isFinal)).toEqual(['CLOSED', 'FAILED']);
  expect([communicationLifecycle.move(standsIn('INTERRUPTED'), 'CONNECTED').ok, communicationLifecycle.move(standsIn('CLOSED'), 'CONNECTED').ok]).toEqual([
    true,
    false,
  ]);
});

test('over a bridge a connection that is asked for again stands as it stood, and is not begun anew once it is over', () => {
  const adapted = communicationLifecycle.states.map((state) => {
    const moved = adaptCommunication({ state: standsIn(state) } as Communication, instantOfMs(0)); // branding: nothing else of it is looked at
    return moved.ok ? moved.value.state : moved.problem.kind;
  });
  const refused = 'notAllowedInState';
  expect(adapted).toEqual(['ADAPTING', 'ADAPTING', 'CONNECTED', 'INTERRUPTED', refused, refused, refused]);
});

test('a connection stands for its consumer as the member at its other end, and is asked until it is closed', () => {
  const states = memberLifecycle.states.flatMap((state) => stateByMember({ state }) ?? []);
  expect(states).toEqual(['CONNECTED', 'INTERRUPTED', 'CLOSING']);
  expect(states.map((state) => isUsableLink({ state: standsIn(state) }))).toEqual([true, false, true]);
});

describe('the figures of a link', () => {
  const at = (seconds: number) => addMs(instantOfMs(0), 1_000 * seconds);
  const after = (passed: readonly Passed[]) => passed.reduce(withMessage, unused);

  it('tell how long answers took, how many came in the last minute, what was lost and why', () => {
    const answered = Array.from({ length: 100 }, (_, n): Passed => ({ at: at(n), ms: 100 - n }));
    const use = after([...answered, { at: at(100), ms: 800, code: 'DTF-502' }, { at: at(101), ms: 800, code: 'DTF-502' }]);
    expect(figuresOf(use, at(110))).toEqual({
      latency: { p50Ms: 50, p95Ms: 95 },
      throughput: { messagesPerMinute: 50 },
      ...{ messages: 102, lost: 2, errors: ['DTF-502'], lastMessageAt: at(99) },
    });
    expect(figuresOf(unused, at(0))).toEqual({ throughput: { messagesPerMinute: 0 }, messages: 0, lost: 0, errors: [] });
  });

  it('are made of the last linkMessagesMax messages, and told by the minute where those came faster', () => {
    const { linkMessagesMax: most } = limits;
    const steady = (count: number) => Array.from({ length: count }, (_, n): Passed => ({ at: at(0), ms: n }));
    expect(figuresOf(after([{ at: at(0), ms: 5_000 }, ...steady(most - 1)]), at(10)).latency?.p95Ms).toBeGreaterThan(0);
    const use = after([{ at: at(0), ms: 5_000, code: 'DTF-502' }, ...steady(most)]);
    expect([use.recent.length, use.messages, use.lost]).toEqual([most, most + 1, 1]);
    expect(figuresOf(use, at(10))).toMatchObject({ throughput: { messagesPerMinute: 6 * most }, errors: [] });
  });
});
