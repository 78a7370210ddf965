import { describe, expect, it } from 'vitest';
import { createFingers } from './fingers.ts';

const at = (pointerId: number, clientX: number, button = 0) => ({ pointerId, button, clientX, clientY: 100 });

describe('a click', () => {
  it('is of one finger that rests, about', () => {
    const fingers = createFingers();
    fingers.down(at(1, 100));
    fingers.move(at(1, 104));
    expect(fingers.up(at(1, 104))).toBe(true);
    fingers.down(at(1, 100));
    fingers.move(at(1, 105));
    expect(fingers.up(at(1, 105))).toBe(false);
  });
  it('is none of the fingers of a pinch, also where the first one rests and is up last', () => {
    const fingers = createFingers();
    fingers.down(at(1, 100));
    fingers.down(at(2, 200));
    expect(fingers.grip()?.spread).toBe(100);
    expect(fingers.move(at(2, 260))).toEqual({ dx: 60, dy: 0 });
    expect(fingers.grip()?.spread).toBe(160);
    expect([fingers.up(at(2, 260)), fingers.up(at(1, 100))]).toEqual([false, false]);
    fingers.down(at(3, 100));
    expect(fingers.up(at(3, 100))).toBe(true);
  });
  it('is of the main button alone: another one only turns', () => {
    const fingers = createFingers();
    fingers.down(at(1, 100, 2));
    expect(fingers.up(at(1, 100))).toBe(false);
  });
  it('is none where nothing was pressed', () => {
    const fingers = createFingers();
    expect([fingers.move(at(1, 100)), fingers.up(at(1, 100)), fingers.grip()]).toEqual([undefined, false, undefined]);
  });
});
