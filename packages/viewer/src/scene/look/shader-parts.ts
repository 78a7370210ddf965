/**
 * Shader parts: what shaders begin with: how a twin's look is taken from the state texture, how shadows fall, and how what is out of order is marked.
 */

export const head = `
precision highp float; precision highp int; precision highp sampler2DShadow;
uniform mat4 modelMatrix, onto; uniform vec3 cameraPosition;
uniform sampler2D state;
uniform vec3 sun, sunlight, skylight, daylight, horizon, zenith, ground, ink; uniform float far, fade, pixels, dpr, contrast;
`;

/**
 * What is the same all over a triangle is flat: it comes from its last corner. `onto` puts a place of the world into the picture, and how far before the eye
 * it is into its last number; a tile's matrix is a step and a place, no turn. The fewer a shader calculates, the sooner it is compiled.
 */
export const vertexHead = `${head}
in ivec4 position; in float high;
flat out vec3 tone;
#if defined(MARKED) || defined(SIGNED)
flat out int mark;
#endif
float hazeOf(float away) { float share = clamp(away * fade - 1.0, 0.0, 1.0); return share * share * (3.0 - 2.0 * share); }
int marks;
bool take() {
  int at = int(modelMatrix[0].w + 0.5) + (position.w & 0xffff) + int(high + 0.5) * 65536;
  vec4 twin = texelFetch(state, ivec2(at & 1023, at >> 10), 0);
  tone = twin.rgb; marks = int(twin.a * 255.0 + 0.5);
#if defined(MARKED) || defined(SIGNED)
  mark = marks;
#endif
  return (marks & 1) == 0;
}
vec3 inWorld() { return vec3(position.xyz) * modelMatrix[0].x + modelMatrix[3].xyz; }
`;

/** `FINE` is for who has time for it: shadows, lines on the ground, a sky. */
export const shadows = `
#ifdef FINE
uniform sampler2DShadow shadowMap; uniform mat4 shadowMatrix; uniform float shadowOn;
float lightAt(vec3 world) {
  if (shadowOn < 0.5) return 1.0;
  vec4 at = shadowMatrix * vec4(world, 1.0);
  if (any(greaterThan(abs(at.xy - 0.5), vec2(0.5))) || at.z > 1.0) return 1.0;
  vec2 texel = vec2(1.0 / 2048.0);
  float sum = 0.0;
  for (int x = 0; x < 2; x++) for (int y = 0; y < 2; y++) sum += texture(shadowMap, vec3(at.xy + (vec2(x, y) - 0.5) * texel * 1.4, at.z - 0.0006));
  vec2 rim = abs(at.xy - 0.5) * 2.0;
  return mix(sum * 0.25, 1.0, smoothstep(0.85, 1.0, max(rim.x, rim.y)));
}
#else
float lightAt(vec3 world) { return 1.0; }
#endif
`;

/** Hatched: no value. Striped: older than allowed. Dotted: its source is silent. Each can be told without colour. */
export const fragmentHead = `${head}
flat in vec3 tone; out vec4 colour;
#if defined(MARKED) || defined(SIGNED)
flat in int mark;
#endif
float stripes(vec2 at, float step) { return smoothstep(0.30, 0.42, abs(fract((at.x + at.y) / step) - 0.5)); }
// without MARKED nothing is out of order, and nobody asks
vec3 marked(vec3 base) {
#ifdef MARKED
  if ((mark & 112) == 0) return base;
  vec2 at = gl_FragCoord.xy / dpr;
  if ((mark & 16) != 0) base = mix(base, ink, 0.22 * stripes(at, 7.0));
  if ((mark & 32) != 0) base = mix(base, ink, 0.34 * stripes(vec2(at.x, -at.y), 9.0));
  if ((mark & 64) != 0) base = mix(mix(base, horizon, 0.45), ink, 0.5 * (1.0 - smoothstep(1.0, 1.7, length(mod(at, 6.0) - 3.0))));
#endif
  return base;
}
`;

/** Where nothing is drawn. */
export const nowhere = 'vec4(2.0, 2.0, 2.0, 1.0)';
