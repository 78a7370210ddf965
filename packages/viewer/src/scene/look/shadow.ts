/**
 * Shadow: one map of what stands, as the sun sees it, fitted to the view and kept until the sun, the tiles or the place that is looked at have moved.
 */
import {
  DepthTexture,
  type Group,
  LessEqualCompare,
  LinearFilter,
  Matrix4,
  type Mesh,
  OrthographicCamera,
  UnsignedIntType,
  Vector3,
  type WebGLRenderer,
  WebGLRenderTarget,
} from 'three';
import type { View } from '../staged.ts';
import type { Materials } from './materials.ts';
import type { Uniforms } from './uniforms.ts';

export type Shadow = {
  /** Before a frame: draws the map anew where it no longer fits. */
  readonly cast: (renderer: WebGLRenderer, view: View) => void;
  /** What stands is another. */
  readonly spoil: () => void;
  readonly turn: (on: boolean) => void;
  readonly close: () => void;
};

type Room = { readonly uniforms: Uniforms; readonly materials: Materials; readonly solids: Group };

/** as the shader knows it */
const side = 2_048;
const radiusMin = 120;
const radiusMax = 4_000;
/** Share of the distance that the map covers about the place that is looked at, and by which that place may move. */
const coverShare = 1.1;
const moveShare = 0.3;
const sunMovedMin = 0.008;

const toTexture = new Matrix4().makeScale(0.5, 0.5, 0.5).setPosition(0.5, 0.5, 0.5);

type Fit = { readonly centre: Vector3; readonly radius: number; readonly sun: Vector3 };

const fitOf = ({ east, north, distance }: View, sun: Vector3): Fit => ({
  centre: new Vector3(east, 0, -north),
  radius: Math.max(radiusMin, Math.min(radiusMax, distance * coverShare)),
  sun: sun.clone(),
});

const stillFits = (before: Fit, now: Fit): boolean =>
  before.sun.distanceTo(now.sun) < sunMovedMin &&
  before.centre.distanceTo(now.centre) < now.radius * moveShare &&
  Math.abs(Math.log(before.radius / now.radius)) < moveShare;

/** Moved by whole texels of the map, so that edges do not swim. */
const place = (camera: OrthographicCamera, { centre, radius, sun }: Fit): void => {
  Object.assign(camera, { left: -radius, right: radius, top: radius, bottom: -radius, near: 1, far: radius * 6 });
  camera.position
    .copy(sun)
    .multiplyScalar(radius * 3)
    .add(centre);
  camera.lookAt(centre);
  camera.updateProjectionMatrix();
  camera.updateMatrixWorld();
};

export const createShadow = ({ uniforms, materials, solids }: Room): Shadow => {
  const camera = new OrthographicCamera();
  let target: WebGLRenderTarget | undefined;
  let fit: Fit | undefined;
  let on = false;
  const open = (): WebGLRenderTarget => {
    const depthTexture = new DepthTexture(side, side, UnsignedIntType);
    Object.assign(depthTexture, { compareFunction: LessEqualCompare, minFilter: LinearFilter, magFilter: LinearFilter });
    return new WebGLRenderTarget(side, side, { depthTexture, stencilBuffer: false, generateMipmaps: false });
  };
  const draw = (renderer: WebGLRenderer): void => {
    target ??= open();
    const meshes = solids.children as Mesh[]; // branding: only meshes are put into it
    const own = meshes.map(({ material }) => material);
    // nothing may sample the map while it is drawn
    uniforms.shadowMap.value = null;
    for (const mesh of meshes) mesh.material = materials.shadow;
    renderer.setRenderTarget(target);
    renderer.clear(true, true, false);
    renderer.render(solids, camera);
    renderer.setRenderTarget(null);
    for (const [at, mesh] of meshes.entries()) mesh.material = own[at] ?? materials.solid;
    uniforms.shadowMap.value = target.depthTexture;
    uniforms.shadowMatrix.value.copy(toTexture).multiply(camera.projectionMatrix).multiply(camera.matrixWorldInverse);
  };
  return {
    cast: (renderer, view) => {
      if (!on) return;
      const now = fitOf(view, uniforms.sun.value);
      if (fit && stillFits(fit, now)) return;
      fit = now;
      place(camera, now);
      draw(renderer);
    },
    spoil: () => {
      fit = undefined;
    },
    turn: (wanted) => {
      on = wanted;
      fit = undefined;
      uniforms.shadowOn.value = wanted ? 1 : 0;
    },
    close: () => target?.dispose(),
  };
};
