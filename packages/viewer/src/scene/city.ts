/**
 * City: the federated scene as three sees it. Tiles come and go by what the view needs; React hears of none of it.
 */
import type { Scene } from '@cityweave/core/scene';
import { Group, Mesh, MeshBasicMaterial, type PerspectiveCamera, PlaneGeometry, Raycaster, type Vector2 } from 'three';
import { type Appearance, createAppearance, themes } from './appearance.ts';
import { type Layer, loadLayers } from './layers.ts';
import { createMaterials } from './materials.ts';
import { createTiling } from './tiling.ts';

export type { Theme } from './appearance.ts';

export type Place = { readonly east: number; readonly north: number; readonly top: number };

export type City = Pick<Appearance, 'light' | 'select' | 'hide' | 'paint'> & {
  readonly group: Group;
  readonly scene: Scene;
  /** layers that could not be read, by agency and form */
  readonly missing: readonly string[];
  /** before every frame: takes what the eye needs */
  readonly look: (camera: PerspectiveCamera, heightPixels: number) => void;
  /** the row of what lies under a point of the picture, -1 to 1 both ways */
  readonly pick: (camera: PerspectiveCamera, at: Vector2) => Promise<number | undefined>;
  readonly placeOf: (row: number) => Place | undefined;
  readonly close: () => void;
};

const groundMetres = 400_000;

const createGround = () => {
  const ground = new Mesh(new PlaneGeometry(groundMetres, groundMetres).rotateX(-Math.PI / 2), new MeshBasicMaterial({ depthWrite: false }));
  ground.renderOrder = 0;
  return ground;
};

const placeIn = (layers: readonly Layer[], row: number): Place | undefined => {
  const found = layers.find(({ layer }) => row >= layer.firstRow && row < layer.firstRow + layer.rows);
  if (!found) return undefined;
  const [at, { east, north, top }] = [row - found.layer.firstRow, found.columns];
  return { east: east[at] ?? 0, north: north[at] ?? 0, top: top[at] ?? 0 };
};

/** How far one sees, as a share of the farthest that is drawn at all. */
const sightShare = 0.6;

export const createCity = async (scene: Scene, changed: () => void): Promise<City> => {
  const { layers, missing } = await loadLayers(scene);
  const appearance = createAppearance({ scene, layers, changed });
  const { uniforms, light, select } = appearance;
  const materials = createMaterials(uniforms);
  const [group, ground, caster] = [new Group(), createGround(), new Raycaster()];
  group.add(ground);
  const tiling = createTiling({ layers, group, materials, changed });
  return {
    ...{ group, scene, light, select },
    missing: missing.map(({ id }) => id),
    hide: (isHidden) => {
      appearance.hide(isHidden);
      tiling.hide(appearance.hidden());
    },
    look: (camera, heightPixels) => {
      uniforms.pixels.value = heightPixels / (2 * Math.tan((camera.fov * Math.PI) / 360));
      uniforms.far.value = camera.far * sightShare;
      tiling.look(camera, uniforms.pixels.value);
    },
    pick: async (camera, at) => {
      caster.setFromCamera(at, camera);
      const { origin, direction } = caster.ray;
      const hit = await tiling.pick({ from: [origin.x, origin.y, origin.z], along: [direction.x, direction.y, direction.z] });
      return hit?.row;
    },
    paint: (theme) => {
      ground.material.color.set(themes[theme].ground);
      appearance.paint(theme);
    },
    placeOf: (row) => placeIn(layers, row),
    close: () => {
      tiling.close();
      for (const material of Object.values(materials)) material.dispose();
      appearance.close();
    },
  };
};
