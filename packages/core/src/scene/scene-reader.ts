/**
 * Scene reader: the document of a scene, checked member by member by hand, so that a page needs no library of schemas to look at a city.
 */
import { problem } from '../ground/problem.ts';
import { fail, ok, type Result } from '../ground/result.ts';
import { outlineForms } from './outline-tile.ts';
import type { Scene, SceneProgress } from './scene.ts';
import { sceneLimits } from './scene-limits.ts';

type Check = (value: unknown) => boolean;

const text: Check = (value) => typeof value === 'string';
const truth: Check = (value) => typeof value === 'boolean';
const number: Check = (value) => typeof value === 'number' && Number.isFinite(value);
const whole: Check = (value) => Number.isSafeInteger(value) && Number(value) >= 0;
const digest: Check = (value) => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);

const listOf =
  (check: Check, most = Infinity): Check =>
  (value) =>
    Array.isArray(value) && value.length <= most && value.every(check);
const several =
  (check: Check, count: number): Check =>
  (value) =>
    Array.isArray(value) && value.length === count && value.every(check);
const isObject = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null && !Array.isArray(value);
const texts: Check = (value) => isObject(value) && Object.values(value).every(text);
const shape =
  (members: Readonly<Record<string, Check>>): Check =>
  (value) =>
    isObject(value) && Object.entries(members).every(([name, check]) => check(value[name]));

const layer = shape({
  ...{
    id: text,
    agency: whole,
    archive: digest,
    bytes: whole,
    beginning: whole,
    rowColumns: digest,
    firstRow: whole,
    box: several(number, 4),
    kinds: listOf(whole),
  },
  form: (value) => outlineForms.some((form) => form === value),
  rows: (value) => whole(value) && Number(value) <= sceneLimits.layerRowsMax,
});

const scene = shape({
  ...{ federation: text, revision: text, rowsRevision: text, origin: several(number, 2), box: several(number, 4), rows: whole },
  version: (value) => value === 2,
  agencies: listOf(shape({ id: text, name: texts, complete: truth, coming: (value) => value === undefined || value === true })),
  kinds: listOf(shape({ kind: text, label: texts, broader: listOf(text), count: whole }), sceneLimits.sceneKindsMax),
  layers: listOf(layer, sceneLimits.sceneLayersMax),
});

/** The scene is made for the first time: more than it tells will be drawn. */
export const isComing = ({ agencies }: Pick<Scene, 'agencies'>): boolean => agencies.some(({ coming }) => coming === true);

/** Layers lead to agencies and kinds that are there, and to rows of the scene. */
const leadsSomewhere = ({ agencies, kinds, layers, rows }: Scene): boolean =>
  layers.every((one) => one.agency < agencies.length && one.kinds.every((kind) => kind < kinds.length) && one.firstRow + one.rows <= rows) &&
  rows <= sceneLimits.sceneRowsMax;

export const readScene = (value: unknown): Result<Scene> => {
  // branding: every member was looked at
  const read = scene(value) ? (value as Scene) : undefined;
  return read && leadsSomewhere(read) ? ok(read) : fail(problem('malformed', { subject: 'scene', accepted: 'the document of a scene, version 2' }));
};

const progress = shape({ twins: whole, layers: whole, layersCut: whole, tiles: whole, tilesCut: whole });

/** Undefined where nothing is told of it. */
export const readSceneProgress = (value: unknown): SceneProgress | undefined =>
  // branding: every member was looked at
  progress(value) ? (value as SceneProgress) : undefined;
