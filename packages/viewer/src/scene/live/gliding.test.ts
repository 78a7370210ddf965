import fc from 'fast-check';
import { Ray, Vector3 } from 'three';
import { describe, expect, it } from 'vitest';
import { createGliding, glideLimits } from './gliding.ts';

const places = (...at: readonly (readonly [number, number])[]) => ({
  firstRow: 7,
  east: Float32Array.from(at, ([east]) => east),
  north: Float32Array.from(at, ([, north]) => north),
});

const gliding = () => {
  const clock = { now: 100 };
  return { clock, ...createGliding(() => clock.now) };
};

const all = (): boolean => true;

describe('a twin that moved', () => {
  it('is seen where it was, then nearer and nearer to where it is, and there at the end', () => {
    const { take, of, awayOf, clock, isUnderWay } = gliding();
    take(places([0, 0], [5, 5]), places([100, 0], [5, 5]));
    const takes = of(7)?.takes ?? 0;
    expect([awayOf(7), awayOf(8), of(8)]).toEqual([[-100, 0], [0, 0], undefined]);
    clock.now += takes / 2;
    expect(awayOf(7)[0]).toBeCloseTo(-50);
    clock.now += takes / 2;
    expect([awayOf(7)[0], isUnderWay(7)]).toEqual([expect.closeTo(0), false]);
  });

  it('never jumps: wherever it is told to be, whenever, it is seen where it was seen, as long as that is no more than metresMax away', () => {
    const step = fc.record({ east: fc.integer({ min: -800, max: 800 }), after: fc.double({ min: 0, max: 90, noNaN: true }) });
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 12 }), (steps) => {
        const { take, awayOf, clock } = gliding();
        let at = 0;
        for (const { east, after } of steps) {
          clock.now += after;
          const seen = at + awayOf(7)[0];
          take(places([at, 0]), places([east, 0]));
          at = east;
          if (Math.abs(seen - at) > glideLimits.metresMax) expect(awayOf(7)[0]).toBe(0);
          else if (awayOf(7)[0] !== 0) expect(at + awayOf(7)[0]).toBeCloseTo(seen, 3);
        }
      }),
    );
  });

  it('takes as long as since it moved before, but no less than secondsMin and no more than secondsMax', () => {
    const { take, of, clock } = gliding();
    const after = (seconds: number): number | undefined => {
      clock.now += seconds;
      take(places([0, 0]), places([10, 0]));
      return of(7)?.takes;
    };
    after(0);
    const { secondsMin, secondsMax } = glideLimits;
    expect([25, secondsMin, secondsMin / 2, secondsMax, secondsMax + 1].map(after)).toEqual([25, secondsMin, secondsMin, secondsMax, secondsMax]);
  });

  it('jumps where it moved less than metresMin or more than metresMax, and where motion is not welcome', () => {
    const { metresMin, metresMax } = glideLimits;
    const moved = (metres: number, motion = true): boolean => {
      const { take, of, setMotion } = gliding();
      setMotion(motion);
      take(places([0, 0]), places([metres, 0]));
      return of(7) !== undefined;
    };
    expect([metresMin, metresMin / 2, metresMax, metresMax + 1].map((metres) => moved(metres))).toEqual([true, false, true, false]);
    expect(moved(10, false)).toBe(false);
  });

  it('is one of rowsMax at most: the others jump', () => {
    const { take, of } = gliding();
    const rows = Array.from({ length: glideLimits.rowsMax + 1 }, () => [0, 0] as const);
    take(places(...rows), places(...rows.map(() => [10, 0] as const)));
    expect([of(7 + glideLimits.rowsMax - 1), of(7 + glideLimits.rowsMax)]).toEqual([expect.anything(), undefined]);
  });

  it('asks for a frame when it has moved by so many metres, and for none where it is not seen or nothing moves', () => {
    const { take, pause, of, clock } = gliding();
    expect(pause(1, all)).toBeUndefined();
    take(places([0, 0]), places([100, 0]));
    expect([pause(1, all), pause(1, () => false)]).toEqual([expect.closeTo((of(7)?.takes ?? 0) / 100), undefined]);
    clock.now += of(7)?.takes ?? 0;
    expect(pause(1, all)).toBeUndefined();
  });

  it('stands where it is seen while it is held, asks for no frame, and goes on from there', () => {
    const { take, of, awayOf, pause, hold, isUnderWay, now, clock } = gliding();
    take(places([0, 0]), places([100, 0]));
    const takes = of(7)?.takes ?? 0;
    clock.now += takes / 4;
    hold(true);
    const seen = awayOf(7);
    clock.now += takes * 10;
    hold(true);
    expect([awayOf(7), isUnderWay(7), pause(1, all), now()]).toEqual([seen, true, undefined, 100 + takes / 4]);
    hold(false);
    expect([awayOf(7), pause(1, all)]).toEqual([seen, expect.closeTo(takes / 100)]);
    clock.now += takes / 2;
    expect(awayOf(7)[0]).toBeCloseTo(-25);
  });

  it('is picked where it is seen, not where it will be', async () => {
    const { take, pick } = gliding();
    take(places([0, 0]), places([100, 0]));
    const down = (east: number): Ray => new Ray(new Vector3(east, 50, 0), new Vector3(0, -1, 0));
    const placeOf = async () => ({ east: 100, north: 0, top: 0 });
    expect([await pick(down(0), placeOf), await pick(down(100), placeOf)]).toEqual([7, undefined]);
  });
});
