/**
 * Texts: the names that stand in the page over the city, by row, each cut to what is read at a glance.
 */
import type { Label } from '../staged.ts';

const charactersMax = 40;

const cut = (text: string): string => (text.length > charactersMax ? `${text.slice(0, charactersMax - 1)}…` : text);

export type Texts = {
  /** in pixels, also of what does not stand in the page */
  readonly widthOf: (text: string) => number;
  /** Puts it with the middle of its foot at this place of the picture. */
  readonly put: (label: Label, at: { readonly x: number; readonly y: number }) => void;
  /** Takes away all others. */
  readonly keep: (stays: (row: number) => boolean) => void;
  readonly close: () => void;
};

const makeLayer = (beside: HTMLElement): HTMLElement => {
  const layer = document.createElement('div');
  layer.className = 'scene-labels';
  layer.setAttribute('aria-hidden', 'true');
  beside.after(layer);
  return layer;
};

const makeText = (layer: HTMLElement, { text, isChosen = false }: Label): HTMLElement => {
  const element = document.createElement('bdi');
  element.textContent = cut(text);
  element.classList.toggle('chosen', isChosen);
  layer.append(element);
  return element;
};

export const createTexts = (beside: HTMLElement): Texts => {
  const layer = makeLayer(beside);
  const shown = new Map<number, HTMLElement>();
  const pen = document.createElement('canvas').getContext('2d');
  return {
    widthOf: (text) => {
      // as large as the letters are now: styles may come, and people may ask for larger ones
      if (pen) pen.font = getComputedStyle(layer).font;
      return Math.ceil(pen?.measureText(cut(text)).width ?? 0);
    },
    put: (label, { x, y }) => {
      const element = shown.get(label.row) ?? makeText(layer, label);
      shown.set(label.row, element);
      element.style.transform = `translate(${Math.round(x)}px, ${Math.round(y)}px) translate(-50%, -100%)`;
    },
    keep: (stays) => {
      for (const [row, element] of shown)
        if (!stays(row)) {
          element.remove();
          shown.delete(row);
        }
    },
    close: () => layer.remove(),
  };
};
