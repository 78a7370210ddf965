/**
 * View: where the eye is, as a place on the ground, a distance, a heading and a tilt; how it moves, and where that puts the camera.
 */
import { bounded, radians, sightOf, type View } from '@cityweave/core/scene/tiles';
import type { PerspectiveCamera } from 'three';

const members = ['east', 'north', 'distance', 'heading', 'tilt'] as const;

export const isSameView = (one: View, other: View): boolean => members.every((name) => one[name] === other[name]);

const tiltLevel = 1;

export const placeCamera = (camera: PerspectiveCamera, view: View): void => {
  const { east, north, distance, heading, tilt } = view;
  const [up, back] = [Math.cos(radians(tilt)) * distance, Math.sin(radians(tilt)) * distance];
  camera.position.set(east - Math.sin(radians(heading)) * back, up, -(north - Math.cos(radians(heading)) * back));
  // straight down there is no up on the ground but where one looks; everywhere else the horizon is level
  if (tilt < tiltLevel) camera.up.set(Math.sin(radians(heading)), 0, -Math.cos(radians(heading)));
  else camera.up.set(0, 1, 0);
  camera.lookAt(east, 0, -north);
  camera.near = Math.max(1, distance / 100);
  camera.far = sightOf(view);
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

const settled = { metresOfDistance: 0.0004, degrees: 0.02 } as const;

/** The shorter way round. */
const turnBetween = (from: number, to: number): number => ((to - from + 540) % 360) - 180;

/** A part of the way from one view to another; the target itself once they can no longer be told apart. */
export const between = (from: View, to: View, share: number): View => {
  const turn = turnBetween(from.heading, to.heading);
  const near =
    Math.hypot(to.east - from.east, to.north - from.north) < to.distance * settled.metresOfDistance &&
    Math.abs(Math.log(to.distance / from.distance)) < settled.metresOfDistance &&
    Math.abs(turn) < settled.degrees &&
    Math.abs(to.tilt - from.tilt) < settled.degrees;
  if (near || share >= 1) return to;
  return bounded({
    east: from.east + (to.east - from.east) * share,
    north: from.north + (to.north - from.north) * share,
    distance: from.distance * (to.distance / from.distance) ** share,
    heading: from.heading + turn * share,
    tilt: from.tilt + (to.tilt - from.tilt) * share,
  });
};
