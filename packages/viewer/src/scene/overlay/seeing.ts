/**
 * Seeing: where in the picture a place of the city is seen, what is under way where it is now.
 */
import { type PerspectiveCamera, Vector3 } from 'three';
import type { GroupPlace } from './groups.ts';

/** Metres east and north by which a twin is seen elsewhere than it is. */
export type AwayOf = (row: number) => readonly [east: number, north: number];

/** In shares of the picture, from its left and its top. */
export type SeenAt = { readonly x: number; readonly y: number; readonly isBefore: boolean };

export type Size = { readonly width: number; readonly height: number };

const at = new Vector3();

export const seeFrom = (camera: PerspectiveCamera, [x, y, z]: GroupPlace, [east, north]: readonly [number, number] = [0, 0]): SeenAt => {
  at.set(x + east, y, z - north).project(camera);
  return { x: at.x * 0.5 + 0.5, y: 0.5 - at.y * 0.5, isBefore: at.z < 1 };
};

export const isInPicture = ({ x, y, isBefore }: SeenAt): boolean => isBefore && x > 0 && x < 1 && y > 0 && y < 1;
