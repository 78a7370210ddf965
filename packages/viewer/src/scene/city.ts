/**
 * City: the federated scene as three sees it. Tiles come and go by what the view needs; React hears of none of it.
 */
import type { Scene } from '@cityweave/core/scene';
import { Color, Group, type Mesh, type PerspectiveCamera, type Vector2, type WebGLRenderer } from 'three';
import type { Opening } from './fetching.ts';
import { nearest, rowUnder, shownInView } from './finding.ts';
import { createGliding, createPulse, type Gliding, takeMoves } from './live/gliding.ts';
import { createLive, type LiveHere } from './live/live.ts';
import { type Appearance, createAppearance } from './look/appearance.ts';
import { backdropGeometry, createBackdrop, showsBackdrop } from './look/backdrop.ts';
import { closeMaterials, createMaterials, type Effort, type Materials, setEffort } from './look/materials.ts';
import { createPickable } from './look/pickable.ts';
import { createShadow, type Shadow } from './look/shadow.ts';
import { lightOf, softSun, sunOver } from './look/sun.ts';
import { placeEye } from './look/uniforms.ts';
import { createLabels, type Labels, wholePicture } from './overlay/labels.ts';
import { drawArcs, groupLit, placeLabels, ringAlarms, type Settable } from './overlays.ts';
import { warm } from './rig/warming.ts';
import type { City, Dress, Free, View } from './staged.ts';
import { bytesHere } from './tiles/budget.ts';
import { type Layer, type Loaded, loadLayers, placeOfRow } from './tiles/layers.ts';
import { createTiling, type Tiling } from './tiles/tiling.ts';

export type Seen = {
  readonly camera: PerspectiveCamera;
  readonly renderer: WebGLRenderer;
  readonly view: View;
  readonly size: { readonly width: number; readonly height: number; readonly dpr: number };
  readonly errorPixels: number;
};

/** The city as the stage holds it: more than the page may ask for. */
/** `hold`: whether what is under way stands */
export type StagedCity = Pick<Tiling, 'progress' | 'counts'> &
  Pick<Gliding, 'hold'> & {
    readonly city: City;
    readonly group: Group;
    readonly paint: (dress: Dress) => void;
    /** with shadows, a sky and lines on the ground, or without */
    readonly fine: (on: boolean) => void;
    /** before every frame: takes what the eye needs */
    readonly look: (seen: Seen) => void;
    /** the row of what lies under a point of the picture, -1 to 1 both ways */
    readonly pick: (camera: PerspectiveCamera, at: Vector2) => Promise<number | undefined>;
    /** the middle of what nothing lies over, in shares of the picture from its left and its top */
    readonly aim: () => readonly [x: number, y: number];
    /** the view rests: what is followed is what is seen now */
    readonly rest: () => void;
    /** Takes another revision of the scene; false where its rows are other twins, so that all has to be made anew. */
    readonly revise: (scene: Scene) => Promise<boolean>;
    /** The graphics card has lost all it had. */
    readonly forget: () => void;
    readonly close: () => void;
  };

/** `boxes`: what is far may be drawn as boxes, as long as there are no shadows. */
export type CityRoom = {
  readonly opening: Opening;
  readonly canvas: HTMLElement;
  readonly boxes: boolean;
  readonly changed: () => void;
  readonly revised: () => void;
};

const nowSeconds = (): number => performance.now() / 1_000;

type Made = {
  readonly room: CityRoom;
  scene: Scene;
  layers: readonly Layer[];
  /** agencies with layers that could not be read */
  missing: readonly string[];
  readonly appearance: Appearance;
  readonly tiling: Tiling;
  readonly shadow: Shadow;
  readonly labels: Labels;
  readonly gliding: Gliding;
  /** the next frame of what is under way */
  readonly pulse: ReturnType<typeof createPulse>;
  unpickable: Uint8Array;
  free: Free;
  readonly group: Group;
  readonly backdrop: Mesh;
  readonly background: Color;
  effort: Effort;
  /** the shaders of the first picture were drawn with */
  isWarm: boolean;
  /** numbers of agencies that are silent */
  silent: ReadonlySet<number>;
  readonly materials: Materials;
};

/** While something moves that can be seen, the next frame comes when it has moved by a pixel. */
const keepMoving = ({ gliding, appearance, tiling, pulse }: Made, metresAPixel: number): void => {
  appearance.uniforms.now.value = gliding.now();
  let seen: ReturnType<Tiling['rowsInView']> | undefined;
  const isSeen = (row: number): boolean => {
    seen ??= tiling.rowsInView();
    return (appearance.state.flagsOf(row) & 1) === 0 && seen.some(([from, to]) => row >= from && row <= to);
  };
  const pause = gliding.pause(metresAPixel, isSeen);
  if (pause !== undefined) pulse.after(pause);
};

const lookAt = (made: Made, { camera, renderer, view, size, errorPixels }: Seen): void => {
  const { tiling, appearance, shadow, labels, background } = made;
  const { uniforms } = appearance;
  uniforms.pixels.value = (size.height * size.dpr) / (2 * Math.tan((camera.fov * Math.PI) / 360));
  uniforms.grid.value = uniforms.shadowOn.value > 0 ? 10 ** Math.floor(Math.log10(Math.max(40, camera.position.y))) : 0;
  uniforms.dpr.value = size.dpr;
  placeEye(uniforms, camera, size);
  if (tiling.look({ view, aspect: camera.aspect, pixelsPerMetre: uniforms.pixels.value, errorPixels })) shadow.spoil();
  renderer.setClearColor(background.copy(uniforms.ground.value).convertSRGBToLinear(), 1);
  made.backdrop.visible = made.effort.fine || showsBackdrop(camera, uniforms.far.value);
  if (!made.isWarm)
    warm(
      { renderer, camera, materials: made.materials },
      { forms: made.layers.map(({ layer }) => layer.form), boxes: made.room.boxes, ground: made.backdrop.visible },
    );
  made.isWarm = true;
  shadow.cast(renderer, view);
  keepMoving(made, view.distance / uniforms.pixels.value);
  labels.place(camera, size);
};

const kindsOf = ({ layer: { firstRow, rows, agency }, known: { kinds } }: Layer) => ({ firstRow, rows, agency, kinds });

const agenciesOf = ({ agencies }: Scene, layers: Loaded['missing']): readonly string[] => [
  ...new Set(layers.flatMap(({ agency }) => agencies[agency]?.id ?? [])),
];

const makeCity = (room: CityRoom, { layers, missing }: Loaded): Made => {
  const { canvas, changed } = room;
  const { scene } = room.opening;
  const appearance = createAppearance(scene, changed);
  const materials = createMaterials(appearance.uniforms);
  const group = new Group();
  const gliding = createGliding(nowSeconds);
  const tiling = createTiling({ layers, materials, changed, bytesMax: bytesHere(), glideOf: gliding.of, boxes: room.boxes });
  const backdrop = createBackdrop(materials);
  group.add(backdrop, tiling.group);
  for (const layer of layers) appearance.setKinds(kindsOf(layer), layer.layer.form);
  const shadow = createShadow({ uniforms: appearance.uniforms, materials, solids: tiling.solids });
  return {
    room,
    scene,
    layers,
    missing: agenciesOf(scene, missing),
    appearance,
    materials,
    tiling,
    shadow,
    backdrop,
    background: new Color(),
    effort: { fine: false, marked: false },
    isWarm: false,
    silent: new Set(),
    ...{ gliding, pulse: createPulse(changed), unpickable: new Uint8Array(), free: wholePicture },
    labels: createLabels(canvas, gliding.awayOf),
    group,
  };
};

/** Shaders do no more than what there is to show. */
const tryHarder = (made: Made, more: Partial<Effort>): void => {
  const effort = { ...made.effort, ...more };
  if (effort.fine === made.effort.fine && effort.marked === made.effort.marked) return;
  made.effort = effort;
  setEffort(made.materials, effort);
};

const liveOf = (made: Made) => {
  const { room, scene, tiling, appearance } = made;
  const alarms = ringAlarms(made);
  const live = createLive({
    ...{ federation: scene.federation, rows: scene.rows, rowsRevision: scene.rowsRevision, inView: tiling.rowsInView, revised: room.revised },
    agencies: scene.layers.map(({ firstRow, agency }) => [firstRow, agency]),
    mark: (told, column, alarmed) => {
      tryHarder(made, { marked: true });
      appearance.mark(told);
      alarms.note(column, alarmed);
    },
    unmark: () => {
      appearance.unmark();
      tryHarder(made, { marked: made.silent.size > 0 });
      alarms.clear();
    },
  });
  return { live, alarms };
};

type Doors = Pick<City, 'light' | 'link' | 'label' | 'onAlarms'> & {
  readonly live: LiveHere;
  readonly eye: readonly [number, number, number];
  /** other twins are shown */
  readonly shown: () => void;
};

/** The part of the city that the page may use. */
const toCity = (made: Made, { light, link, label, onAlarms, live, eye, shown }: Doors): City => {
  const { appearance, tiling } = made;
  const { select, hover, legend } = appearance;
  const tell = (mask: Uint8Array<ArrayBuffer>): void => {
    made.unpickable = mask;
    tiling.hide(mask);
  };
  const pickable = createPickable({ appearance, kinds: () => made.layers.map(kindsOf), tell });
  return {
    missing: () => [...new Set([...made.missing, ...agenciesOf(made.scene, tiling.unread())])],
    ...{ light, select, hover, legend, link, label, onAlarms, live: live.live },
    scene: () => made.scene,
    colourBy: (colouring) => {
      if (colouring.by === 'values') tryHarder(made, { marked: true });
      appearance.colourBy(colouring);
    },
    rows: appearance.state.rows,
    hide: (isHidden) => {
      appearance.hide(isHidden);
      pickable.refresh();
      shown();
    },
    pickFrom: pickable.from,
    silence: (ids) => {
      made.silent = new Set(made.scene.agencies.flatMap(({ id }, at) => (ids.includes(id) ? [at] : [])));
      if (made.silent.size > 0) tryHarder(made, { marked: true });
      appearance.silence(made.silent);
    },
    keepFree: (free) => {
      made.free = free;
      made.labels.keepIn(free);
      made.room.changed();
    },
    sunAt: (moment) => appearance.shine(lightOf(moment ? sunOver(made.scene.origin, moment) : softSun)),
    placeOf: (row) => placeOfRow(made.layers, row),
    inView: (most) => nearest(made, eye, most),
    shownInView: () => shownInView(made),
  };
};

const makeFine = (made: Made, on: boolean): void => {
  made.shadow.turn(on);
  made.tiling.drawBoxes(made.room.boxes && !on);
  tryHarder(made, { fine: on });
  made.backdrop.geometry.dispose();
  made.backdrop.geometry = backdropGeometry(on);
};

/** What lies over the city is placed anew: what it is about may be elsewhere. */
const revise = async (made: Made, next: Scene, overlays: readonly { readonly again: () => void }[]): Promise<boolean> => {
  if (next.rowsRevision !== made.scene.rowsRevision) return false;
  const { layers, missing } = await loadLayers({ scene: next, came: [] }, made.layers);
  await takeMoves(made.gliding, made.layers, layers);
  for (const layer of layers) if (!made.layers.includes(layer)) made.appearance.setKinds(kindsOf(layer), layer.layer.form);
  Object.assign(made, { scene: next, layers, missing: agenciesOf(next, missing) });
  made.tiling.setLayers(layers);
  for (const overlay of overlays) overlay.again();
  return true;
};

export const createCity = async (room: CityRoom): Promise<StagedCity> => {
  const loaded = await loadLayers(room.opening);
  const made = makeCity(room, loaded);
  const { appearance, materials, tiling, shadow, labels, group } = made;
  const dress: Settable = { theme: 'light' };
  const eye: [number, number, number] = [0, 0, 0];
  const arcs = drawArcs(made, dress);
  const { live, alarms } = liveOf(made);
  const [names, groups] = [placeLabels(made), groupLit(made)];
  return {
    city: toCity(made, { light: groups.light, link: arcs.link, label: names.ask, onAlarms: alarms.onMore, live, eye, shown: alarms.again }),
    group,
    paint: (wanted) => {
      dress.theme = wanted.theme;
      made.gliding.setMotion(wanted.motion);
      appearance.paint(wanted);
    },
    fine: (on) => makeFine(made, on),
    look: (seen) => {
      seen.camera.position.toArray(eye);
      arcs.look(seen.view.distance);
      groups.look(seen.view.distance, seen.size.height / (2 * Math.tan((seen.camera.fov * Math.PI) / 360)));
      lookAt(made, seen);
    },
    pick: (camera, at) => rowUnder(made, camera, at),
    aim: () => [(made.free.left + made.free.right) / 2, (made.free.top + made.free.bottom) / 2],
    rest: live.look,
    ...{ progress: tiling.progress, counts: tiling.counts, hold: made.gliding.hold },
    revise: (next) => revise(made, next, [arcs, alarms, names, groups]),
    forget: () => {
      tiling.forget();
      appearance.state.forget();
      shadow.spoil();
    },
    close: () => {
      for (const part of [live, alarms, made.pulse, arcs, tiling, shadow, labels, appearance]) part.close();
      closeMaterials(materials);
    },
  };
};
