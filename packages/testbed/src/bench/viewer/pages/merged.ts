/**
 * Merged: what one writes with three alone: columns of numbers, raised on the main thread into one geometry for every 500 m, coloured by a state texture.
 */
import { BufferAttribute, BufferGeometry, DataTexture, GLSL3, Group, Mesh, PerspectiveCamera, RGBAFormat, Scene, ShaderMaterial, WebGLRenderer } from 'three';
import { addPrism, noTriangles, type Triangles } from '../prisms.ts';
import { addresses, type Eye, picture } from '../views.ts';
import { placeEye } from './eye.ts';
import { enter } from './page.ts';

const cellMetres = 500;
const textureWidth = 1_024;

const vertexShader = `
in float row; uniform sampler2D state; out vec3 tone;
void main() {
  int at = int(row + 0.5);
  vec3 own = texelFetch(state, ivec2(at % ${textureWidth}, at / ${textureWidth}), 0).rgb;
  tone = own * (0.62 + 0.34 * max(0.0, dot(normal, normalize(vec3(-0.55, 0.75, 0.4)))) + 0.08 * normal.y);
  gl_Position = projectionMatrix * modelViewMatrix * vec4(position, 1.0);
}`;
const fragmentShader = 'in vec3 tone; out vec4 colour; void main() { colour = vec4(tone, 1.0); }';

const [stage, camera] = [new Scene(), new PerspectiveCamera(picture.fov, picture.width / picture.height)];
let [renderer, eye]: [WebGLRenderer | undefined, Eye] = [undefined, { distance: 0, tilt: 0 }];
const material = new ShaderMaterial({ glslVersion: GLSL3, uniforms: { state: { value: null as DataTexture | null } }, vertexShader, fragmentShader });

const draw = (heading: number): void => {
  placeEye(camera, eye, heading);
  renderer?.render(stage, camera);
};

/** Rows of: count of corners, height, then the corners; all as numbers of four bytes. */
const toCells = (columns: Float32Array): readonly Triangles[] => {
  const cells = new Map<string, Triangles>();
  for (let at = 0, row = 0; at < columns.length; row += 1) {
    const [count = 0, height = 0] = columns.subarray(at, at + 2);
    const corners = Array.from({ length: count }, (_, corner): [number, number] => [columns[at + 2 + corner * 2] ?? 0, columns[at + 3 + corner * 2] ?? 0]);
    const key = `${Math.floor((corners[0]?.[0] ?? 0) / cellMetres)} ${Math.floor((corners[0]?.[1] ?? 0) / cellMetres)}`;
    const cell = cells.get(key) ?? noTriangles();
    cells.set(key, cell);
    addPrism(cell, { corners, base: 0, height }, row);
    at += 2 + count * 2;
  }
  return [...cells.values()];
};

const meshOf = (cell: Triangles): Mesh => {
  const geometry = new BufferGeometry();
  geometry.setAttribute('position', new BufferAttribute(new Float32Array(cell.positions), 3));
  geometry.setAttribute('normal', new BufferAttribute(new Float32Array(cell.normals), 3));
  geometry.setAttribute('row', new BufferAttribute(new Float32Array(cell.rows), 1));
  geometry.setIndex(new BufferAttribute(new Uint32Array(cell.index), 1));
  return new Mesh(geometry, material);
};

const stateTexture = (rows: number): DataTexture => {
  const height = Math.max(1, Math.ceil(rows / textureWidth));
  const texture = new DataTexture(new Uint8Array(textureWidth * height * 4).fill(240), textureWidth, height, RGBAFormat);
  texture.needsUpdate = true;
  return texture;
};

/** A triangle that covers nothing: the shader is compiled, and was drawn with, before there is a city. */
const nothing: Triangles = { positions: new Array(9).fill(0), normals: new Array(9).fill(0), rows: [0, 0, 0], index: [0, 1, 2] };

const warm = (own: WebGLRenderer): void => {
  const mesh = Object.assign(meshOf(nothing), { frustumCulled: false });
  own.render(stage.add(mesh), camera);
  stage.remove(mesh);
  mesh.geometry.dispose();
};

enter({
  prepare: (canvas, given, { rows }) => {
    eye = given;
    material.uniforms['state'] = { value: stateTexture(rows) };
    renderer = new WebGLRenderer({ canvas, antialias: false });
    renderer.setSize(picture.width, picture.height, false);
    renderer.setClearColor('#e7edf2');
    renderer.render(stage, camera);
    warm(renderer);
  },
  load: async () => {
    const columns = new Float32Array(await (await fetch(addresses.columns)).arrayBuffer());
    stage.add(new Group().add(...toCells(columns).map(meshOf)));
    draw(0);
  },
  draw,
});
