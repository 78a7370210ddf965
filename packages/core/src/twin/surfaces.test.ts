import { describe, expect, it } from 'vitest';
import { finestSurfaces, surfacesOf } from './surfaces.ts';
import type { Shape } from './twin.ts';

const shape = (type: string, lod: string, boundaries: unknown): Shape => ({
  ...{ type, lod, boundaries, crs: 'EPSG:7415', semantics: { surfaces: [] } },
  vertices: [
    [0, 0, 0],
    [1, 0, 0],
    [1, 1, 0],
    [0, 1, 4],
  ],
});
const face = [[0, 1, 2]];
const other = [[0, 2, 3]];

describe('the surfaces of a twin', () => {
  it('are those of its finest shape that has some, without what nobody draws', () => {
    const shapes = [shape('Solid', '1.2', [[face]]), shape('MultiPoint', '3', [0]), shape('Solid', '2.2', [[face, other]])];
    expect(finestSurfaces(shapes)).toMatchObject({ lod: '2.2' });
    expect(finestSurfaces(shapes)).not.toHaveProperty('semantics');
    expect(finestSurfaces([shape('MultiPoint', '3', [0])])).toBeUndefined();
  });
  it.each([
    ['MultiSurface', [face, other]],
    ['CompositeSurface', [face, other]],
    ['Solid', [[face], [other]]],
    ['MultiSolid', [[[face]], [[other]]]],
    ['CompositeSolid', [[[face, other]]]],
  ])('of a %s are found however deep they lie', (type, boundaries) => expect(surfacesOf(shape(type, '2', boundaries))).toEqual([face, other]));
  it('that point at no vertex, or are no surfaces, are left out and the others stay', () => {
    expect(surfacesOf(shape('MultiSurface', '2', [face, [[0, 1, 9]], [[0, 1]], 'x', null]))).toEqual([face]);
    expect(surfacesOf(shape('Solid', '2', 'nothing'))).toEqual([]);
    expect(surfacesOf(shape('MultiLineString', '2', [[0, 1]]))).toEqual([]);
  });
});
