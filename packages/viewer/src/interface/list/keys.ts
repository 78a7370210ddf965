/**
 * Keys: where the arrow keys lead in a list of which only a part is drawn.
 */

const pageSteps = 10;

/** Undefined for keys that do not move. */
export const movedBy = (key: string, at: number, count: number): number | undefined => {
  const to: Readonly<Record<string, number>> = {
    ArrowDown: at + 1,
    ArrowUp: at - 1,
    PageDown: at + pageSteps,
    PageUp: at - pageSteps,
    Home: 0,
    End: count - 1,
  };
  const next = to[key];
  return next === undefined || count === 0 ? undefined : Math.max(0, Math.min(count - 1, next));
};
