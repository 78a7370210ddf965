/**
 * Stage: the canvas in which the city stands. fiber mounts it once; frames are drawn when something moved, and never otherwise.
 */
import type { Camera, SceneProgress } from '@cityweave/core/scene';
import { useEffect, useRef } from 'react';
import { type Mounted, mountScene } from './mounting.tsx';
import type { Dress, SceneProblem, Staged } from './staged.ts';

export type StageProps = {
  /** undefined: the one that the node shows first */
  readonly federation: string | undefined;
  readonly dress: Dress;
  /** from where it is looked at first; else from home */
  readonly from: Camera | undefined;
  /** which federation is shown, or undefined where that cannot be told */
  readonly onNamed: (federation: string | undefined) => void;
  /** the node is making the scene, and is so far */
  readonly onMaking: (progress: SceneProgress) => void;
  readonly onStaged: (staged: Staged) => void;
  readonly onPick: (row: number | undefined) => void;
  readonly onHover?: (row: number | undefined) => void;
  readonly onProblem: (problem: SceneProblem) => void;
  /** what it is, what is seen in it now, and which keys it takes, in the reader's language */
  readonly said: { readonly role: string; readonly name: string; readonly keys: string };
};

export const Stage = (props: StageProps) => {
  const { federation, dress, said } = props;
  const canvas = useRef<HTMLCanvasElement>(null);
  const mounted = useRef<Mounted>(undefined);
  const latest = useRef(props);
  latest.current = props;
  useEffect(() => {
    const told = {
      named: (shown: string | undefined) => latest.current.onNamed(shown),
      making: (progress: SceneProgress) => latest.current.onMaking(progress),
      staged: (staged: Staged) => latest.current.onStaged(staged),
      picked: (row: number | undefined) => latest.current.onPick(row),
      hovered: (row: number | undefined) => latest.current.onHover?.(row),
      problem: (problem: SceneProblem) => latest.current.onProblem(problem),
    };
    if (!canvas.current) return undefined;
    mounted.current = mountScene({ canvas: canvas.current, federation, dress: latest.current.dress, from: latest.current.from, told });
    return mounted.current.close;
  }, [federation]);
  useEffect(() => mounted.current?.paint(dress), [dress]);
  const spoken = { 'aria-roledescription': said.role, 'aria-label': said.name, 'aria-description': said.keys };
  // biome-ignore lint/a11y/noInteractiveElementToNoninteractiveRole: it takes keys and the pointer as an application does
  return <canvas ref={canvas} className="stage" tabIndex={0} role="application" {...spoken} />;
};
