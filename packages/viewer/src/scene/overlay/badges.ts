/**
 * Badges: groups of points as small discs of the page with their number; the lists say them too.
 */
import { type PerspectiveCamera, Vector3 } from 'three';
import type { PointGroup } from './groups.ts';

export type Badges = {
  readonly set: (groups: readonly PointGroup[]) => void;
  /** Moves them to where they are seen now. */
  readonly place: (camera: PerspectiveCamera, size: { readonly width: number; readonly height: number }) => void;
  readonly close: () => void;
};

const toElement = ({ count }: PointGroup): HTMLElement => {
  const element = document.createElement('span');
  if (count > 1) element.textContent = String(count);
  return element;
};

export const createBadges = (beside: HTMLElement): Badges => {
  const layer = document.createElement('div');
  layer.className = 'scene-badges';
  layer.setAttribute('aria-hidden', 'true');
  beside.after(layer);
  let shown: readonly (readonly [PointGroup, HTMLElement])[] = [];
  const at = new Vector3();
  return {
    set: (groups) => {
      shown = groups.map((group) => [group, toElement(group)]);
      layer.replaceChildren(...shown.map(([, element]) => element));
    },
    place: (camera, { width, height }) => {
      for (const [group, { style }] of shown) {
        at.set(...group.at).project(camera);
        style.visibility = at.z < 1 && Math.abs(at.x) < 1 && Math.abs(at.y) < 1 ? 'visible' : 'hidden';
        style.transform = `translate(${Math.round((at.x * 0.5 + 0.5) * width)}px, ${Math.round((0.5 - at.y * 0.5) * height)}px) translate(-50%, -50%)`;
      }
    },
    close: () => layer.remove(),
  };
};
