/**
 * Signs: the symbols inside the glyphs of points, drawn once into one small texture: 4 by 4 cells in the order of the look.
 */
import { CanvasTexture, LinearFilter, LinearMipmapLinearFilter } from 'three';
import { glyphSigns } from '../look.ts';

const cell = 64;
const cellsPerSide = 4;

/** Filled outlines within 0 0 to 24 24. */
const outlines: Readonly<Record<(typeof glyphSigns)[number], string>> = {
  none: '',
  cross: 'M9 3h6v6h6v6h-6v6H9v-6H3V9h6z',
  bolt: 'M14 1 4 14h6l-2 9L19 9h-7z',
  drop: 'M12 1c4 6 7 9.500 7 13.500A7 7 0 0 1 5 14.500C5 10.500 8 7 12 1z',
  bus: 'M5 2h14a2 2 0 0 1 2 2v14h-2v3h-3v-3H8v3H5v-3H3V4a2 2 0 0 1 2-2zM6 6v6h5V6zM13 6v6h5V6z',
  plug: 'M7 1h3v6h4V1h3v6h2v5c0 4-2.500 6-5 6.500V23h-4v-4.500C7.500 18 5 16 5 12V7h2z',
  flame: 'M13 1c1 5 6 7 6 13a7 7 0 0 1-14 0c0-3 1.500-5 3-7 .5 2 1 3 2.500 4C11 8 11.500 4 13 1z',
  roof: 'M12 2 1 12h3v10h6v-7h4v7h6V12h3z',
  book: 'M2 4c4-1.500 7-1 10 1 3-2 6-2.500 10-1v15c-4-1.500-7-1-10 1-3-2-6-2.500-10-1z',
  heart: 'M12 22C4 15 1 12 1 7.500A5.500 5.500 0 0 1 12 5a5.500 5.500 0 0 1 11 2.500C23 12 20 15 12 22z',
  wave: 'M1 8c4-4 7-4 11 0s7 4 11 0v4c-4 4-7 4-11 0s-7-4-11 0zM1 15c4-4 7-4 11 0s7 4 11 0v4c-4 4-7 4-11 0s-7-4-11 0z',
  parking: 'M6 2h8a6 6 0 0 1 0 12h-4v8H6zM10 6v4h4a2 2 0 0 0 0-4z',
  leaf: 'M22 2C10 2 3 7 3 14c0 2 .5 3 1 4l-2 4h3l2-3c9 2 15-5 15-17z',
  pump: 'M12 2a10 10 0 1 1-.1 0zM9 6v12l9-6z',
  gear: 'M10 1h4v4h-4zM10 19h4v4h-4zM1 10h4v4H1zM19 10h4v4h-4zM12 6a6 6 0 1 1-.1 0z',
  alarm: 'M10 2h4l-.7 13h-2.600zM12 17.500a2.500 2.500 0 1 1-.1 0z',
};

export const createSigns = (): CanvasTexture => {
  const canvas = document.createElement('canvas');
  canvas.width = cell * cellsPerSide;
  canvas.height = cell * cellsPerSide;
  // drawn by the processor: the graphics card would have to learn to draw such lines first, which takes longer than all of them
  const pen = canvas.getContext('2d', { willReadFrequently: true });
  if (pen) pen.fillStyle = '#fff';
  for (const [at, name] of glyphSigns.entries()) {
    pen?.setTransform(cell / 28, 0, 0, cell / 28, (at % cellsPerSide) * cell + (2 * cell) / 28, Math.floor(at / cellsPerSide) * cell + (2 * cell) / 28);
    pen?.fill(new Path2D(outlines[name]), 'evenodd');
  }
  const texture = new CanvasTexture(canvas);
  return Object.assign(texture, { flipY: false, minFilter: LinearMipmapLinearFilter, magFilter: LinearFilter });
};
