/**
 * Layers: what is drawn, by agency and kind, each with its colour, its number and whether it is shown.
 */
import type { Scene } from '@cityweave/core/scene';
import { agencyColour, lookOf } from '../scene/look.ts';
import type { Theme } from '../scene/staged.ts';

type LayersProps = {
  readonly scene: Scene;
  readonly theme: Theme;
  readonly isHidden: (agency: number, kind: number) => boolean;
  readonly onTurn: (key: string) => void;
};

const textOf = (names: Readonly<Record<string, string>>): string => names['en'] ?? Object.values(names)[0] ?? '';

const kindsOf = (scene: Scene, agency: number): readonly number[] => [
  ...new Set(scene.layers.filter((layer) => layer.agency === agency).flatMap(({ kinds }) => kinds)),
];

export const Layers = ({ scene, theme, isHidden, onTurn }: LayersProps) => (
  <details className="panel layers" open={innerWidth > 900}>
    <summary>Layers</summary>
    {scene.agencies.map(({ id, name, complete }, agency) => (
      <fieldset key={id} style={{ border: 0, margin: 0, padding: '4px 0' }}>
        <legend style={{ padding: '0 16px', color: theme === 'light' ? agencyColour(agency) : 'inherit' }}>
          <bdi>{textOf(name)}</bdi>
          {!complete && <span className="conflict"> (last known)</span>}
        </legend>
        {kindsOf(scene, agency).map((at) => {
          const kind = scene.kinds[at];
          if (!kind) return null;
          return (
            <label key={kind.kind}>
              <input type="checkbox" checked={!isHidden(agency, at)} onChange={() => onTurn(`${agency}|${at}`)} />
              <span className="chip" style={{ background: lookOf(kind).colours[theme === 'light' ? 0 : 1] }} />
              <bdi className="name">{textOf(kind.label)}</bdi>
              <span className="soft">{kind.count.toLocaleString()}</span>
            </label>
          );
        })}
      </fieldset>
    ))}
  </details>
);
