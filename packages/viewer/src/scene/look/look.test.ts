import { FederationId, TermId } from '@cityweave/core';
import type { Scene } from '@cityweave/core/scene';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { agencyClass, agencyColour, agencyColoursMax } from '../look.ts';
import { colourAt, legendOf, rampSteps, stepsOf } from './ramps.ts';
import { createStateTexture, flags } from './state-texture.ts';
import { lightOf, softSun, sunOver } from './sun.ts';
import { tonesOf } from './themes.ts';
import { createTones } from './tones.ts';

describe('the sun', () => {
  it('stands where it is known to stand', () => {
    // Greenwich at noon of the equinox, Delft at midsummer noon, Tokyo at night
    expect(sunOver([0, 51.48], new Date('2026-03-20T12:07:00Z')).height).toBeCloseTo(38.5, 0);
    const delft = sunOver([4.36, 52.01], new Date('2026-06-21T11:44:00Z'));
    expect(delft.height).toBeCloseTo(61.4, 0);
    expect(delft.azimuth).toBeCloseTo(180, -1);
    expect(sunOver([139.75, 35.68], new Date('2026-06-21T15:00:00Z')).height).toBeLessThan(0);
    expect(sunOver([9.27, 52.03], new Date('2026-06-21T05:00:00Z')).azimuth).toBeLessThan(120);
  });
  it('gives light that is none below the horizon and never more than white', () => {
    fc.assert(
      fc.property(fc.integer({ min: -90, max: 90 }), fc.integer({ min: 0, max: 359 }), (height, azimuth) => {
        const { towards, sun, sky } = lightOf({ height, azimuth });
        expect(Math.hypot(...towards)).toBeCloseTo(1);
        expect(towards[1]).toBeGreaterThan(0);
        for (const [at, part] of sun.entries()) expect(part + (sky[at] ?? 0)).toBeLessThan(1.2);
        if (height < -1) expect(Math.max(...sun)).toBe(0);
      }),
    );
    expect(Math.max(...lightOf(softSun).sun)).toBeGreaterThan(0.3);
  });
  it('leaves the ground no brighter than the roofs on it: as it is in soft light, dark after sunset', () => {
    expect(lightOf(softSun).ground).toEqual([1, 1, 1]);
    for (const height of [-30, -6, 0, 4, 10]) {
      const { ground, sky, sun, towards } = lightOf({ height, azimuth: 0 });
      for (const [at, part] of ground.entries()) expect(part).toBeLessThan(1.1 * ((sky[at] ?? 0) + (sun[at] ?? 0) * towards[1]));
    }
  });
});

describe('a ramp', () => {
  const by = (from: number, to: number, ramp: 'sequential' | 'categories') => ({ by: 'values', values: new Float32Array(), from, to, ramp }) as const;
  it('grows with the value and stays within its steps', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, min: -1e6, max: 1e6 }), fc.double({ noNaN: true, min: -1e6, max: 1e6 }), (a, b) => {
        const [low, high] = [stepsOf(by(-1e5, 1e5, 'sequential'))(Math.min(a, b)), stepsOf(by(-1e5, 1e5, 'sequential'))(Math.max(a, b))];
        expect(low).toBeLessThanOrEqual(high);
        expect(low).toBeGreaterThanOrEqual(0);
        expect(high).toBeLessThan(rampSteps);
      }),
    );
  });
  it('is lighter the higher the value, so that it can be read without colour', () => {
    const light = (at: number): number => colourAt('sequential', at).reduce((sum, part, channel) => sum + part * ([0.3, 0.59, 0.11][channel] ?? 0), 0);
    for (let at = 0; at < 1; at += 0.1) expect(light(at + 0.1)).toBeGreaterThan(light(at));
  });
  it('of numbers has five stops, of categories one each, in the colours that are drawn', () => {
    expect(legendOf(by(0, 100, 'sequential')).map(({ value }) => value)).toEqual([0, 25, 50, 75, 100]);
    expect(legendOf(by(0, 2, 'categories')).map(({ colour }) => colour)).toEqual(['#0072b2', '#e69f00', '#009e73']);
  });
});

describe('what the graphics card is told of a twin', () => {
  const scene: Scene = {
    ...{ version: 2, federation: FederationId.parse('urn:dtf:federation:a.example:one'), revision: 'r', rowsRevision: 'r', origin: [0, 0], box: [0, 0, 1, 1] },
    kinds: [{ kind: TermId.parse('city:Building'), label: {}, broader: [], count: 2_000 }],
    ...{ rows: 2_000, agencies: [], layers: [] },
  };
  const told = () => {
    const tones = createTones(scene);
    const state = createStateTexture(scene.rows, tones.paint);
    for (const agency of [0, 1]) state.setTwins({ firstRow: agency * 9, rows: agency === 0 ? 9 : scene.rows - 9, agency, kinds: 0 });
    state.flush();
    const bytes = (row: number): readonly number[] => [...(state.texture.image.data?.subarray(row * 4, row * 4 + 4) ?? [])];
    return { tones, state, bytes };
  };
  it('is its colour and its marks, another only where something of it is another', () => {
    const { state, bytes } = told();
    expect(bytes(3)).toEqual([0xf3, 0xed, 0xe2, 0]);
    state.flag(3, flags.hidden, true);
    state.flag(3, flags.selected, true);
    state.flush();
    expect(bytes(3)[3]).toBe(flags.hidden | flags.selected);
    expect(bytes(3).slice(0, 3)).not.toEqual(bytes(4).slice(0, 3));
    expect(bytes(4)).toEqual([0xf3, 0xed, 0xe2, 0]);
  });
  it('is the colour of its value, and a mark where it has none, when values are shown', () => {
    const { tones, state, bytes } = told();
    tones.colourBy({ by: 'values', values: new Float32Array(), from: 0, to: 1, ramp: 'sequential' });
    state.repaint();
    state.setStep(7, rampSteps - 1);
    state.flush();
    expect(bytes(7)).toEqual([...colourAt('sequential', 1), 0]);
    expect(bytes(8)[3]).toBe(flags.unknown);
    tones.colourBy({ by: 'agency' });
    state.repaint();
    state.flush();
    expect(bytes(8)).not.toEqual(bytes(9));
    expect(bytes(9)).toEqual(bytes(10));
  });
  it('is the colour of the theme, which is told only where it is another', () => {
    const { tones, state, bytes } = told();
    const dress = { theme: 'light', contrast: false, motion: true } as const;
    expect([tones.dress({ ...dress, motion: false }), tones.dress({ ...dress, theme: 'dark' }), tones.dress({ ...dress, theme: 'dark' })]).toEqual([
      false,
      true,
      false,
    ]);
    state.repaint();
    state.flush();
    expect(bytes(3)).toEqual([0x56, 0x63, 0x76, 0]);
    expect([tones.dress({ ...dress, theme: 'dark', contrast: true }), tones.dress(dress)]).toEqual([true, true]);
  });
  it('goes by its layer, the same for all of it or row by row, as that was told last', () => {
    const { rows, setTwins } = createStateTexture(4, () => undefined);
    const known = () => [0, 3, 1, 2].map((row) => [rows.kindOf(row), rows.agencyOf(row)]);
    setTwins({ firstRow: 0, rows: 2, agency: 7, kinds: 5 });
    setTwins({ firstRow: 2, rows: 1, agency: 8, kinds: Uint16Array.of(300) });
    expect(known()).toEqual([
      [5, 7],
      [0, 0],
      [5, 7],
      [300, 8],
    ]);
    setTwins({ firstRow: 0, rows: 2, agency: 7, kinds: Uint16Array.of(1, 2) });
    expect(known()).toEqual([
      [1, 7],
      [0, 0],
      [2, 7],
      [300, 8],
    ]);
  });
  it('goes by the line where few rows changed, and as a whole where many did or the graphics card has lost it', () => {
    const { state } = told();
    state.texture.onUpdate?.(state.texture);
    const lines = () => state.texture.updateRanges.map(({ start }) => start);
    state.flag(5, flags.lit, true);
    state.flag(6, flags.lit, true);
    state.flush();
    expect(lines()).toEqual([0]);
    state.forget();
    state.flag(1_500, flags.lit, true);
    state.flush();
    expect(lines()).toEqual([]);
  });
});

/** Of the relative luminances of two colours, as the accessibility guidelines take it. */
const contrastOf = (one: string, other: string): number => {
  const light = (colour: string): number => {
    const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
      const share = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const [dark = 0, bright = 0] = [light(one), light(other)].sort((a, b) => a - b);
  return (bright + 0.05) / (dark + 0.05);
};

describe('colours of agencies', () => {
  const all = Array.from({ length: agencyColoursMax }, (_, at) => at);

  it.each(['light', 'dark'] as const)('are each another one and are told from the %s ground; from the ninth on by a bar, too', (theme) => {
    const colours = all.map((at) => agencyColour(at, theme));
    expect(new Set(colours).size).toBe(agencyColoursMax);
    const { ground } = tonesOf({ theme, contrast: false, motion: true });
    expect(colours.filter((colour) => contrastOf(colour, ground) < 3)).toEqual([]);
    expect([7, 8].map((at) => agencyClass('chip', at))).toEqual(['chip', 'chip barred']);
    expect(agencyColour(agencyColoursMax, theme)).toBe(colours[0]);
  });
});
