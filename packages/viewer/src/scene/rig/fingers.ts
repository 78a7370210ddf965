/**
 * Fingers: what lies on the canvas and where, and which of it was a click.
 */

type Finger = { x: number; y: number; moved: number };
export type Step = { readonly dx: number; readonly dy: number };
export type Grip = { readonly spread: number; readonly angle: number; readonly x: number; readonly y: number };

/** What moved farther has dragged. */
const clickPixels = 5;

const gripOf = ([a, b]: readonly Finger[]): Grip | undefined =>
  a && b
    ? { spread: Math.hypot(a.x - b.x, a.y - b.y), angle: (Math.atan2(b.y - a.y, b.x - a.x) * 180) / Math.PI, x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 }
    : undefined;

type Press = { readonly pointerId: number; readonly button: number; readonly clientX: number; readonly clientY: number };
type Touch = Omit<Press, 'button'>;

/** A click is of one finger or of the main button, which rests, and never of one of several until all are up. */
export const createFingers = () => {
  const held = new Map<number, Finger>();
  let mayClick = false;
  return {
    /** of the first two */
    grip: (): Grip | undefined => gripOf([...held.values()]),
    down: ({ pointerId, button, clientX: x, clientY: y }: Press): void => {
      held.delete(pointerId);
      mayClick = held.size === 0 && button === 0;
      held.set(pointerId, { x, y, moved: 0 });
    },
    /** how far it went; undefined of what only hovers */
    move: ({ pointerId, clientX: x, clientY: y }: Touch): Step | undefined => {
      const finger = held.get(pointerId);
      if (!finger) return undefined;
      const step = { dx: x - finger.x, dy: y - finger.y };
      held.set(pointerId, { x, y, moved: finger.moved + Math.abs(step.dx) + Math.abs(step.dy) });
      return step;
    },
    /** whether that was a click */
    up: ({ pointerId }: Pick<Press, 'pointerId'>): boolean => {
      const finger = held.get(pointerId);
      held.delete(pointerId);
      return mayClick && finger !== undefined && finger.moved < clickPixels;
    },
  };
};
