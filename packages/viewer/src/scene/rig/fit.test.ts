import { aboveMetres, belowMetres, endsOf, fieldOfView, fitExtents, fitView, homeOf, seesFrom } from '@cityweave/core/scene/tiles';
import fc from 'fast-check';
import { Box3, Frustum, Matrix4, PerspectiveCamera, Vector3 } from 'three';
import { describe, expect, it } from 'vitest';
import type { Free, Place, View } from '../staged.ts';
import { placeCamera } from './view.ts';

const [metres, aspect] = [fc.double({ min: -3_000, max: 3_000, noNaN: true }), 1.6];
const places = fc.array(fc.record({ east: metres, north: metres, top: fc.double({ min: 0, max: 80, noNaN: true }) }), { minLength: 1, maxLength: 12 });
const frees = fc.record({
  left: fc.double({ min: 0, max: 0.4, noNaN: true }),
  right: fc.double({ min: 0.65, max: 1, noNaN: true }),
  top: fc.double({ min: 0, max: 0.3, noNaN: true }),
  bottom: fc.double({ min: 0.55, max: 1, noNaN: true }),
});
const views = fc.record({
  ...{ east: metres, north: metres, distance: fc.constant(500) },
  ...{ heading: fc.integer({ min: 0, max: 359 }), tilt: fc.integer({ min: 0, max: 70 }) },
});

/** Where a place stands in the picture, in shares of it. */
const seenFrom = (view: View, { east, north, top }: Place, wide = aspect): { readonly x: number; readonly y: number } => {
  const camera = new PerspectiveCamera(fieldOfView, wide);
  placeCamera(camera, view);
  const { x, y } = new Vector3(east, top, -north).project(camera);
  return { x: (x + 1) / 2, y: (1 - y) / 2 };
};

const slack = 0.002;
const isWithin = ({ x, y }: { readonly x: number; readonly y: number }, { left, right, top, bottom }: Free): boolean =>
  x >= left - slack && x <= right + slack && y >= top - slack && y <= bottom + slack;

describe('a view that fits', () => {
  it('has every place in the free part of the picture, and keeps heading and tilt', () => {
    fc.assert(
      fc.property(places, views, frees, (all, view, free) => {
        const fitting = fitView(all, view, { free, aspect, nearest: 300 }) ?? expect.fail('no view');
        expect([fitting.heading, fitting.tilt]).toEqual([view.heading, view.tilt]);
        for (const place of all) expect(isWithin(seenFrom(fitting, place), free)).toBe(true);
      }),
    );
  });

  it('is as near as that: some place stands at an edge, unless the eye is as near as it goes', () => {
    fc.assert(
      fc.property(places, views, frees, (all, view, free) => {
        const fitting = fitView(all, view, { free, aspect, nearest: 300 }) ?? expect.fail('no view');
        const inner = { left: free.left + 2 * slack, right: free.right - 2 * slack, top: free.top + 2 * slack, bottom: free.bottom - 2 * slack };
        expect(fitting.distance < 400 || all.some((place) => !isWithin(seenFrom(fitting, place), inner))).toBe(true);
      }),
    );
  });

  it('of no place is none', () => {
    expect(
      fitView([], { east: 0, north: 0, distance: 1, heading: 0, tilt: 0 }, { free: { left: 0, right: 1, top: 0, bottom: 1 }, aspect, nearest: 1 }),
    ).toBeUndefined();
  });
});

describe('what is shown by itself', () => {
  const free = { left: 0.04, right: 0.66, top: 0.12, bottom: 0.88 };
  const from: View = { east: 0, north: 0, distance: 4_000, heading: 20, tilt: 56 };
  const at = (reach: number, top: number) => ({ east: 300, north: -200, top, reach });
  const seen = (reach: number, top: number, { wide, within } = { wide: aspect, within: free }): View =>
    fitExtents([at(reach, top)], from, { free: within, aspect: wide, around: 40, nearest: 90 }) ?? expect.fail('no view');
  /** how much of the free part of the picture it takes from left to right */
  const shareOf = (reach: number, top: number): number => {
    const across = endsOf(at(reach, top), 0).map((end) => seenFrom(seen(reach, top), end).x);
    return (Math.max(...across) - Math.min(...across)) / (free.right - free.left);
  };

  it('is a hydrant from next to it, a house among its neighbours, a street as a whole', () => {
    expect(seen(0, 0).distance).toBeLessThan(300);
    expect(shareOf(10, 9)).toBeGreaterThan(0.08);
    expect(shareOf(10, 9)).toBeLessThan(0.4);
    expect(shareOf(1_000, 0)).toBeGreaterThan(0.5);
  });

  it('is in the middle of the free part, and whole, also on a narrow picture with a sheet over half of it', () => {
    const narrow = { left: 0.04, right: 0.96, top: 0.24, bottom: 0.4 };
    for (const [wide, within] of [
      [aspect, free],
      [0.5, narrow],
    ] as const)
      for (const reach of [0, 10, 200, 1_000]) {
        const view = seen(reach, 9, { wide, within });
        const { x, y } = seenFrom(view, at(reach, 9), wide);
        expect([x, y]).toEqual([expect.closeTo((within.left + within.right) / 2), expect.closeTo((within.top + within.bottom) / 2)]);
        for (const end of endsOf(at(reach, 0), 0)) expect(isWithin(seenFrom(view, end, wide), within)).toBe(true);
      }
  });
});

describe('home', () => {
  type Layer = Parameters<typeof homeOf>[0]['layers'][number];
  const layer = (form: Layer['form'], box: Layer['box']): Layer => ({ form, box }) as Layer; // branding: what is drawn has no say in it
  const districts = [layer('prism', [-2_000, -400, -1_200, 500]), layer('prism', [1_500, -300, 2_000, 300])];

  it('shows what is built in every district, and lets a river run out', () => {
    const river = layer('area', [-9_000, -60, 9_000, 60]);
    const view = homeOf({ box: [-9_000, -400, 9_000, 500], layers: [river, ...districts] }, aspect);
    const ends = [-2_000, 2_000].map((east) => seenFrom(view, { east, north: 50, top: 0 }));
    for (const end of ends) expect(isWithin(end, { left: 0, right: 1, top: 0, bottom: 1 })).toBe(true);
    expect(Math.abs((ends[1]?.x ?? 0) - (ends[0]?.x ?? 0))).toBeGreaterThan(0.7);
  });

  it('has the far corners of a long city in the picture but for a tenth of its shorter side, as its ends are all corners', () => {
    const long = layer('prism', [-2_700, -600, 2_700, 600]);
    const view = homeOf({ box: long.box, layers: [long] }, aspect);
    for (const [east, north] of [-2_640, 2_640].flatMap((at) => [-540, 540].map((side) => [at, side] as const)))
      expect(isWithin(seenFrom(view, { east, north, top: 0 }), { left: 0.02, right: 0.98, top: 0, bottom: 1 })).toBe(true);
  });

  it('turns a long city on a narrow picture, so that all of its districts are seen there, too, and keeps one that is not long as on a map', () => {
    const narrow = 360 / 740;
    const view = homeOf({ box: [-2_000, -400, 2_000, 500], layers: districts }, narrow);
    for (const [east, north] of [-1_950, 1_950].flatMap((at) => [-250, 250].map((side) => [at, side] as const)))
      expect(isWithin(seenFrom(view, { east, north, top: 0 }, narrow), { left: 0, right: 1, top: 0, bottom: 1 })).toBe(true);
    const round = layer('prism', [-1_200, -900, 1_200, 900]);
    expect([narrow, aspect].map((wide) => homeOf({ box: round.box, layers: [round] }, wide).heading)).toEqual([20, 20]);
    expect(homeOf({ box: [-2_000, -400, 2_000, 500], layers: districts }, aspect).heading).toBe(20);
  });

  it.each([
    ['a phone', 360 / 740],
    ['a tablet', 820 / 1_180],
  ])('shows the whole of a city that is not long on %s, too', (_, narrow) => {
    const layers = [layer('prism', [-4_000, -2_800, 3_800, 2_900])];
    const view = homeOf({ box: [-4_000, -2_800, 3_800, 2_900], layers }, narrow);
    for (const [east, north] of [-3_700, 3_500].flatMap((at) => [-2_500, 2_600].map((side) => [at, side] as const)))
      expect(isWithin(seenFrom(view, { east, north, top: 0 }, narrow), { left: 0, right: 1, top: 0, bottom: 1 })).toBe(true);
  });

  it('shows all there is where nothing is built', () => {
    const view = homeOf({ box: [-9_000, -400, 9_000, 500], layers: [layer('line', [-9_000, -60, 9_000, 60])] }, aspect);
    for (const east of [-9_000, 9_000]) expect(isWithin(seenFrom(view, { east, north: 50, top: 0 }), { left: 0, right: 1, top: 0, bottom: 1 })).toBe(true);
  });
});

describe('what is seen from a view', () => {
  it('is what the camera has in its picture', () => {
    const size = fc.double({ min: 1, max: 900, noNaN: true });
    fc.assert(
      fc.property(views, fc.tuple(metres, metres, size, size), (view, [east, north, wide, top]) => {
        const camera = new PerspectiveCamera(fieldOfView, aspect);
        placeCamera(camera, view);
        // what is nearer than the camera draws is fetched all the same
        camera.near = 1e-3;
        camera.updateProjectionMatrix();
        const frustum = new Frustum().setFromProjectionMatrix(new Matrix4().multiplyMatrices(camera.projectionMatrix, camera.matrixWorldInverse));
        const box = new Box3(new Vector3(east, -belowMetres, -north - wide), new Vector3(east + wide, top + aboveMetres, -north));
        expect(seesFrom(view, aspect)({ box: [east, north, east + wide, north + wide], top })).toBe(frustum.intersectsBox(box));
      }),
    );
  });
});
