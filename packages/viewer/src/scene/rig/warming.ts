/**
 * Warming: shaders are compiled while the city is on its way, and each of a first picture is drawn with once, a triangle that covers nothing, before its first tile is here.
 */
import type { OutlineForm } from '@cityweave/core/scene';
import {
  BufferAttribute,
  BufferGeometry,
  type Camera,
  Group,
  InterleavedBuffer,
  InterleavedBufferAttribute,
  IntType,
  Mesh,
  Points,
  Sphere,
  type WebGLRenderer,
  WebGLRenderTarget,
} from 'three';
import { createBackdrop } from '../look/backdrop.ts';
import { closeMaterials, createMaterials, type Materials, setEffort } from '../look/materials.ts';
import { createUniforms, emptyTexture } from '../look/uniforms.ts';

/** With the attributes of drawn tiles, in their types: else it would be another shader. */
const nothing = (): BufferGeometry => {
  const geometry = new BufferGeometry();
  geometry.setAttribute('position', Object.assign(new BufferAttribute(new Int16Array(12), 4), { gpuType: IntType }));
  geometry.setAttribute('facing', new BufferAttribute(new Int8Array(12), 4, true));
  geometry.setAttribute('kind', new BufferAttribute(new Uint16Array(3), 1));
  geometry.setIndex(new BufferAttribute(new Uint16Array(3), 1));
  geometry.boundingSphere = new Sphere();
  return geometry;
};

const noBox = (): BufferGeometry => {
  const [geometry, both] = [new BufferGeometry(), new InterleavedBuffer(new Int16Array(8), 8)];
  for (const [at, name] of ['position', 'extent'].entries())
    geometry.setAttribute(name, Object.assign(new InterleavedBufferAttribute(both, 4, at * 4), { gpuType: IntType }));
  geometry.boundingSphere = new Sphere();
  return geometry;
};

type Nothing = { readonly geometry: BufferGeometry; readonly box: BufferGeometry };

const materialOf = { prism: 'solid', area: 'flat', line: 'flat', point: 'point' } as const;

type Drawing = { readonly renderer: WebGLRenderer; readonly camera: Camera; readonly materials: Materials };
/** `ground`: what of it fades is seen; `boxes`: what stands far away is drawn as such. */
type Drawn = { readonly forms: Iterable<OutlineForm>; readonly boxes: boolean; readonly ground: boolean };

const groupOf = (materials: Materials, { geometry, box }: Nothing, { forms, boxes, ground }: Drawn): Group => {
  const group = new Group();
  for (const name of new Set([...forms].map((form) => materialOf[form]))) {
    const mesh = name === 'point' ? new Points(geometry, materials.point) : new Mesh(geometry, materials[name]);
    group.add(Object.assign(mesh, { frustumCulled: false }));
  }
  if (boxes) group.add(Object.assign(new Points(box, materials.box), { frustumCulled: false }));
  return ground ? group.add(createBackdrop(materials)) : group;
};

/** What is drawn beside the picture is put off by the renderer until something of it is wanted: a pixel, for which nobody waits. */
const sendOff = (gl: WebGL2RenderingContext): void => {
  const pixel = gl.createBuffer();
  gl.bindBuffer(gl.PIXEL_PACK_BUFFER, pixel);
  gl.bufferData(gl.PIXEL_PACK_BUFFER, 4, gl.STREAM_READ);
  gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, 0);
  gl.bindBuffer(gl.PIXEL_PACK_BUFFER, null);
  gl.deleteBuffer(pixel);
  gl.flush();
};

/**
 * Beside the picture: one that is on the screen would be shown anew for it. It has the picture's form, a stencil with its depths,
 * as a browser without a graphics card compiles shaders for the form that they draw into.
 */
export const warm = ({ renderer, camera, materials }: Drawing, drawn: Drawn): void => {
  const target = new WebGLRenderTarget(1, 1, { stencilBuffer: true });
  const group = groupOf(materials, { geometry: nothing(), box: noBox() }, drawn);
  renderer.setRenderTarget(target);
  renderer.render(group, camera);
  sendOff(renderer.getContext() as WebGL2RenderingContext); // branding: three asks for no other
  renderer.setRenderTarget(null);
  for (const { geometry: own } of group.children as Mesh[]) own.dispose(); // branding: only meshes are put into it
  target.dispose();
};

/** How a first picture is drawn: with shadows or without, and what is far as boxes or not. */
export type Beginning = { readonly fine: boolean; readonly boxes: boolean };

/**
 * Before anything is known of the city: compiling begins of what every city has. Every city of the renderer shares it until it is closed.
 * Nobody waits for it: whether it was taken is asked when it has been drawn with.
 */
export const warmEarly = (renderer: WebGLRenderer, camera: Camera, { fine, boxes }: Beginning): { readonly close: () => void } => {
  renderer.debug.checkShaderErrors = false;
  // asked for the first time while shaders are compiled, the page would wait for them
  renderer.capabilities.getMaxAnisotropy();
  const { state, looks, signs } = { state: emptyTexture(1, 1), looks: emptyTexture(1, 1), signs: emptyTexture(1, 1) };
  const materials = createMaterials(createUniforms({ state, looks, signs }));
  setEffort(materials, { fine, marked: false });
  const nowhere = new BufferGeometry();
  const drawn: Drawn = { forms: ['prism'], boxes, ground: fine };
  let isClosed = false;
  void renderer
    .compileAsync(groupOf(materials, { geometry: nowhere, box: nowhere }, drawn), camera)
    .then(() => isClosed || warm({ renderer, camera, materials }, drawn));
  // else all of it waits in the page until something is drawn
  renderer.getContext().flush();
  const close = (): void => {
    isClosed = true;
    closeMaterials(materials);
  };
  return { close };
};
