/**
 * Camera pad: every movement of the view as a button, for who cannot or does not want to drag.
 */
import type { Staged, View } from '../../scene/staged.ts';
import { type Key, useWords } from '../words/words.ts';

const radians = (degrees: number): number => (degrees * Math.PI) / 180;

const pan =
  (right: number, forward: number) =>
  (view: View): View => {
    const [sin, cos] = [Math.sin(radians(view.heading)), Math.cos(radians(view.heading))];
    const [dx, dy] = [right * view.distance * 0.15, forward * view.distance * 0.15];
    return { ...view, east: view.east + dx * cos + dy * sin, north: view.north - dx * sin + dy * cos };
  };

const turned =
  (degrees: number) =>
  (view: View): View => ({ ...view, heading: (view.heading + degrees + 360) % 360 });
const tilted =
  (degrees: number) =>
  (view: View): View => ({ ...view, tilt: Math.max(0, Math.min(80, view.tilt + degrees)) });
const zoomed =
  (factor: number) =>
  (view: View): View => ({ ...view, distance: view.distance * factor });

const moves: readonly (readonly [Key, string, (view: View) => View])[] = [
  ['turnLeft', '↺', turned(-15)],
  ['moveForward', '↑', pan(0, 1)],
  ['turnRight', '↻', turned(15)],
  ['moveLeft', '←', pan(-1, 0)],
  ['moveBack', '↓', pan(0, -1)],
  ['moveRight', '→', pan(1, 0)],
  ['zoomIn', '+', zoomed(0.75)],
  ['zoomOut', '−', zoomed(1 / 0.75)],
  ['northUp', 'N', (view) => ({ ...view, heading: 0 })],
  ['tiltUp', '⌃', tilted(10)],
  ['tiltDown', '⌄', tilted(-10)],
];

export const CameraPad = ({ staged }: { readonly staged: Staged }) => {
  const { say } = useWords();
  return (
    <details className="panel camera-pad">
      <summary>{say('camera')}</summary>
      <div className="pad" dir="ltr">
        {moves.map(([key, sign, move]) => (
          <button key={key} type="button" className="pad-key" aria-label={say(key)} title={say(key)} onClick={() => staged.move(move(staged.view()))}>
            {sign}
          </button>
        ))}
        <button type="button" className="pad-key" aria-label={say('wholeCity')} title={say('wholeCity')} onClick={staged.home}>
          ⌂
        </button>
      </div>
    </details>
  );
};
