/**
 * Backdrop: the ground to the horizon behind all else.
 */
import { BufferGeometry, Float32BufferAttribute, Mesh } from 'three';
import type { Materials } from './materials.ts';

const ringsOfDisc = [0.35, 0.5, 0.65, 0.8, 1] as const;
const sidesOfDisc = 24;

/** A disc about the eye, in rings, so that it fades towards the horizon; or one triangle over the whole picture. */
export const backdropGeometry = (isFine: boolean): BufferGeometry => {
  const geometry = new BufferGeometry();
  if (isFine) return geometry.setAttribute('position', new Float32BufferAttribute([-1, -1, 0, 3, -1, 0, -1, 3, 0], 3));
  const corners = [0, 0, 0];
  const index: number[] = [];
  for (const [ring, radius] of ringsOfDisc.entries())
    for (let side = 0; side < sidesOfDisc; side += 1) {
      const turn = (side / sidesOfDisc) * 2 * Math.PI;
      corners.push(Math.cos(turn) * radius, Math.sin(turn) * radius, 0);
      const [here, next] = [1 + ring * sidesOfDisc + side, 1 + ring * sidesOfDisc + ((side + 1) % sidesOfDisc)];
      if (ring === 0) index.push(0, here, next);
      else index.push(here - sidesOfDisc, here, next, here - sidesOfDisc, next, next - sidesOfDisc);
    }
  geometry.setAttribute('position', new Float32BufferAttribute(corners, 3)).setIndex(index);
  return geometry;
};

export const createBackdrop = ({ backdrop }: Materials): Mesh =>
  Object.assign(new Mesh(backdropGeometry(false), backdrop), { frustumCulled: false, renderOrder: 1 });
