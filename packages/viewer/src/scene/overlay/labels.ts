/**
 * Labels: names over the city as texts of the page, few enough to be read; of two that would lie on one another the heavier stays. The lists say them too.
 */
import { type PerspectiveCamera, Vector3 } from 'three';

export type PlacedLabel = { readonly row: number; readonly text: string; readonly weight: number; readonly at: readonly [number, number, number] };

export type Labels = {
  readonly set: (labels: readonly PlacedLabel[]) => void;
  /** Moves them to where they are seen now. */
  readonly place: (camera: PerspectiveCamera, size: { readonly width: number; readonly height: number }) => void;
  readonly close: () => void;
};

export const labelsMax = 60;
const charactersMax = 40;
/** One label a cell. */
const cell = { width: 132, height: 30 } as const;

type Seen = { readonly label: PlacedLabel; readonly x: number; readonly y: number };

/** Those that are shown, heaviest first, none in a cell that another took. */
export const declutter = (seen: readonly Seen[]): readonly Seen[] => {
  const taken = new Set<string>();
  const shown: Seen[] = [];
  for (const one of seen.toSorted((a, b) => b.label.weight - a.label.weight || a.label.row - b.label.row)) {
    const [column, line] = [Math.round(one.x / cell.width), Math.round(one.y / cell.height)];
    const cells = [-1, 0, 1].flatMap((dx) => [-1, 0, 1].map((dy) => `${column + dx} ${line + dy}`));
    if (shown.length >= labelsMax || taken.has(`${column} ${line}`)) continue;
    for (const key of cells) taken.add(key);
    shown.push(one);
  }
  return shown;
};

const cut = (text: string): string => (text.length > charactersMax ? `${text.slice(0, charactersMax - 1)}…` : text);

export const createLabels = (beside: HTMLElement): Labels => {
  const layer = document.createElement('div');
  layer.className = 'scene-labels';
  layer.setAttribute('aria-hidden', 'true');
  beside.after(layer);
  const shown = new Map<number, HTMLElement>();
  let labels: readonly PlacedLabel[] = [];
  const elementOf = ({ row, text }: PlacedLabel): HTMLElement => {
    const known = shown.get(row);
    if (known) return known;
    const element = document.createElement('bdi');
    element.textContent = cut(text);
    layer.append(element);
    shown.set(row, element);
    return element;
  };
  const clear = (stays: (row: number) => boolean): void => {
    for (const [row, element] of shown)
      if (!stays(row)) {
        element.remove();
        shown.delete(row);
      }
  };
  const at = new Vector3();
  return {
    set: (given) => {
      labels = given;
      clear(() => false);
    },
    place: (camera, { width, height }) => {
      const seen = labels.flatMap((label): Seen[] => {
        at.set(...label.at).project(camera);
        const isSeen = at.z < 1 && Math.abs(at.x) < 1 && Math.abs(at.y) < 1;
        return isSeen ? [{ label, x: (at.x * 0.5 + 0.5) * width, y: (0.5 - at.y * 0.5) * height }] : [];
      });
      const stays = declutter(seen);
      const rows = new Set(stays.map(({ label }) => label.row));
      clear((row) => rows.has(row));
      for (const { label, x, y } of stays) elementOf(label).style.transform = `translate(${Math.round(x)}px, ${Math.round(y)}px) translate(-50%, -130%)`;
    },
    close: () => layer.remove(),
  };
};
