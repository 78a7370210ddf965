/**
 * Geometry of CityJSON: boundaries that index shared, quantised vertices become shapes with their own vertices in the file's real coordinates.
 * Templates are resolved; semantics, material and texture stay as they are. An index out of range refuses the one object.
 */
import { fail, ok, type Problem, problem, type Result, type Shape, shorten } from '@cityweave/core';
import { importLimits } from '../limits.ts';

type Triple = [number, number, number];

/** Vertices in real coordinates; undefined where there is none, or none of three finite numbers. */
export type Vertices = { readonly count: number; readonly at: (index: number) => Triple | undefined };

export type Templates = { readonly geometries: readonly unknown[]; readonly vertices: Vertices };

/** Where the geometries of a file or of one feature live. */
export type Space = { readonly vertices: Vertices; readonly templates?: Templates | undefined; readonly crs: string; readonly datum?: string | undefined };

export type Transform = { readonly scale: readonly number[]; readonly translate: readonly number[] };

export const transformAccepted = 'scale and translate, three finite numbers each';

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null && !Array.isArray(value);
const isTriple = (value: unknown): value is Triple =>
  Array.isArray(value) && value.length === 3 && value.every((part) => typeof part === 'number' && Number.isFinite(part));

export const parseTransform = (value: unknown): Transform | undefined =>
  isObject(value) && isTriple(value['scale']) && isTriple(value['translate']) ? { scale: value['scale'], translate: value['translate'] } : undefined;

const asItStands: Transform = { scale: [1, 1, 1], translate: [0, 0, 0] };

/** `coordinates` holds x, y, z of vertex after vertex, as the file has them; what was no vertex is NaN. */
export const createVertices = (coordinates: ArrayLike<number>, count: number, { scale, translate }: Transform = asItStands): Vertices => {
  const part = (index: number, axis: 0 | 1 | 2): number => (coordinates[3 * index + axis] ?? Number.NaN) * (scale[axis] ?? 1) + (translate[axis] ?? 0);
  const at = (index: number): Triple | undefined => {
    if (index < 0 || index >= count) return undefined;
    const vertex: Triple = [tidy(part(index, 0)), tidy(part(index, 1)), tidy(part(index, 2))];
    return vertex.every(Number.isFinite) ? vertex : undefined;
  };
  return { count, at };
};

/** 0.1 + 0.2 is not 0.3: what scaling adds below a nanometre is taken away. */
const tidy = (value: number): number => Math.round(value * 1e9) / 1e9;

/** A list of vertices as a list has them, flat. */
export const flatVertices = (list: readonly unknown[]): number[] =>
  list.flatMap((vertex) => (isTriple(vertex) ? vertex : [Number.NaN, Number.NaN, Number.NaN]));

/** How deep the lists of boundaries are, down to the index. */
const depths: Readonly<Record<string, number>> = {
  MultiPoint: 1,
  MultiLineString: 2,
  MultiSurface: 3,
  CompositeSurface: 3,
  Solid: 4,
  MultiSolid: 5,
  CompositeSolid: 5,
};

export const resolveGeometry = (value: unknown, space: Space, where: string): Result<Shape, Problem> => {
  if (!isObject(value)) return fail(problem('malformed', { path: where, found: shorten(value), accepted: 'a geometry' }));
  return value['type'] === 'GeometryInstance' ? resolveInstance(value, space, where) : resolvePlain(value, space, where);
};

const resolvePlain = (value: Readonly<Record<string, unknown>>, { vertices, crs, datum }: Space, where: string): Result<Shape, Problem> => {
  const type = value['type'];
  const depth = typeof type === 'string' && Object.hasOwn(depths, type) ? depths[type] : undefined;
  if (typeof type !== 'string' || depth === undefined)
    return fail(problem('malformed', { path: `${where}/type`, found: shorten(type), accepted: `${Object.keys(depths).join(', ')}, GeometryInstance` }));
  const renumbering: Renumbering = { vertices, placeByIndex: new Map(), found: [], problem: undefined };
  const boundaries = renumber(value['boundaries'], depth, renumbering);
  if (renumbering.problem) return fail({ ...renumbering.problem, path: `${where}/boundaries` });
  const { lod, semantics, material, texture } = value;
  return ok({
    type,
    lod: typeof lod === 'string' || typeof lod === 'number' ? String(lod) : '',
    boundaries,
    ...(isObject(semantics) && { semantics }),
    ...(isObject(material) && { material }),
    ...(isObject(texture) && { texture }),
    vertices: renumbering.found,
    crs,
    ...(datum !== undefined && { datum }),
  });
};

type Renumbering = { readonly vertices: Vertices; readonly placeByIndex: Map<number, number>; readonly found: Triple[]; problem: Problem | undefined };

const renumber = (value: unknown, depth: number, work: Renumbering): unknown => {
  if (work.problem) return undefined;
  if (depth === 0) return placeOf(value, work);
  if (Array.isArray(value)) return value.map((part) => renumber(part, depth - 1, work));
  work.problem = problem('malformed', { found: shorten(value ?? 'nothing'), accepted: 'lists as deep as the type says' });
  return undefined;
};

const placeOf = (index: unknown, work: Renumbering): number | undefined => {
  if (typeof index !== 'number') {
    work.problem = problem('malformed', { found: shorten(index ?? 'nothing'), accepted: 'the index of a vertex' });
    return undefined;
  }
  const known = work.placeByIndex.get(index);
  if (known !== undefined) return known;
  const vertex = Number.isInteger(index) ? work.vertices.at(index) : undefined;
  if (!vertex) work.problem = noVertex(index, work.vertices);
  else if (work.found.length >= importLimits.recordVerticesMax)
    work.problem = problem('tooLarge', { subject: 'vertices', limit: importLimits.recordVerticesMax });
  else work.found.push(vertex);
  work.placeByIndex.set(index, work.found.length - 1);
  return work.found.length - 1;
};

const noVertex = (index: number, { count }: Vertices): Problem =>
  Number.isInteger(index) && index >= 0 && index < count
    ? problem('malformed', { found: `index ${index}`, accepted: 'a vertex of three finite numbers' })
    : problem('malformed', { found: `index ${index}`, accepted: count === 0 ? 'no index: there are no vertices' : `an index from 0 to ${count - 1}` });

const resolveInstance = (value: Readonly<Record<string, unknown>>, space: Space, where: string): Result<Shape, Problem> => {
  const { template, boundaries, transformationMatrix: matrix } = value;
  const geometry = typeof template === 'number' ? space.templates?.geometries[template] : undefined;
  if (!space.templates || !isObject(geometry) || geometry['type'] === 'GeometryInstance')
    return fail(problem('malformed', { path: `${where}/template`, found: shorten(template ?? 'nothing'), accepted: 'the index of a template' }));
  const anchor = Array.isArray(boundaries) && typeof boundaries[0] === 'number' ? space.vertices.at(boundaries[0]) : undefined;
  if (!anchor) return fail(problem('malformed', { path: `${where}/boundaries`, found: shorten(boundaries ?? 'nothing'), accepted: 'the index of one vertex' }));
  if (!isMatrix(matrix))
    return fail(problem('malformed', { path: `${where}/transformationMatrix`, found: shorten(matrix ?? 'nothing'), accepted: '16 finite numbers' }));
  const shape = resolvePlain(geometry, { ...space, vertices: space.templates.vertices }, where);
  return shape.ok ? ok({ ...shape.value, vertices: shape.value.vertices.map((vertex) => placeVertex(vertex, matrix, anchor)) }) : shape;
};

const isMatrix = (value: unknown): value is readonly number[] =>
  Array.isArray(value) && value.length === 16 && value.every((part) => typeof part === 'number' && Number.isFinite(part));

/** The matrix stands row by row. */
const placeVertex = ([x, y, z]: Triple, matrix: readonly number[], anchor: Triple): Triple => {
  const row = (at: number): number => (matrix[at] ?? 0) * x + (matrix[at + 1] ?? 0) * y + (matrix[at + 2] ?? 0) * z + (matrix[at + 3] ?? 0);
  return [tidy(row(0) + anchor[0]), tidy(row(4) + anchor[1]), tidy(row(8) + anchor[2])];
};
