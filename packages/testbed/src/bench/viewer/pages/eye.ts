/**
 * Eye: places a camera of three as every contender's.
 */
import type { PerspectiveCamera } from 'three';
import type { Eye } from '../views.ts';

const radians = (degrees: number): number => (degrees * Math.PI) / 180;

/** Looks at the middle: east, up, south. */
export const placeEye = (camera: PerspectiveCamera, { distance, tilt }: Eye, heading: number): void => {
  const back = Math.sin(radians(tilt)) * distance;
  camera.position.set(-Math.sin(radians(heading)) * back, Math.cos(radians(tilt)) * distance, Math.cos(radians(heading)) * back);
  camera.lookAt(0, 0, 0);
  camera.near = Math.max(1, distance / 100);
  camera.far = Math.max(4_000, distance * 8);
  camera.updateProjectionMatrix();
  camera.updateMatrixWorld();
};
