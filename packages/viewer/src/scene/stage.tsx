/**
 * Stage: the canvas in which the city stands. fiber mounts it once; frames are drawn when something moved, and never otherwise.
 */
import { useEffect, useRef } from 'react';
import { type Mounted, mountScene } from './mounting.tsx';
import type { Dress, Staged } from './staged.ts';

export type { Staged };

export type StageProps = {
  readonly federation: string;
  readonly dress: Dress;
  readonly onStaged: (staged: Staged) => void;
  readonly onPick: (row: number | undefined) => void;
  readonly onHover?: (row: number | undefined) => void;
  readonly onProblem: (reason: string) => void;
};

const keysSaid =
  'The city in 3D. Arrow keys move, plus and minus zoom, Q and E turn, R and F tilt, Home shows all of it, Enter picks what is in the middle. All of it is in the layers and the search too.';

export const Stage = (props: StageProps) => {
  const { federation, dress } = props;
  const canvas = useRef<HTMLCanvasElement>(null);
  const mounted = useRef<Mounted>(undefined);
  const latest = useRef(props);
  latest.current = props;
  useEffect(() => {
    const told = {
      staged: (staged: Staged) => latest.current.onStaged(staged),
      picked: (row: number | undefined) => latest.current.onPick(row),
      hovered: (row: number | undefined) => latest.current.onHover?.(row),
      problem: (reason: string) => latest.current.onProblem(reason),
    };
    if (!canvas.current) return undefined;
    mounted.current = mountScene({ canvas: canvas.current, federation, dress: latest.current.dress, told });
    return mounted.current.close;
  }, [federation]);
  useEffect(() => mounted.current?.paint(dress), [dress]);
  // biome-ignore lint/a11y/noInteractiveElementToNoninteractiveRole: it takes keys and the pointer as an application does
  return <canvas ref={canvas} className="stage" tabIndex={0} role="application" aria-roledescription="3D city view" aria-label={keysSaid} />;
};
