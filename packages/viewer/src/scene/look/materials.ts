/**
 * Materials: what the shaders are drawn with, and how much of them there is time for.
 */
import { DoubleSide, FrontSide, GLSL3, LessDepth, RawShaderMaterial } from 'three';
import { type Shader, shaders } from './shaders.ts';
import type { Uniforms } from './uniforms.ts';

const shader = (uniforms: Uniforms, { vertex, fragment }: Shader): RawShaderMaterial =>
  new RawShaderMaterial({ glslVersion: GLSL3, uniforms, vertexShader: vertex, fragmentShader: fragment, side: DoubleSide });

const materialNames = ['box', 'solid', 'shell', 'flat', 'veil', 'point', 'backdrop', 'shadow'] as const;
export type Materials = Readonly<Record<(typeof materialNames)[number], RawShaderMaterial>>;

/** What a material is besides what is asked of all of them: `BOTH` is seen from both sides, `SIGNED` draws by what is marked. */
const ownDefines: Readonly<Partial<Record<keyof Materials, Readonly<Record<string, number>>>>> = {
  shell: { BOTH: 1 },
  veil: { SIGNED: 1 },
  point: { SIGNED: 1 },
};

/** What stands is drawn first, then the ground where it is not hidden, and on it what lies there, in its order and without depth: nothing flickers. */
export const createMaterials = (uniforms: Uniforms): Materials => {
  const onGround = { depthWrite: false };
  const { box, solid, flat, veil, point, backdrop, shadow } = shaders;
  const materials = {
    // what is as far away as nothing is is beside the box
    box: Object.assign(shader(uniforms, box), { depthFunc: LessDepth }),
    solid: Object.assign(shader(uniforms, solid), { side: FrontSide }),
    shell: shader(uniforms, solid),
    flat: Object.assign(shader(uniforms, flat), onGround),
    veil: Object.assign(shader(uniforms, veil), { depthWrite: false, transparent: true }),
    point: shader(uniforms, point),
    backdrop: Object.assign(shader(uniforms, backdrop), onGround),
    shadow: shader(uniforms, shadow),
  };
  for (const name of materialNames) materials[name].defines = { ...ownDefines[name] };
  return materials;
};

/** `fine`: with shadows, a sky and lines on the ground; `marked`: some values are out of order, or nothing is known of some twins. */
export type Effort = { readonly fine: boolean; readonly marked: boolean };

export const setEffort = (materials: Materials, { fine, marked }: Effort): void => {
  const defines = { ...(fine && { FINE: 1 }), ...(marked && { MARKED: 1 }) };
  for (const name of materialNames) Object.assign(materials[name], { defines: { ...defines, ...ownDefines[name] }, needsUpdate: true });
};

export const closeMaterials = (materials: Materials): void => {
  for (const name of materialNames) materials[name].dispose();
};
