/**
 * Scene keys: keys of the page that count only while the scene has the focus: next and previous twin in view, and away from the chosen one.
 */
import { useEffect } from 'react';
import type { Staged } from '../../scene/staged.ts';
import { person } from '../state/person.ts';
import { idOfRow, rowsOf } from './rows.ts';

const inViewMax = 200;

/** From near to far; another walk begins where the view is another. */
const createWalk = (staged: Staged) => {
  let [rows, at]: [readonly number[], number] = [[], -1];
  return {
    forget: (): void => {
      rows = [];
    },
    step: async (by: number): Promise<void> => {
      if (rows.length === 0) [rows, at] = [await staged.city.inView(inViewMax), by > 0 ? -1 : 0];
      if (rows.length === 0) return;
      at = (at + by + rows.length) % rows.length;
      const id = await idOfRow(rowsOf(staged), rows[at] ?? 0);
      if (id !== undefined) person.select(id);
    },
  };
};

export const useSceneKeys = (staged: Staged | undefined): void => {
  useEffect(() => {
    if (!staged) return undefined;
    const walk = createWalk(staged);
    const stop = new AbortController();
    const onKey = (event: KeyboardEvent): void => {
      if (!(event.target instanceof HTMLCanvasElement) || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key.toLowerCase() === 'n') void walk.step(event.shiftKey ? -1 : 1);
      else if (event.key === 'Escape') person.set({ selected: undefined, picking: undefined });
    };
    document.addEventListener('keydown', onKey, { signal: stop.signal });
    const forget = staged.onView(walk.forget);
    return () => {
      forget();
      stop.abort();
    };
  }, [staged]);
};
