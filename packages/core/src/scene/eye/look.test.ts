import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLocalFrame } from '../local-frame.ts';
import { sceneLimits } from '../scene-limits.ts';
import { homeOf } from './home.ts';
import { type Look, pictureOf, readLook, writeLook } from './look.ts';

const between = (min: number, max: number) => fc.double({ min, max, noNaN: true });
const cameras = fc.record({
  ...{ longitude: between(-180, 180), latitude: between(-85, 85), distance: between(30, 60_000) },
  ...{ heading: between(0, 359), tilt: between(0, 82) },
});
const looks: fc.Arbitrary<Look> = fc.record({
  ...{ aspect: between(0.1, 10), pixelsPerMetre: between(1, 10_000), errorPixels: between(0.1, 100) },
  from: fc.option(cameras, { nil: undefined }),
});

describe('how somebody is going to look', () => {
  it('is said in an address and read from it, to the sixth decimal', () => {
    fc.assert(
      fc.property(looks, (look) => {
        const read = readLook(decodeURIComponent(writeLook(look)));
        const { from, ...numbers } = read.ok ? read.value : expect.fail('not read');
        for (const [name, value] of Object.entries(numbers)) expect(value).toBeCloseTo(Number(Reflect.get(look, name)), 5);
        expect(from === undefined).toBe(look.from === undefined);
        for (const [name, value] of Object.entries(from ?? {})) expect(value).toBeCloseTo(Number(Reflect.get(look.from ?? {}, name)), 5);
      }),
    );
  });

  it.each([
    '',
    '1,2',
    '1,1,1,,,,,',
    '1,1,1,181,52,300,0,50',
    '1,1,1,9,91,300,0,50',
    '0,1,1',
    '1,-1,1',
    '1,1,x',
    '1,1,1,9',
    '1,1,1,9,52,300,0,50,7',
    '1,1,1,9,52,,x,50',
    'Infinity,1,1',
  ])('is nothing that says %j', (text) => {
    expect(readLook(text)).toMatchObject({ ok: false, problem: { kind: 'malformed' } });
  });

  it('has its bounds', () => {
    const { lookAspectMax: aspect, lookPixelsMax: pixels, lookErrorPixelsMin: error } = sceneLimits;
    const isRead = (...numbers: readonly number[]): boolean => readLook(numbers.join(',')).ok;
    expect([isRead(aspect, pixels, error), isRead(1 / aspect, pixels, error)]).toEqual([true, true]);
    expect([isRead(aspect + 1, 1, 1), isRead(1 / (aspect + 1), 1, 1), isRead(1, pixels + 1, 1), isRead(1, 1, error / 2)]).toEqual([false, false, false, false]);
  });

  it('is from home where nothing else is said', () => {
    const given: Parameters<typeof pictureOf>[0] = { origin: [9, 52], box: [-500, -300, 700, 300], layers: [] };
    const look = { aspect: 1.5, pixelsPerMetre: 900, errorPixels: 1.5 };
    const [longitude, latitude] = createLocalFrame([9, 52]).toLonLat(120, -40);

    expect(pictureOf(given, look).view).toEqual(homeOf(given, 1.5));
    const { east, north, distance } = pictureOf(given, { ...look, from: { longitude, latitude, distance: 800, heading: 10, tilt: 40 } }).view;
    expect([east, north]).toEqual([expect.closeTo(120, 3), expect.closeTo(-40, 3)]);
    expect(distance).toBe(800);
  });
});
