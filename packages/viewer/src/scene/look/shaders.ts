/**
 * Shaders: of what stands, lies, covers and points, and of the ground and the sky behind all of it.
 * Colour and visibility come from the state texture, light from the way a triangle faces, the row of a tile's first twin from its matrix.
 */

import { pointAboveShare } from '../look.ts';
import { fragmentHead, head, nowhere, shadows, vertexHead } from './shader-parts.ts';

export type Shader = { readonly vertex: string; readonly fragment: string };

/** Where nobody has time for more, light and haze are worked out by the corner, and told in as few numbers as will do; there is less light at a foot. */
const solidVertex = `${vertexHead}
in vec3 facing;
#ifdef FINE
flat out vec3 normal; out vec3 place; out float haze;
#else
out float foot;
#endif
void main() {
  bool shown = take();
  vec3 world = inWorld();
  vec4 seen = onto * vec4(world, 1.0);
  float away = hazeOf(seen.w);
#ifdef FINE
  normal = normalize(facing); place = world; haze = away;
#else
  vec3 way = facing;
#ifdef BOTH
  if (dot(way, cameraPosition - world) < 0.0) way = -way;
#endif
  tone = mix(tone * (skylight * (0.82 + 0.18 * way.y) + sunlight * max(0.0, dot(way, sun))), horizon, away);
  foot = mix(0.87 + 0.13 * min(1.0, world.y * 0.09), 1.0, away);
#endif
  gl_Position = shown ? seen : ${nowhere};
}
`;

const solidFragment = `${fragmentHead}${shadows}
#ifdef FINE
flat in vec3 normal; in vec3 place; in float haze;
#else
in float foot;
#endif
void main() {
#ifdef FINE
  vec3 way = normal;
#ifdef BOTH
  if (!gl_FrontFacing) way = -way;
#endif
  float facing = max(0.0, dot(way, sun));
  if (facing > 0.0) facing *= lightAt(place + way * 0.35);
  float dark = 0.84 + 0.16 * min(1.0, place.y * 0.09);
  vec3 shade = marked(tone) * (skylight * ((0.82 + 0.18 * way.y) * dark) + sunlight * facing);
  if (contrast > 0.5) shade = mix(shade, ink, smoothstep(0.55, 0.3, dot(way, normalize(cameraPosition - place))) * 0.35);
  colour = vec4(mix(shade, horizon, haze), 1.0);
#else
  colour = vec4(marked(tone * foot), 1.0);
#endif
}
`;

/**
 * A box is looked for in a square about it, in pixels of the picture. A way of the eye meets the plane of its roof, then goes down to that of the ground: `enter` and `leave`
 * are how far down it is within the sides and within those across, 0 at the roof and 1 at the ground. From as far away as boxes are drawn, the eye looks the same way at all of one.
 * As the horizon is level, a roof is as far away all along a line of the picture. Beside the box a pixel is as far away as nothing is, which is never drawn:
 * that costs less than to discard it. `tones`: roof, sides along and sides across, a byte a colour, above them by how much a foot is darker: the fewer numbers a box
 * has, the sooner it is drawn.
 */
const boxVertex = `${vertexHead}
in ivec4 extent;
uniform mat4 onScreen; uniform vec2 size;
flat out vec4 ways, reach; flat out vec3 depths; flat out ivec3 tones;
int bytesOf(vec3 shade) { ivec3 of = ivec3(min(shade, vec3(1.0)) * 255.0 + 0.5); return of.r | of.g << 8 | of.b << 16; }
void main() {
  bool shown = take();
  vec3 roof = inWorld(); vec3 half3 = vec3(extent.xyz) * modelMatrix[0].x;
  vec2 along = half3.xz * inversesqrt(dot(half3.xz, half3.xz)); vec2 over = vec2(-along.y, along.x);
  vec4 high = onScreen * vec4(roof, 1.0); vec4 low = high - onScreen[1] * roof.y;
  vec4 side = onScreen[0] * half3.x + onScreen[2] * half3.z;
  vec4 across = (onScreen[0] * over.x + onScreen[2] * over.y) * half3.y;
  vec3 top = high.xyz / high.w; vec3 base = low.xyz / low.w; vec3 fall = top - base;
  vec3 u = (side.xyz - top * side.w) / high.w; vec3 v = (across.xyz - top * across.w) / high.w;
  vec4 back = vec4(v.y, -v.x, -u.y, u.x) / (u.x * v.y - u.y * v.x);
  vec2 down = vec2(dot(back.xy, fall.xy), dot(back.zw, fall.xy));
  down = mix(vec2(1e-4), down, greaterThan(abs(down), vec2(1e-4)));
  ways = back / down.xxyy;
  vec2 middle = vec2(dot(ways.xy, top.xy), dot(ways.zw, top.xy));
  reach = vec4(middle - 1.0 / abs(down), 2.0 / abs(down));
  float lean = u.z * back.y + v.z * back.w;
  depths = vec3(top.z - lean * top.y, lean, lean * fall.y - fall.z);
  vec2 wide = abs(u.xy) + abs(v.xy);
  vec2 from = max(min(top, base).xy - wide, 0.0); vec2 to = min(max(top, base).xy + wide, size);
  gl_PointSize = max(to.x - from.x, to.y - from.y);
  bool drawn = shown && low.w > abs(side.w) + abs(across.w) && all(lessThan(from, to));
  gl_Position = drawn ? vec4((from + to) / size - 1.0, 0.0, 1.0) : ${nowhere};
  float away = hazeOf(low.w);
  float head = 0.13 * min(1.0, roof.y * 0.09) * (1.0 - away); float whole = 0.87 + 0.13 * away + head;
  vec3 own = tone * ((1.0 - away) * whole); vec3 air = horizon * (away * whole);
  vec2 lit = max(vec2(0.0), -sign(down) * vec2(dot(along, sun.xz), dot(over, sun.xz)));
  vec3 sky = skylight * 0.82;
  int foot = int(head / whole * 600.0 + 0.5) << 24;
  tones.x = bytesOf(own * (skylight + sunlight * max(0.0, sun.y)) + air);
  tones.y = bytesOf(own * (sky + sunlight * lit.x) + air) | foot;
  tones.z = bytesOf(own * (sky + sunlight * lit.y) + air) | foot;
}
`;

const boxFragment = `${fragmentHead}
flat in vec4 ways, reach; flat in vec3 depths; flat in ivec3 tones;
void main() {
  vec2 enter = reach.xy - ways.xz * gl_FragCoord.x - ways.yw * gl_FragCoord.y; vec2 leave = enter + reach.zw;
  float down = max(max(enter.x, enter.y), 0.0);
  float away = depths.x + depths.y * gl_FragCoord.y + depths.z * down;
  gl_FragDepth = down > min(min(leave.x, leave.y), 1.0) ? 1.0 : away;
  int shade = down > 0.0 ? (enter.x > enter.y ? tones.y : tones.z) : tones.x;
  vec3 own = vec3(shade & 255, (shade >> 8) & 255, (shade >> 16) & 255);
  colour = vec4(marked(own * ((1.0 - float(shade >> 24) * down / 600.0) / 255.0)), 1.0);
}
`;

const flatVertex = (lift: string): string => `${vertexHead}
out vec3 place; out float depth; out float haze;
void main() {
  place = inWorld(); ${lift}
  vec4 seen = onto * vec4(place, 1.0);
  depth = seen.w; haze = hazeOf(depth);
  bool shown = take();
  tone *= daylight;
  gl_Position = shown ? seen : ${nowhere};
}
`;

const flatFragment = `${fragmentHead}${shadows}
in vec3 place; in float haze;
void main() {
#ifdef FINE
  colour = vec4(mix(marked(tone) * mix(0.84, 1.0, lightAt(place)), horizon, haze), 1.0);
#else
  colour = vec4(mix(marked(tone), horizon, haze), 1.0);
#endif
}
`;

/** Glass over the ground, hatched, so that what it covers stays to be seen. */
const veilFragment = `${fragmentHead}
in vec3 place; in float depth; in float haze;
void main() {
  // stripes keep their place on the ground: twice as far away every other one is left
  float far = log2(max(0.6, depth / 420.0));
  float near = floor(far);
  float line = mix(stripes(place.xz, 9.0 * exp2(near)), stripes(place.xz, 9.0 * exp2(near + 1.0)), smoothstep(0.3, 0.7, far - near));
  colour = vec4(mix(marked(tone), horizon, haze), mix(0.26, 0.5, line) * ((mark & 6) != 0 ? 1.35 : 1.0));
}
`;

const pointVertex = `${vertexHead}
uniform sampler2D looks; uniform float now, grouped; in float kind; in vec4 glide;
flat out ivec2 form; flat out float pixelsWide; flat out float haze;
void main() {
  bool shown = take();
  vec4 look = texelFetch(looks, ivec2(int(kind + 0.5), 0), 0) * 255.0;
  float size = look.r / 8.0; float metres = look.g / 4.0;
  form = ivec2(look.b + 0.5, look.a + 0.5);
  // what is under way: from where it was seen first, as long as it takes
  vec2 away = glide.w > 0.0 ? glide.xy * (1.0 - clamp((now - glide.z) / glide.w, 0.0, 1.0)) : vec2(0.0);
  vec4 seen = onto * vec4(inWorld() + vec3(away.x, metres * ${pointAboveShare}, away.y), 1.0);
  float depth = seen.w;
  haze = hazeOf(depth);
  bool isMarked = (mark & 14) != 0;
  float wanted = min(size * 1.7 * dpr, metres * pixels / max(1.0, depth));
  // what many were found with is told by a badge, and is small below it
  bool stands = isMarked && (grouped < 0.5 || (mark & 10) != 0);
  pixelsWide = max((stands ? 14.0 : isMarked ? 5.0 : 1.5) * dpr, stands ? max(wanted, size * 1.5 * dpr) : wanted);
  gl_PointSize = pixelsWide;
  // from so far away that it would be a speck among a thousand others it says nothing
  bool isSpeck = !isMarked && wanted < 1.25 * dpr;
  gl_Position = shown && depth > 0.0 && !isSpeck ? seen : ${nowhere};
  // signs are seen over the roofs beside them; lamps and hydrants stand among them
  if (size > 7.5 || isMarked) gl_Position.z -= 0.02 * gl_Position.w;
}
`;

const pointFragment = `${fragmentHead}
uniform sampler2D signs;
flat in ivec2 form; flat in float pixelsWide; flat in float haze;
void main() {
  vec2 at = gl_PointCoord * 2.0 - 1.0;
  float edge = form.x == 2 ? max(abs(at.x), abs(at.y)) / 0.86 : form.x == 3 ? abs(at.x) + abs(at.y) : form.x == 4 ? max(at.y, abs(at.x) * 1.4 - at.y * 0.5 + 0.1) : length(at);
  if (edge > 1.0) discard;
  vec3 base = marked(tone);
  float rim = form.x > 0 ? smoothstep(0.76, 0.82, edge) : 0.0;
  // a sign on a pale ground is dark of its own colour: what steps back is not blackened by it
  vec3 paper = dot(base, vec3(0.3, 0.59, 0.11)) > 0.56 ? base * 0.3 : vec3(1.0);
  float sign = 0.0;
  if (form.y > 0 && pixelsWide > 11.0 * dpr) {
    vec2 inside = (at * 0.5) / (form.x == 3 ? 0.56 : form.x == 4 ? 0.5 : 0.68) + vec2(0.5, form.x == 4 ? 0.36 : 0.5);
    vec2 cell = clamp(inside, 0.0, 1.0);
    if (cell == inside) sign = texture(signs, vec2((float(form.y % 4) + cell.x) / 4.0, (float(form.y / 4) + cell.y) / 4.0)).r;
  }
  vec3 drawn = mix(mix(base, paper, sign), mix(base, vec3(1.0), 0.88), rim);
  colour = vec4(mix(drawn, horizon, haze), 1.0);
}
`;

/** The ground to the horizon and the sky above it, behind all else: in one picture where there is time, else what is not plain ground of it. */
const backdropVertex = `${head}
in vec3 position; out vec2 at; out float haze;
void main() {
  at = position.xy;
#ifdef FINE
  haze = 0.0;
  gl_Position = vec4(position.xy, 0.99999, 1.0);
#else
  float up = position.z * (cameraPosition.y + far * 0.5);
  haze = contrast > 0.5 ? 0.0 : smoothstep(0.6, 1.0, length(position.xy));
  gl_Position = onto * vec4(cameraPosition.x + position.x * far, up, cameraPosition.z + position.y * far, 1.0);
  gl_Position.z = min(gl_Position.z, 0.99999 * gl_Position.w);
#endif
}
`;

const backdropFragment = `${head}${shadows}
uniform mat4 unproject; uniform float grid; in vec2 at; in float haze; out vec4 colour;
float lines(vec2 place, float step) {
  vec2 away = abs(fract(place / step - 0.5) - 0.5) / fwidth(place / step);
  return 1.0 - min(min(away.x, away.y), 1.0);
}
void main() {
#ifdef FINE
  vec4 end = unproject * vec4(at, 1.0, 1.0);
  vec3 ray = normalize(end.xyz / end.w - cameraPosition);
  vec3 sky = mix(horizon, zenith, smoothstep(0.0, 0.5, ray.y));
  float distance = ray.y < -0.0001 ? -cameraPosition.y / ray.y : 1e9;
  vec3 place = cameraPosition + ray * distance;
  vec3 paper = ground * mix(0.84, 1.0, ray.y < 0.0 ? lightAt(place) : 1.0);
  if (grid > 0.0 && ray.y < 0.0) {
    float drawn = lines(place.xz, grid) * 0.5 + lines(place.xz, grid * 10.0) * 0.7;
    paper = mix(paper, ink, 0.045 * drawn * (1.0 - smoothstep(0.1, 0.45, distance / far)));
  }
  float away = contrast > 0.5 ? smoothstep(1.4, 1.6, distance / far) : smoothstep(0.35, 1.0, distance / far);
  colour = vec4(ray.y < 0.0 ? mix(paper, sky, away) : sky, 1.0);
#else
  colour = vec4(mix(ground, horizon, haze), 1.0);
#endif
}
`;

/** As the sun sees it. */
const shadowVertex = `${vertexHead}
uniform mat4 viewMatrix, projectionMatrix;
void main() { gl_Position = take() ? projectionMatrix * (viewMatrix * vec4(inWorld(), 1.0)) : ${nowhere}; }
`;
const shadowFragment = 'precision highp float; out vec4 colour; void main() { colour = vec4(1.0); }';

export const shaders = {
  box: { vertex: boxVertex, fragment: boxFragment },
  solid: { vertex: solidVertex, fragment: solidFragment },
  flat: { vertex: flatVertex(''), fragment: flatFragment },
  veil: { vertex: flatVertex('place.y = 0.05;'), fragment: veilFragment },
  point: { vertex: pointVertex, fragment: pointFragment },
  backdrop: { vertex: backdropVertex, fragment: backdropFragment },
  shadow: { vertex: shadowVertex, fragment: shadowFragment },
} as const satisfies Readonly<Record<string, Shader>>;
