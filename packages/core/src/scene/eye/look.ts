/**
 * Look: how somebody is going to look at a scene, told before it is known, and the tiles that such a picture needs.
 */
import { problem } from '../../ground/problem.ts';
import { fail, ok, type Result } from '../../ground/result.ts';
import { createLocalFrame } from '../local-frame.ts';
import type { Scene } from '../scene.ts';
import { sceneLimits } from '../scene-limits.ts';
import { homeOf } from './home.ts';
import { type Selection, selectTiles, type TileTree } from './tile-tree.ts';
import { bounded, type Camera, eyeAt, seesFrom, type View } from './view.ts';

export type Look = {
  /** from where; else from home */
  readonly from?: Camera | undefined;
  /** how wide the picture is for its height */
  readonly aspect: number;
  /** pixels of an object of one metre at a distance of one metre */
  readonly pixelsPerMetre: number;
  /** pixels by which a tile may lie from the truth */
  readonly errorPixels: number;
};

/** Of a scene that is known. */
export type Picture = Omit<Look, 'from'> & { readonly view: View };

const viewOf = ({ origin }: Pick<Scene, 'origin'>, { longitude, latitude, ...view }: Camera): View => {
  const [east, north] = createLocalFrame(origin).toLocal(longitude, latitude);
  return bounded({ ...view, east, north });
};

export const pictureOf = (scene: Pick<Scene, 'origin' | 'box' | 'layers'>, { from, ...look }: Look): Picture => ({
  ...look,
  view: from ? viewOf(scene, from) : homeOf(scene, look.aspect),
});

/** What the picture shows of a layer, of what is here, and what it needs besides. */
export const selectFor = ({ view, aspect, pixelsPerMetre, errorPixels }: Picture, tree: TileTree, isHere: (tile: number) => boolean): Selection => {
  const [east, north, up] = eyeAt(view);
  const sees = seesFrom(view, aspect);
  const isSeen = (at: number): boolean => {
    const tile = tree.tileAt(at);
    return tile !== undefined && sees(tile);
  };
  return selectTiles(tree, { at: [east, up, -north], pixelsPerMetre, errorPixels, sees: isSeen }, isHere);
};

const cameraMembers = ['longitude', 'latitude', 'distance', 'heading', 'tilt'] as const;
const decimals = 6;
const isNumber = (value: number | undefined): value is number => value !== undefined && Number.isFinite(value);

/** As a part of an address: aspect, pixels a metre and pixels of error, then perhaps the five numbers of a camera. */
export const writeLook = ({ aspect, pixelsPerMetre, errorPixels, from }: Look): string =>
  [aspect, pixelsPerMetre, errorPixels, ...(from ? cameraMembers.map((name) => from[name]) : [])].map((value) => value.toFixed(decimals)).join(',');

const cameraIn = ([longitude, latitude, distance, heading, tilt, ...more]: readonly number[]): Camera | undefined =>
  isNumber(longitude) && isNumber(latitude) && isNumber(distance) && isNumber(heading) && isNumber(tilt) && more.length === 0
    ? { longitude, latitude, distance, heading, tilt }
    : undefined;

const { lookAspectMax, lookPixelsMax, lookErrorPixelsMin } = sceneLimits;
const accepted = `aspect (1/${lookAspectMax} to ${lookAspectMax}), pixels a metre (up to ${lookPixelsMax}) and pixels of error (from ${lookErrorPixelsMin}); then perhaps longitude, latitude, distance, heading and tilt`;

const isLook = ({ aspect, pixelsPerMetre, errorPixels }: Look): boolean =>
  Math.max(aspect, 1 / aspect) <= lookAspectMax && pixelsPerMetre > 0 && pixelsPerMetre <= lookPixelsMax && errorPixels >= lookErrorPixelsMin;

const isPlace = ({ longitude, latitude }: Camera): boolean => Math.abs(longitude) <= 180 && Math.abs(latitude) <= 90;

/** What is left out is no number. */
const numberIn = (text: string): number => (text.trim() === '' ? Number.NaN : Number(text));

export const readLook = (text: string): Result<Look> => {
  const [aspect = 0, pixelsPerMetre = 0, errorPixels = 0, ...place] = text.split(',').map(numberIn);
  const look: Look = { aspect, pixelsPerMetre, errorPixels, from: cameraIn(place) };
  const isRead = isLook(look) && Number.isFinite(errorPixels) && (look.from ? isPlace(look.from) : place.length === 0);
  return isRead ? ok(look) : fail(problem('malformed', { subject: 'look', found: text.slice(0, 80), accepted }));
};
