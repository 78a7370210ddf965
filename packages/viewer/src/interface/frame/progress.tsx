/**
 * Progress: a thin line that fills while the picture sharpens. It is moved by hand: React draws it once.
 */
import { useEffect, useRef } from 'react';
import type { Staged } from '../../scene/staged.ts';

export const Progress = ({ staged }: { readonly staged: Staged | undefined }) => {
  const line = useRef<HTMLDivElement>(null);
  useEffect(
    () =>
      staged?.onEvent((event) => {
        if (event.type !== 'progress' || !line.current) return;
        const share = event.wanted === 0 ? 1 : event.here / event.wanted;
        line.current.style.transform = `scaleX(${share})`;
        line.current.style.opacity = share < 1 ? '1' : '0';
      }),
    [staged],
  );
  return <div ref={line} className="progress" aria-hidden="true" />;
};
