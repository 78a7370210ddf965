/**
 * Materials: one shader for what has surfaces and one for points. Colour and visibility come from the state texture, light from the slope on the screen.
 */
import { type Color, type DataTexture, DoubleSide, GLSL3, ShaderMaterial, type Vector3 } from 'three';

export type Uniforms = {
  readonly state: { value: DataTexture };
  readonly palette: { value: DataTexture };
  readonly sun: { value: Vector3 };
  readonly sky: { value: Color };
  readonly accent: { value: Color };
  readonly far: { value: number };
  readonly pixels: { value: number };
  readonly anyLit: { value: number };
};

const head = `
precision highp float; precision highp int;
uniform sampler2D state; uniform sampler2D palette; uniform vec3 sun; uniform vec3 sky; uniform vec3 accent; uniform float far; uniform float pixels; uniform float anyLit;
`;

const vertexHead = `${head}
in float row;
flat out ivec4 twin; out vec3 place; out float depth;
bool take() {
  int at = int(row + 0.5);
  twin = ivec4(texelFetch(state, ivec2(at % 1024, at / 1024), 0) * 255.0 + 0.5);
  return (twin.g & 1) == 0;
}
`;

const fragmentHead = `${head}
flat in ivec4 twin; in vec3 place; in float depth; out vec4 colour;
vec3 own() { return texelFetch(palette, ivec2(twin.r + twin.a * 256, 0), 0).rgb; }
vec3 tint(vec3 base) {
  bool lit = (twin.g & 4) != 0; bool selected = (twin.g & 2) != 0;
  vec3 shown = lit || selected ? mix(base, accent, selected ? 0.9 : 0.7) : base;
  return anyLit > 0.5 && !lit && !selected ? mix(shown, sky, 0.35) : shown;
}
vec3 fog(vec3 shade) { return mix(shade, sky, smoothstep(0.55, 1.0, depth / far)); }
`;

const surfaceVertex = `${vertexHead}
void main() {
  vec4 world = modelMatrix * vec4(position, 1.0);
  place = world.xyz;
  vec4 seen = viewMatrix * world;
  depth = -seen.z;
  gl_Position = take() ? projectionMatrix * seen : vec4(2.0, 2.0, 2.0, 1.0);
}
`;

const surfaceFragment = (flat: boolean): string => `${fragmentHead}
void main() {
  vec3 base = own();
  ${
    flat
      ? 'colour = vec4(fog(tint(base)), 1.0);'
      : `vec3 normal = normalize(cross(dFdx(place), dFdy(place)));
  if (dot(normal, cameraPosition - place) < 0.0) normal = -normal;
  float light = 0.62 + 0.34 * max(0.0, dot(normal, sun)) + 0.08 * normal.y;
  float foot = mix(0.9, 1.0, clamp(place.y / 9.0, 0.0, 1.0));
  colour = vec4(fog(tint(base) * light * foot), 1.0);`
  }
}
`;

const pointVertex = `${vertexHead}
in float size; in float metres; in float shape;
flat out int form;
void main() {
  vec4 seen = viewMatrix * modelMatrix * vec4(position + vec3(0.0, metres * 0.35, 0.0), 1.0);
  depth = -seen.z; place = position; form = int(shape + 0.5);
  bool shown = take();
  float wanted = min(size * 1.6, metres * pixels / max(1.0, depth));
  bool marked = (twin.g & 6) != 0;
  gl_PointSize = max(marked ? 13.0 : 1.5, marked ? max(wanted, size * 1.4) : wanted);
  gl_Position = shown && depth > 0.0 ? projectionMatrix * seen : vec4(2.0, 2.0, 2.0, 1.0);
  // signs are seen over the roofs beside them; trees and lamps stand among them
  if (size > 7.5 || marked) gl_Position.z -= 0.02 * gl_Position.w;
}
`;

const pointFragment = `${fragmentHead}
flat in int form;
void main() {
  vec2 at = gl_PointCoord * 2.0 - 1.0;
  float edge = form == 2 ? max(abs(at.x), abs(at.y)) / 0.86 : form == 3 ? abs(at.x) + abs(at.y) : form == 4 ? max(at.y, abs(at.x) * 1.4 - at.y * 0.5 + 0.1) : length(at);
  if (edge > 1.0) discard;
  vec3 base = tint(own());
  bool rim = form > 0 && edge > 0.74;
  colour = vec4(fog(rim ? mix(base, vec3(1.0), 0.82) : base), 1.0);
}
`;

const shader = (uniforms: Uniforms, vertexShader: string, fragmentShader: string) =>
  new ShaderMaterial({ glslVersion: GLSL3, uniforms, vertexShader, fragmentShader, side: DoubleSide });

export type Materials = { readonly solid: ShaderMaterial; readonly flat: ShaderMaterial; readonly point: ShaderMaterial };

/** What lies on the ground is drawn in its order and leaves no depth: nothing flickers where two lie on one another. */
export const createMaterials = (uniforms: Uniforms): Materials => {
  const flat = shader(uniforms, surfaceVertex, surfaceFragment(true));
  Object.assign(flat, { depthWrite: false, depthTest: false });
  return { solid: shader(uniforms, surfaceVertex, surfaceFragment(false)), flat, point: shader(uniforms, pointVertex, pointFragment) };
};
