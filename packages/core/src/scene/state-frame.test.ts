import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sceneLimits } from './scene-limits.ts';
import { createStateReader, encodeStateFrame, type StateFrame } from './state-frame.ts';

/** UTF-8 of plain letters and of what is beyond, both ways, without asking the platform. */
const toBytes = (text: string): Uint8Array => Uint8Array.from([...unescape(encodeURIComponent(text))], (letter) => letter.charCodeAt(0));
const toText = (bytes: Uint8Array): string => decodeURIComponent(escape(String.fromCharCode(...bytes)));

const row = fc.record({
  row: fc.nat(1_000_000),
  value: fc.float(),
  observed: fc.oneof(
    fc.constant(Number.NaN),
    fc.integer({ min: -4_000_000_000_000, max: 4_000_000_000_000 }).map((ms) => ms / 1_000),
  ),
  flag: fc.constantFrom(0, 1, 2, 3),
});
const changed = fc.array(row, { maxLength: 30 }).map((all) => ({
  rows: Uint32Array.from(all, (one) => one.row),
  values: Float32Array.from(all, ({ value }) => value),
  observed: Float64Array.from(all, ({ observed }) => observed),
  flags: Uint8Array.from(all, ({ flag }) => flag),
}));
const head = fc.record({
  ...{ term: fc.string(), epoch: fc.string(), revision: fc.string() },
  silent: fc.array(fc.record({ agency: fc.nat(9), since: fc.string() }), { maxLength: 3 }),
});
const frame: fc.Arbitrary<StateFrame> = fc.oneof(fc.record({ version: fc.nat(), changed }), fc.record({ version: fc.nat(), head }));

const valueOf = <T>(result: { readonly ok: true; readonly value: T } | { readonly ok: false }): T => (result.ok ? result.value : expect.fail('refused'));

describe('a stream of state frames', () => {
  it('gives back every frame, wherever it is cut into pieces', () => {
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 6 }), fc.array(fc.nat(), { maxLength: 8 }), (frames, cuts) => {
        const bytes = Uint8Array.from(frames.flatMap((one) => [...encodeStateFrame(one, toBytes)]));
        const places = [...new Set([0, ...cuts.map((at) => at % (bytes.length + 1)), bytes.length])].sort((a, b) => a - b);
        const read = createStateReader(toText);
        const got = places.slice(1).flatMap((to, at) => valueOf(read(bytes.subarray(places[at], to))));
        expect(got).toEqual(frames);
      }),
    );
  });

  it('of any bytes at all gives frames or a refusal, never an exception', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void createStateReader(toText)(bytes)));
  });

  it('with a frame that lies about its rows, or leads beyond any scene, is refused', () => {
    const values = { rows: Uint32Array.of(1, 2), values: Float32Array.of(1, 2), observed: Float64Array.of(0, 0), flags: Uint8Array.of(0, 0) };
    const bytes = encodeStateFrame({ version: 1, changed: values }, toBytes);
    for (const count of [1, 3]) {
      new DataView(bytes.buffer).setUint32(12, count, true);
      expect(createStateReader(toText)(bytes).ok).toBe(false);
    }
    const beyond = (last: number) => encodeStateFrame({ version: 1, changed: { ...values, rows: Uint32Array.of(0, last) } }, toBytes);
    expect(createStateReader(toText)(beyond(sceneLimits.sceneRowsMax - 1)).ok).toBe(true);
    expect(createStateReader(toText)(beyond(sceneLimits.sceneRowsMax)).ok).toBe(false);
  });

  it('tells a change of a value in eight bytes, where rows lie near one another and times too', () => {
    const rows = Uint32Array.from({ length: 10_000 }, (_, at) => at * 9);
    const changed = { rows, values: new Float32Array(10_000), observed: new Float64Array(10_000).fill(1_790_000_000.125), flags: new Uint8Array(10_000) };
    expect(encodeStateFrame({ version: 1, changed }, toBytes).length).toBeLessThan(80_000);
  });

  it('may have frames of stateRowsMax rows within stateFrameBytesMax, and not one more', () => {
    const of = (count: number) =>
      encodeStateFrame(
        {
          version: 1,
          changed: { rows: new Uint32Array(count), values: new Float32Array(count), observed: new Float64Array(count), flags: new Uint8Array(count) },
        },
        toBytes,
      );
    const most = of(sceneLimits.stateRowsMax);
    expect(most.length).toBeLessThanOrEqual(sceneLimits.stateFrameBytesMax);
    expect(createStateReader(toText)(most).ok).toBe(true);
    expect(createStateReader(toText)(of(sceneLimits.stateRowsMax + 1)).ok).toBe(false);
  });
});
