/**
 * Warming: every shader of a first picture is drawn with once while the city is on its way, a triangle that covers nothing, so that it is compiled when the first tile is here.
 */
import type { OutlineForm } from '@cityweave/core/scene';
import { BufferAttribute, BufferGeometry, type Camera, Group, IntType, Mesh, Points, Sphere, Vector4, type WebGLRenderer } from 'three';
import { createBackdrop } from '../look/backdrop.ts';
import { closeMaterials, createMaterials, type Materials, setEffort } from '../look/materials.ts';
import { createUniforms, emptyTexture } from '../look/uniforms.ts';

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

type Drawing = { readonly renderer: WebGLRenderer; readonly camera: Camera; readonly materials: Materials };

/** Draws the ground and what is of these forms into one pixel of the picture that is there. */
export const warm = ({ renderer, camera, materials }: Drawing, forms: Iterable<OutlineForm>): void => {
  const [geometry, backdrop, group] = [nothing(), createBackdrop(materials), new Group()];
  for (const name of new Set([...forms].map((form) => materialOf[form]))) {
    const mesh = name === 'point' ? new Points(geometry, materials.point) : new Mesh(geometry, materials[name]);
    group.add(Object.assign(mesh, { frustumCulled: false }));
  }
  const [viewport, clears] = [renderer.getViewport(new Vector4()), renderer.autoClear];
  renderer.autoClear = false;
  renderer.setViewport(0, 0, 1, 1);
  renderer.render(group.add(backdrop), camera);
  renderer.setViewport(viewport);
  renderer.autoClear = clears;
  geometry.dispose();
  backdrop.geometry.dispose();
};

/** Before anything is known of the city: what every city has, with shadows or without. Every city of the renderer shares it until it is closed. */
export const warmEarly = (renderer: WebGLRenderer, camera: Camera, fine: boolean): { readonly close: () => void } => {
  const { state, looks, signs } = { state: emptyTexture(1, 1), looks: emptyTexture(1, 1), signs: emptyTexture(1, 1) };
  const materials = createMaterials(createUniforms({ state, looks, signs }));
  setEffort(materials, { fine, marked: false });
  warm({ renderer, camera, materials }, ['prism']);
  for (const texture of [state, looks, signs]) texture.dispose();
  return { close: () => closeMaterials(materials) };
};
