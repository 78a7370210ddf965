/**
 * Themes: the colours of what is no twin: ground, sky, accent and ink, for light and dark, soft or with more contrast.
 */
import type { Dress } from '../staged.ts';

export type Tones = { readonly ground: string; readonly horizon: string; readonly zenith: string; readonly accent: string; readonly ink: string };

const tones: Readonly<Record<Dress['theme'], readonly [soft: Tones, strong: Tones]>> = {
  light: [
    { ground: '#eef0ec', horizon: '#eef2f4', zenith: '#c3d8ea', accent: '#0b5fff', ink: '#2b3440' },
    { ground: '#ffffff', horizon: '#ffffff', zenith: '#ffffff', accent: '#0037c4', ink: '#000000' },
  ],
  dark: [
    { ground: '#1b222c', horizon: '#1d2631', zenith: '#0d1218', accent: '#7ab0ff', ink: '#e6edf5' },
    { ground: '#000000', horizon: '#000000', zenith: '#000000', accent: '#ffe14d', ink: '#ffffff' },
  ],
};

export const tonesOf = ({ theme, contrast }: Dress): Tones => tones[theme][contrast ? 1 : 0];
