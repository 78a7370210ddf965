/**
 * Alarms: a raised ring with a mark of exclamation over every twin whose value is out of bounds: a shape, so that it is seen without colour.
 */
import { BufferGeometry, Color, Float32BufferAttribute, GLSL3, Points, RawShaderMaterial } from 'three';
import type { Uniforms } from '../look/uniforms.ts';

export type Alarms = {
  readonly points: Points;
  /** east, up, south of each */
  readonly set: (places: readonly (readonly [number, number, number])[]) => void;
  readonly close: () => void;
};

/** More than this nobody looks at one by one. */
export const alarmsMax = 2_000;

const vertex = `
precision highp float; uniform mat4 viewMatrix, projectionMatrix; uniform float dpr; in vec3 position;
void main() {
  gl_Position = projectionMatrix * viewMatrix * vec4(position, 1.0);
  gl_Position.z -= 0.03 * gl_Position.w;
  gl_PointSize = 26.0 * dpr;
}
`;

const fragment = `
precision highp float; uniform vec3 alarm; out vec4 colour;
void main() {
  vec2 at = gl_PointCoord * 2.0 - 1.0;
  float away = length(at);
  if (away > 1.0) discard;
  float ring = smoothstep(0.66, 0.72, away) * (1.0 - smoothstep(0.92, 0.98, away));
  float stroke = 1.0 - smoothstep(0.09, 0.14, max(abs(at.x) + at.y * 0.06, abs(at.y + 0.16) - 0.28));
  float dot = 1.0 - smoothstep(0.10, 0.16, length(at - vec2(0.0, 0.40)));
  vec3 paper = mix(vec3(1.0), alarm, ring);
  colour = vec4(mix(paper, alarm * 0.6, max(stroke, dot)), 1.0);
}
`;

export const createAlarms = ({ dpr }: Uniforms): Alarms => {
  const alarm = { value: new Color('#c81e1e').convertLinearToSRGB() };
  const material = new RawShaderMaterial({ glslVersion: GLSL3, uniforms: { dpr, alarm }, vertexShader: vertex, fragmentShader: fragment });
  const points = new Points(new BufferGeometry(), material);
  Object.assign(points, { frustumCulled: false, visible: false, renderOrder: 60 });
  return {
    points,
    set: (places) => {
      points.geometry.dispose();
      const geometry = new BufferGeometry();
      geometry.setAttribute('position', new Float32BufferAttribute(places.slice(0, alarmsMax).flat(), 3));
      Object.assign(points, { geometry, visible: places.length > 0 });
    },
    close: () => {
      points.geometry.dispose();
      material.dispose();
    },
  };
};
