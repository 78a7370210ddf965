import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { defineLifecycle } from './lifecycle.ts';
import { standsIn } from './trial-state.ts';

const door = defineLifecycle<'OPEN' | 'SHUT' | 'LOCKED' | 'GONE'>('door', 'SHUT', {
  OPEN: ['SHUT'],
  SHUT: ['OPEN', 'LOCKED'],
  LOCKED: ['SHUT', 'GONE'],
  GONE: [],
});

describe('a lifecycle', () => {
  test('is never left, whatever is tried', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...door.states)), (tried) => {
        let state = door.initial;
        for (const wanted of tried) {
          const standing: (typeof door.states)[number] = state;
          const moved = door.move(state, wanted);
          const allowed = wanted === state || door.next[standing].includes(wanted);
          expect(moved.ok).toBe(allowed);
          if (moved.ok) state = moved.value;
        }
        expect(door.states).toContain(state);
      }),
    );
  });

  test('refuses by naming what would be allowed', () => {
    expect(door.move(standsIn('OPEN'), 'GONE')).toEqual({
      ok: false,
      problem: { kind: 'notAllowedInState', subject: 'door', found: 'OPEN to GONE', accepted: 'SHUT' },
    });
    expect(door.move(standsIn('GONE'), 'OPEN')).toMatchObject({ problem: { accepted: 'nothing: it is over' } });
  });

  test('lets everything stay as it is, and knows its end', () => {
    expect(door.states.filter((state) => !door.move(standsIn(state), state).ok)).toEqual([]);
    expect(door.states.filter(door.isFinal)).toEqual(['GONE']);
  });
});
