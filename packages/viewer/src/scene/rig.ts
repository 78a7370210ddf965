/**
 * Rig: where the eye is, as a place on the ground, a distance, a heading and a tilt; moved by pointer, wheel, touch and keys.
 */
import type { PerspectiveCamera } from 'three';

export type View = {
  /** metres east and north of the origin */
  readonly east: number;
  readonly north: number;
  readonly distance: number;
  /** degrees clockwise from north */
  readonly heading: number;
  /** degrees from straight down */
  readonly tilt: number;
};

export const viewLimits = { distanceMin: 30, distanceMax: 60_000, tiltMax: 82 } as const;

const tiltLevel = 1;

const radians = (degrees: number): number => (degrees * Math.PI) / 180;

export const bounded = ({ east, north, distance, heading, tilt }: View): View => ({
  east,
  north,
  distance: Math.max(viewLimits.distanceMin, Math.min(viewLimits.distanceMax, distance)),
  heading: ((heading % 360) + 360) % 360,
  tilt: Math.max(0, Math.min(viewLimits.tiltMax, tilt)),
});

export const placeCamera = (camera: PerspectiveCamera, { east, north, distance, heading, tilt }: View): void => {
  const [up, back] = [Math.cos(radians(tilt)) * distance, Math.sin(radians(tilt)) * distance];
  camera.position.set(east - Math.sin(radians(heading)) * back, up, -(north - Math.cos(radians(heading)) * back));
  // straight down there is no up on the ground but where one looks; everywhere else the horizon is level
  if (tilt < tiltLevel) camera.up.set(Math.sin(radians(heading)), 0, -Math.cos(radians(heading)));
  else camera.up.set(0, 1, 0);
  camera.lookAt(east, 0, -north);
  camera.near = Math.max(1, distance / 100);
  camera.far = Math.max(4_000, distance * 8);
  camera.updateProjectionMatrix();
  camera.updateMatrixWorld();
};

/** Moves over the ground by a share of the distance, to the right and forward as the eye looks. */
export const pan = (view: View, right: number, forward: number): View => {
  const [sin, cos] = [Math.sin(radians(view.heading)), Math.cos(radians(view.heading))];
  const [dx, dy] = [right * view.distance, forward * view.distance];
  return bounded({ ...view, east: view.east + dx * cos + dy * sin, north: view.north - dx * sin + dy * cos });
};

const keys: Readonly<Record<string, (view: View) => View>> = {
  ArrowLeft: (view) => pan(view, -0.06, 0),
  ArrowRight: (view) => pan(view, 0.06, 0),
  ArrowUp: (view) => pan(view, 0, 0.06),
  ArrowDown: (view) => pan(view, 0, -0.06),
  '+': (view) => bounded({ ...view, distance: view.distance * 0.85 }),
  '=': (view) => bounded({ ...view, distance: view.distance * 0.85 }),
  '-': (view) => bounded({ ...view, distance: view.distance / 0.85 }),
  q: (view) => bounded({ ...view, heading: view.heading - 8 }),
  e: (view) => bounded({ ...view, heading: view.heading + 8 }),
  r: (view) => bounded({ ...view, tilt: view.tilt + 5 }),
  f: (view) => bounded({ ...view, tilt: view.tilt - 5 }),
};

export const viewAfterKey = (view: View, key: string): View | undefined => keys[key.length === 1 ? key.toLowerCase() : key]?.(view);

type Rigged = { readonly view: () => View; readonly move: (view: View) => void; readonly click: (x: number, y: number) => void; readonly home: () => void };

const clickPixels = 5;

type Drag = { x: number; y: number; moved: number };

const dragged = (view: View, { dx, dy }: { readonly dx: number; readonly dy: number }, turns: boolean): View =>
  turns ? bounded({ ...view, heading: view.heading + dx * 0.3, tilt: view.tilt - dy * 0.25 }) : pan(view, -dx * 0.0009, dy * 0.0012);

const onPointer = (canvas: HTMLCanvasElement, { view, move, click }: Rigged, signal: AbortSignal): void => {
  const pointers = new Map<number, Drag>();
  const spread = (): number => {
    const [a, b] = [...pointers.values()];
    return a && b ? Math.hypot(a.x - b.x, a.y - b.y) : 0;
  };
  const on = (event: PointerEvent): void => {
    const drag = pointers.get(event.pointerId);
    if (!drag) return;
    const before = spread();
    const [dx, dy] = [event.clientX - drag.x, event.clientY - drag.y];
    Object.assign(drag, { x: event.clientX, y: event.clientY, moved: drag.moved + Math.abs(dx) + Math.abs(dy) });
    if (before > 0) move(bounded({ ...view(), distance: (view().distance * before) / Math.max(1, spread()) }));
    else move(dragged(view(), { dx, dy }, event.buttons === 2 || event.shiftKey || event.ctrlKey));
  };
  const down = (event: PointerEvent): void => {
    canvas.setPointerCapture(event.pointerId);
    canvas.focus();
    pointers.set(event.pointerId, { x: event.clientX, y: event.clientY, moved: 0 });
  };
  const up = (event: PointerEvent): void => {
    const drag = pointers.get(event.pointerId);
    pointers.delete(event.pointerId);
    if (drag && drag.moved < clickPixels && event.type === 'pointerup') click(event.offsetX, event.offsetY);
  };
  canvas.addEventListener('pointerdown', down, { signal });
  canvas.addEventListener('pointermove', on, { signal });
  canvas.addEventListener('pointerup', up, { signal });
  canvas.addEventListener('pointercancel', up, { signal });
};

/** Listens on the canvas until the signal says so. */
export const listen = (canvas: HTMLCanvasElement, rigged: Rigged, signal: AbortSignal): void => {
  onPointer(canvas, rigged, signal);
  const wheel = (event: WheelEvent): void => {
    event.preventDefault();
    rigged.move(bounded({ ...rigged.view(), distance: rigged.view().distance * Math.exp(Math.max(-200, Math.min(200, event.deltaY)) * 0.0015) }));
  };
  const key = (event: KeyboardEvent): void => {
    if (event.key === 'Home') rigged.home();
    if (event.key === 'Enter') rigged.click(canvas.clientWidth / 2, canvas.clientHeight / 2);
    const next = event.ctrlKey || event.metaKey || event.altKey ? undefined : viewAfterKey(rigged.view(), event.key);
    if (!next) return;
    event.preventDefault();
    rigged.move(next);
  };
  canvas.addEventListener('wheel', wheel, { signal, passive: false });
  canvas.addEventListener('keydown', key, { signal });
  canvas.addEventListener('contextmenu', (event) => event.preventDefault(), { signal });
};
