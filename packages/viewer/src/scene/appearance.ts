/**
 * Appearance: what is shown, lit and chosen, and in which colours: all of it in two small textures, so that nothing of the geometry changes.
 */
import type { Scene } from '@cityweave/core/scene';
import { Color, DataTexture, RGBAFormat, Vector3 } from 'three';
import type { Layer } from './layers.ts';
import { lookOf } from './look.ts';
import type { Uniforms } from './materials.ts';
import { createStateTexture, flags } from './state-texture.ts';

export type Theme = 'light' | 'dark';

export const themes: Readonly<Record<Theme, { readonly sky: string; readonly ground: string; readonly accent: string }>> = {
  light: { sky: '#e7edf2', ground: '#eef1f0', accent: '#0b5fff' },
  dark: { sky: '#141a22', ground: '#1a212b', accent: '#7ab0ff' },
};

export type Appearance = {
  readonly uniforms: Uniforms;
  /** the twins that an answer found; none: nothing is faded */
  readonly light: (rows: readonly number[]) => void;
  readonly select: (row: number | undefined) => void;
  readonly hide: (isHidden: (agency: number, kind: number) => boolean) => void;
  readonly paint: (theme: Theme) => void;
  readonly hidden: () => Uint8Array;
  readonly close: () => void;
};

type Room = { readonly scene: Scene; readonly layers: readonly Layer[]; readonly changed: () => void };

const towardsSun = new Vector3(-0.55, 0.75, 0.4).normalize();

/** The shader writes what it is given: colours go as they stand in the table. */
const asGiven = (colour: string): Color => new Color(colour).convertLinearToSRGB();

const createUniforms = (state: DataTexture, palette: DataTexture): Uniforms => ({
  state: { value: state },
  palette: { value: palette },
  sun: { value: towardsSun },
  sky: { value: new Color() },
  accent: { value: new Color() },
  far: { value: 10_000 },
  pixels: { value: 1_000 },
  anyLit: { value: 0 },
});

const paintPalette = (palette: DataTexture, scene: Scene, theme: Theme): void => {
  for (const [at, kind] of scene.kinds.entries()) {
    const { r, g, b } = asGiven(lookOf(kind).colours[theme === 'light' ? 0 : 1]);
    palette.image.data?.set([r * 255, g * 255, b * 255, 255], at * 4);
  }
  palette.needsUpdate = true;
};

export const createAppearance = ({ scene, layers, changed }: Room): Appearance => {
  const state = createStateTexture(scene.rows);
  const colours = Math.max(1, scene.kinds.length);
  const palette = new DataTexture(new Uint8Array(colours * 4), colours, 1, RGBAFormat);
  const uniforms = createUniforms(state.texture, palette);
  const eachRow = (run: (row: number, agency: number, kind: number) => void): void => {
    for (const { layer, columns } of layers) for (let at = 0; at < layer.rows; at += 1) run(layer.firstRow + at, layer.agency, columns.kind[at] ?? 0);
    state.upload();
    changed();
  };
  const flagOnly = (flag: number, rows: readonly number[], before: readonly number[]): void => {
    for (const row of before) state.flag(row, flag, false);
    for (const row of rows) state.flag(row, flag, true);
    state.upload();
    changed();
  };
  let lit: readonly number[] = [];
  let chosen: readonly number[] = [];
  eachRow((row, _agency, kind) => state.setKind(row, kind));
  return {
    uniforms,
    light: (rows) => {
      uniforms.anyLit.value = rows.length > 0 ? 1 : 0;
      flagOnly(flags.lit, rows, lit);
      lit = rows;
    },
    select: (row) => {
      const rows = row === undefined ? [] : [row];
      flagOnly(flags.selected, rows, chosen);
      chosen = rows;
    },
    hide: (isHidden) => eachRow((row, agency, kind) => state.flag(row, flags.hidden, isHidden(agency, kind))),
    paint: (theme) => {
      uniforms.sky.value.copy(asGiven(themes[theme].sky));
      uniforms.accent.value.copy(asGiven(themes[theme].accent));
      paintPalette(palette, scene, theme);
      changed();
    },
    hidden: state.hidden,
    close: () => {
      state.texture.dispose();
      palette.dispose();
    },
  };
};
