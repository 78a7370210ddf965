/**
 * Warming: every shader that the first picture needs is drawn with once while tiles are on their way, a triangle that covers nothing, so that it is compiled when they are here.
 */
import type { OutlineForm } from '@cityweave/core/scene';
import { BufferAttribute, BufferGeometry, Group, IntType, Mesh, type PerspectiveCamera, Points, Sphere, Vector4, type WebGLRenderer } from 'three';
import type { Materials } from '../look/materials.ts';

/** With the attributes of drawn tiles, in their types: else it would be another shader. */
const nothing = (): BufferGeometry => {
  const geometry = new BufferGeometry();
  geometry.setAttribute('position', Object.assign(new BufferAttribute(new Int16Array(12), 4), { gpuType: IntType }));
  geometry.setAttribute('facing', new BufferAttribute(new Int8Array(6), 2, true));
  geometry.setAttribute('kind', new BufferAttribute(new Uint16Array(3), 1));
  geometry.setIndex(new BufferAttribute(new Uint16Array(3), 1));
  geometry.boundingSphere = new Sphere();
  return geometry;
};

const materialOf = { prism: 'solid', area: 'flat', line: 'flat', point: 'point' } as const;

type Warmed = { readonly renderer: WebGLRenderer; readonly camera: PerspectiveCamera; readonly materials: Materials };

/** For what is of these forms. Draws into one pixel and leaves it as it is. */
export const warm = ({ renderer, camera, materials }: Warmed, forms: Iterable<OutlineForm>): void => {
  const geometry = nothing();
  const group = new Group();
  for (const name of new Set([...forms].map((form) => materialOf[form]))) {
    const mesh = name === 'point' ? new Points(geometry, materials.point) : new Mesh(geometry, materials[name]);
    group.add(Object.assign(mesh, { frustumCulled: false }));
  }
  const [viewport, clears] = [renderer.getViewport(new Vector4()), renderer.autoClear];
  renderer.autoClear = false;
  renderer.setViewport(0, 0, 1, 1);
  renderer.render(group, camera);
  renderer.setViewport(viewport);
  renderer.autoClear = clears;
  geometry.dispose();
};
