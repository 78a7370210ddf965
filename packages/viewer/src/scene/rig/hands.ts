/**
 * Hands: what a person does to the view by mouse, touch and keys: drag, wheel, pinch, turn with two fingers, click and hover.
 */
import { bounded } from '@cityweave/core/scene/tiles';
import type { View } from '../staged.ts';
import { createFingers, type Grip, type Step } from './fingers.ts';
import { pan, viewAfterKey } from './view.ts';

export type Held = {
  readonly view: () => View;
  readonly move: (view: View) => void;
  readonly click: (x: number, y: number) => void;
  readonly hover: (x: number, y: number) => void;
  /** what a key picks */
  readonly pickAimed: () => void;
  readonly home: () => void;
};

const hoverEveryMs = 80;

const turned = (view: View, { dx, dy }: Step): View => bounded({ ...view, heading: view.heading + dx * 0.3, tilt: view.tilt - dy * 0.25 });

/** Of the distance, how much ground the height of the picture shows when one looks straight down; and how flat it is seen at most. */
const groundShare = 0.667;
const flattest = 0.35;

/** The ground under the finger stays there, about. */
const dragged = (view: View, { dx, dy }: Step, height: number): View =>
  pan(view, (-dx * groundShare) / height, (dy * groundShare) / height / Math.max(flattest, Math.cos((view.tilt * Math.PI) / 180)));

/** Two fingers: apart is nearer, round is turning, up and down together is tilting. */
export const gripped = (view: View, before: Grip, after: Grip): View => {
  const turn = ((after.angle - before.angle + 540) % 360) - 180;
  return bounded({
    ...view,
    distance: (view.distance * before.spread) / Math.max(1, after.spread),
    heading: view.heading - turn,
    tilt: view.tilt - (after.y - before.y) * 0.2,
  });
};

const onPointer = (canvas: HTMLCanvasElement, held: Held, signal: AbortSignal): void => {
  const { view, move, click, hover } = held;
  const fingers = createFingers();
  let hoveredMs = 0;
  const look = (event: PointerEvent): void => {
    if (event.pointerType === 'touch' || event.timeStamp - hoveredMs < hoverEveryMs) return;
    hoveredMs = event.timeStamp;
    hover(event.offsetX, event.offsetY);
  };
  const on = (event: PointerEvent): void => {
    const before = fingers.grip();
    const step = fingers.move(event);
    if (!step) {
      look(event);
      return;
    }
    const after = fingers.grip();
    if (before && after) move(gripped(view(), before, after));
    else move(event.buttons === 2 || event.shiftKey || event.ctrlKey ? turned(view(), step) : dragged(view(), step, canvas.clientHeight));
  };
  const down = (event: PointerEvent): void => {
    canvas.setPointerCapture(event.pointerId);
    canvas.focus();
    fingers.down(event);
  };
  const up = (event: PointerEvent): void => {
    if (fingers.up(event) && event.type === 'pointerup') click(event.offsetX, event.offsetY);
  };
  canvas.addEventListener('pointerdown', down, { signal });
  canvas.addEventListener('pointermove', on, { signal });
  canvas.addEventListener('pointerup', up, { signal });
  canvas.addEventListener('pointercancel', up, { signal });
  canvas.addEventListener('pointerleave', () => hover(-1, -1), { signal });
};

const onWheel = (canvas: HTMLCanvasElement, { view, move }: Held, signal: AbortSignal): void => {
  const wheel = (event: WheelEvent): void => {
    event.preventDefault();
    const steps = event.deltaY * (event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1);
    move(bounded({ ...view(), distance: view().distance * Math.exp(Math.max(-200, Math.min(200, steps)) * 0.0015) }));
  };
  canvas.addEventListener('wheel', wheel, { signal, passive: false });
};

/** Listens on the canvas until the signal says so. */
export const listen = (canvas: HTMLCanvasElement, held: Held, signal: AbortSignal): void => {
  onPointer(canvas, held, signal);
  onWheel(canvas, held, signal);
  const key = (event: KeyboardEvent): void => {
    if (event.key === 'Home') held.home();
    if (event.key === 'Enter') held.pickAimed();
    const next = event.ctrlKey || event.metaKey || event.altKey ? undefined : viewAfterKey(held.view(), event.key);
    if (!next) return;
    event.preventDefault();
    held.move(next);
  };
  canvas.addEventListener('keydown', key, { signal });
  canvas.addEventListener('contextmenu', (event) => event.preventDefault(), { signal });
};
