/**
 * Counter: wraps WebGL 2 for every contender alike: counts calls, triangles and bytes on the graphics card, and draws no picture while it is told so.
 * What is drawn into a texture of another size is always let through: it is part of loading.
 */

type Gl = WebGL2RenderingContext;
type Any = (this: Gl, ...given: number[]) => unknown;

const sizes = new Map<object, number>();
const counted = {
  drawing: true,
  gl: undefined as Gl | undefined,
  calls: 0,
  triangles: 0,
  bytes: () => [...sizes.values()].reduce((sum, size) => sum + size, 0),
};
Object.assign(globalThis, { counter: counted });

const wrap = (name: keyof Gl, around: (gl: Gl, given: never[], inner: () => unknown) => unknown): void => {
  const inner = Reflect.get(WebGL2RenderingContext.prototype, name) as Any; // branding: a method of the context
  Reflect.set(WebGL2RenderingContext.prototype, name, function (this: Gl, ...given: never[]) {
    counted.gl = this;
    return around(this, given, () => inner.apply(this, given));
  });
};

/** Of the size of the picture: on the screen, or in a texture that will be laid on it. */
const isPicture = (gl: Gl): boolean => {
  const [, , width, height] = Array.from(gl.getParameter(gl.VIEWPORT) as Int32Array); // branding: as WebGL says it
  return width === gl.drawingBufferWidth && height === gl.drawingBufferHeight;
};

const isSeen = (gl: Gl): boolean => counted.drawing || !isPicture(gl);

const drawing = (name: keyof Gl, place: number, copies?: number): void =>
  wrap(name, (gl, given, inner) => {
    counted.calls += 1;
    // a point is a square of two
    if (given[0] === gl.POINTS) counted.triangles += Number(given[place]) * 2;
    if (given[0] === gl.TRIANGLES) counted.triangles += (Number(given[place]) / 3) * (copies === undefined ? 1 : Number(given[copies]));
    return isSeen(gl) ? inner() : undefined;
  });

drawing('drawArrays', 2);
drawing('drawElements', 1);
drawing('drawArraysInstanced', 2, 3);
drawing('drawElementsInstanced', 1, 4);
drawing('drawRangeElements', 3);

const bindings: Readonly<Record<number, number>> = { 34962: 0x8894, 34963: 0x8895, 35345: 0x8a28, 35051: 0x88ed, 35052: 0x88ef };

wrap('bufferData', (gl, [target, content, , , length], inner) => {
  const found = gl.getParameter(bindings[target ?? 0] ?? 0x8894);
  const given: unknown = content;
  if (found) sizes.set(found, typeof given === 'number' ? given : Number(length ?? (given as ArrayBuffer | undefined)?.byteLength ?? 0)); // branding: as WebGL takes it
  return inner();
});

/** of the formats that the contenders use; four bytes otherwise */
const pixelBytes: Readonly<Record<number, number>> = {
  33321: 1,
  6409: 1,
  6406: 1,
  33323: 2,
  33325: 2,
  32849: 3,
  6407: 3,
  34842: 8,
  34836: 16,
  35056: 4,
  33326: 4,
};

const textureOf = (gl: Gl, target: number): object | null => gl.getParameter(target === gl.TEXTURE_2D ? gl.TEXTURE_BINDING_2D : gl.TEXTURE_BINDING_CUBE_MAP);

wrap('texImage2D', (gl, given, inner) => {
  const [target, level, format, width, height] = given.map(Number);
  const found = textureOf(gl, target ?? 0);
  if (found && level === 0) sizes.set(found, (given.length > 7 ? (width ?? 0) * (height ?? 0) : 0) * (pixelBytes[format ?? 0] ?? 4));
  return inner();
});

wrap('texStorage2D', (gl, given, inner) => {
  const [target, levels, format, width, height] = given.map(Number);
  const found = textureOf(gl, target ?? 0);
  const all = (levels ?? 1) > 1 ? 4 / 3 : 1;
  if (found) sizes.set(found, (width ?? 0) * (height ?? 0) * (pixelBytes[format ?? 0] ?? 4) * all);
  return inner();
});

for (const name of ['deleteBuffer', 'deleteTexture'] as const)
  wrap(name, (_gl, [found], inner) => {
    if (found) sizes.delete(found);
    return inner();
  });
