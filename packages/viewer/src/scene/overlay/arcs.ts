/**
 * Arcs: links between twins as ribbons over the city, one draw for all; ends in the colours of the two agencies, direction told by taper.
 */
import { Color, DoubleSide, Float32BufferAttribute, GLSL3, InstancedBufferAttribute, InstancedBufferGeometry, Mesh, RawShaderMaterial } from 'three';
import type { Uniforms } from '../look/uniforms.ts';

export type DrawnArc = {
  /** east, up, south */
  readonly from: readonly [number, number, number];
  readonly to: readonly [number, number, number];
  readonly colours: readonly [string, string];
  /** 0 to 1 */
  readonly strength: number;
};

export type Arcs = { readonly mesh: Mesh; readonly draw: (arcs: readonly DrawnArc[]) => void; readonly close: () => void };

const segments = 24;
/** More than this nobody follows. */
export const arcsMax = 2_000;

const vertex = `
precision highp float;
uniform mat4 viewMatrix, projectionMatrix; uniform vec2 size; uniform float dpr, contrast;
in vec3 position; in vec3 start; in vec3 end; in vec3 first; in vec3 last; in float strength;
out vec3 shade; out float across;
vec3 at(float t) {
  float rise = min(distance(start, end) / 3.0, 400.0);
  return mix(start, end, t) + vec3(0.0, rise * 4.0 * t * (1.0 - t), 0.0);
}
vec4 seen(float t) { return projectionMatrix * viewMatrix * vec4(at(t), 1.0); }
void main() {
  vec4 here = seen(position.x); vec4 ahead = seen(min(1.0, position.x + 0.02)); vec4 behind = seen(max(0.0, position.x - 0.02));
  vec2 along = (ahead.xy / max(0.001, ahead.w) - behind.xy / max(0.001, behind.w)) * size;
  vec2 aside = normalize(vec2(-along.y, along.x) + 1e-6);
  float wide = (1.2 + 2.2 * strength + contrast) * mix(1.5, 0.7, position.x) * dpr;
  here.xy += aside * position.y * wide / size * 2.0 * here.w;
  shade = mix(first, last, position.x); across = position.y;
  gl_Position = here;
}
`;

const fragment = `
precision highp float; in vec3 shade; in float across; out vec4 colour;
void main() { colour = vec4(shade, 0.92 * smoothstep(1.0, 0.6, abs(across))); }
`;

const ribbon = (): InstancedBufferGeometry => {
  const geometry = new InstancedBufferGeometry();
  const places = Array.from({ length: segments + 1 }, (_, at) => [at / segments, -1, 0, at / segments, 1, 0]).flat();
  const index = Array.from({ length: segments }, (_, at) => [at * 2, at * 2 + 1, at * 2 + 2, at * 2 + 2, at * 2 + 1, at * 2 + 3]).flat();
  geometry.setAttribute('position', new Float32BufferAttribute(places, 3));
  geometry.setIndex(index);
  return geometry;
};

const asGiven = (colour: string): number[] => new Color(colour).convertLinearToSRGB().toArray();

export const createArcs = ({ size, dpr, contrast }: Uniforms): Arcs => {
  const material = new RawShaderMaterial({ glslVersion: GLSL3, uniforms: { size, dpr, contrast }, vertexShader: vertex, fragmentShader: fragment });
  Object.assign(material, { side: DoubleSide, transparent: true, depthWrite: false });
  const mesh = new Mesh(ribbon(), material);
  Object.assign(mesh, { frustumCulled: false, visible: false, renderOrder: 50 });
  return {
    mesh,
    draw: (all) => {
      const arcs = all.slice(0, arcsMax);
      mesh.geometry.dispose();
      const geometry = ribbon();
      const put = (name: string, width: number, of: (arc: DrawnArc) => readonly number[]): void =>
        void geometry.setAttribute(name, new InstancedBufferAttribute(Float32Array.from(arcs.flatMap(of)), width));
      put('start', 3, ({ from }) => from);
      put('end', 3, ({ to }) => to);
      put('first', 3, ({ colours }) => asGiven(colours[0]));
      put('last', 3, ({ colours }) => asGiven(colours[1]));
      put('strength', 1, ({ strength }) => [strength]);
      geometry.instanceCount = arcs.length;
      Object.assign(mesh, { geometry, visible: arcs.length > 0 });
    },
    close: () => {
      mesh.geometry.dispose();
      material.dispose();
    },
  };
};
