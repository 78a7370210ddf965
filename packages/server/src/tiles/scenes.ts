/**
 * Scenes: one for every federation that somebody looks at. What was cut is served at once; whoever asks sets off the look at what has changed since.
 */
import { hash } from 'node:crypto';
import {
  type AgencyId,
  type Federation,
  type FederationId,
  fail,
  isComing,
  ok,
  type Problem,
  problem,
  type Result,
  type SceneProgress,
  type Vocabulary,
} from '@cityweave/core';
import type { Clock } from '../deps.ts';
import type { WalkedSource } from '../orchestration/utilization/walking.ts';
import { Built, buildScene, type LayersCut } from './built.ts';
import { collect, type Part, type Parts } from './collected.ts';
import type { CutThreads } from './cut/cut-threads.ts';
import { createRowIndex, type RowIndex } from './row-index.ts';
import type { SceneFiles } from './scene-files.ts';

export type SceneRoom = {
  readonly clock: Clock;
  readonly vocabulary: () => Vocabulary;
  readonly federation: (id: string) => Federation | undefined;
  readonly sources: (federation: Federation) => readonly WalkedSource[];
  readonly files: SceneFiles;
  readonly threads: CutThreads;
  readonly failed: (cause: unknown) => void;
  readonly signal: AbortSignal;
};

export type Held = { readonly built: Built; readonly rows: RowIndex };

export type Scenes = {
  /** The scene as it is known now; `unavailable`, with how far it is, while the first one is made. */
  readonly of: (federation: string) => Promise<Result<Held>>;
  /** How far the scene is that is being made; undefined where nobody asked for it yet. */
  readonly progress: (federation: string) => SceneProgress | undefined;
  /** Nothing is kept of it any more; who asks next sees what may be seen then. */
  readonly forget: (federation: FederationId) => Promise<void>;
  /** resolves when nothing is being made */
  readonly settled: () => Promise<void>;
};

/** Rows are named by what they were when somebody was told of them: those of another revision are other twins. */
export const withRows = (held: Held, meant: string | undefined): Result<Held> => {
  const { rowsRevision } = held.built.scene;
  if (meant === undefined || meant === rowsRevision) return ok(held);
  return fail(problem('revisionConflict', { subject: 'rows of the scene', found: meant.slice(0, 80), accepted: rowsRevision }));
};

/** Between two looks at what the members have changed. */
const refreshMs = 5_000;

type Making = {
  held: Held | undefined;
  parts: Parts;
  /** twins looked at so far */
  walked: number;
  /** undefined while twins are looked at */
  layers: LayersCut | undefined;
  refreshedMs: number;
  problem: Problem | undefined;
  work: Promise<void> | undefined;
  readonly loaded: Promise<void>;
  /** nobody wants to see any more what is being made */
  readonly stop: AbortController;
};

const hold = (built: Built): Held => ({ built, rows: createRowIndex(built) });

/** Nobody changed anything since the scene that was kept. */
const isAsKept = async ({ seqs, scene }: Built, sources: readonly WalkedSource[], signal: AbortSignal): Promise<boolean> => {
  const known = new Map<string, number>(seqs);
  if (sources.length !== scene.agencies.length || scene.agencies.some(({ complete }) => !complete)) return false;
  const now = await Promise.all(sources.map(async (source) => [source.agency, await source.seq(signal)] as const));
  return now.every(([agency, seq]) => seq.ok && known.get(agency) === seq.value);
};

/** Of a member that does not answer and whose twins are not at hand, the tiles stay; only the document says that they are not complete. */
const keepTiles = (held: Held, parts: Parts): Held => {
  const agencies = held.built.scene.agencies.map((agency) => ({ ...agency, complete: parts.get(agency.id)?.problem === undefined }));
  const missing = agencies.flatMap(({ id, complete }) => (complete ? [] : [id])).join(' ');
  const revision = `${held.built.scene.revision.split('~')[0]}${missing && `~${hash('sha256', missing, 'hex').slice(0, 8)}`}`;
  return { ...held, built: { ...held.built, scene: { ...held.built.scene, agencies, revision } } };
};

const isLost = ({ seq, problem: why }: Part, before: Built | undefined): boolean =>
  why !== undefined && seq === undefined && before !== undefined && before.seqs.length > 0;

const namesOf = ({ scene: { layers } }: Built): readonly string[] => layers.flatMap(({ archive, rowColumns }) => [archive, rowColumns]);

type Refreshing = { readonly room: SceneRoom; readonly making: Making; readonly federation: Federation; readonly sources: readonly WalkedSource[] };

/** Cuts what the parts have to show anew where that is another scene than the one that is held. */
const build = async ({ room, making, federation }: Refreshing, parts: readonly Part[]): Promise<Result<Built>> => {
  const { threads, files, signal } = room;
  const before = making.held?.built;
  const progress = (layers: LayersCut): void => {
    making.layers = layers;
  };
  const built = await buildScene({ federation: federation.id, parts, before, vocabulary: room.vocabulary(), threads, files, progress, signal });
  if (built.ok && built.value.scene.revision !== before?.scene.revision) making.held = hold(built.value);
  return built;
};

/** The first scene is shown before all of it is known: after a while, and then whenever there is so many times more of it, or more after so long. */
export const partly = { afterMs: 1_500, times: 2, againMs: 5_000 } as const;

const showPartly = (refreshing: Refreshing): ((parts: Parts) => Promise<void>) => {
  const { room, making, sources } = refreshing;
  let [shown, shownMs] = [0, room.clock.monotonicMs()];
  return async (known) => {
    const twins = [...known.values()].reduce((sum, { drawn }) => sum + drawn.length, 0);
    const sinceMs = room.clock.monotonicMs() - shownMs;
    if (twins === shown || sinceMs < partly.afterMs || (twins < shown * partly.times && sinceMs < partly.againMs)) return;
    shown = twins;
    const parts = sources.map(
      ({ agency, name }) => known.get(agency) ?? { agency, name, seq: undefined, drawn: [], unplaced: [], wholes: [], coming: true as const },
    );
    await build(refreshing, parts);
    shownMs = room.clock.monotonicMs();
    making.layers = undefined;
  };
};

/** What was to come does not: the last of a first scene could not be made. */
const noneComing = (held: Held): Held => {
  const { scene } = held.built;
  const agencies = scene.agencies.map(({ coming: _, ...agency }) => agency);
  return { ...held, built: { ...held.built, scene: { ...scene, agencies, revision: `${scene.revision}~partly` } } };
};

const refresh = async (room: SceneRoom, making: Making, federation: Federation): Promise<void> => {
  const { signal, files } = room;
  const sources = room.sources(federation);
  const before = making.held?.built;
  if (before && making.parts.size === 0 && (await isAsKept(before, sources, signal))) return;
  const refreshing = { room, making, federation, sources };
  const progress = (twins: number): void => {
    making.walked += twins;
  };
  const walking = { sources, known: making.parts, vocabulary: room.vocabulary(), signal, progress };
  const parts = await collect({ ...walking, partly: before ? undefined : showPartly(refreshing) });
  if (signal.aborted) return;
  if (making.held && [...parts.values()].some((part) => isLost(part, before))) {
    making.held = keepTiles(making.held, parts);
    return;
  }
  making.parts = parts;
  const built = await build(refreshing, [...parts.values()]);
  making.problem = built.ok ? undefined : built.problem;
  if (built.ok) await files.keep(federation.id, built.value, namesOf(built.value));
};

const load = async ({ files }: SceneRoom, making: { held: Held | undefined }, federation: FederationId): Promise<void> => {
  const kept = Built.safeParse(await files.kept(federation));
  if (kept.success && kept.data.scene.federation === federation) making.held = hold(kept.data);
};

export const howFar = ({ walked, layers }: Pick<Making, 'walked' | 'layers'>): SceneProgress => {
  const [cut, of] = layers?.tiles() ?? [0, 0];
  return { twins: walked, layers: layers?.of ?? 0, layersCut: layers?.cut ?? 0, tiles: of, tilesCut: cut };
};

const inWords = ({ twins, layers, layersCut, tiles, tilesCut }: SceneProgress): string =>
  [
    `being cut, ${twins} twins looked at`,
    ...(layers > 0 ? [`${layersCut} of ${layers} layers cut`] : []),
    ...(tiles > 0 ? [`${tilesCut} of ${tiles} tiles of the next`] : []),
  ].join(', ');

const newMaking = (room: SceneRoom, federation: FederationId): Making => {
  const slot: { held: Held | undefined } = { held: undefined };
  return Object.assign(slot, {
    parts: new Map<AgencyId, Part>(),
    ...{ walked: 0, layers: undefined, problem: undefined, work: undefined },
    refreshedMs: Number.NEGATIVE_INFINITY,
    loaded: load(room, slot, federation),
    stop: new AbortController(),
  });
};

export const createScenes = (room: SceneRoom): Scenes => {
  const scenes = new Map<FederationId, Making>();
  const begin = (federation: FederationId): Making => {
    const made = newMaking(room, federation);
    scenes.set(federation, made);
    return made;
  };
  const lookAgain = (making: Making, federation: Federation): void => {
    if (making.work || room.clock.monotonicMs() - making.refreshedMs < refreshMs || room.signal.aborted || making.stop.signal.aborted) return;
    Object.assign(making, { walked: 0, layers: undefined });
    const signal = AbortSignal.any([making.stop.signal, room.signal]);
    making.work = refresh({ ...room, signal }, making, federation)
      .catch((cause) => {
        if (signal.aborted) return;
        making.problem = problem('internal', { subject: 'scene' });
        room.failed(cause);
      })
      .finally(() => {
        if (making.held && isComing(making.held.built.scene)) making.held = noneComing(making.held);
        making.work = undefined;
        making.refreshedMs = room.clock.monotonicMs();
      });
  };
  const settled = async (): Promise<void> => {
    await Promise.all([...scenes.values()].map(({ work }) => work));
  };
  return {
    progress: (id) => {
      const federation = room.federation(id);
      const making = federation && scenes.get(federation.id);
      return making && howFar(making);
    },
    of: async (id) => {
      const federation = room.federation(id);
      if (!federation) return fail(problem('unknownFederation', { subject: id.slice(0, 80) }));
      const making = scenes.get(federation.id) ?? begin(federation.id);
      await making.loaded;
      lookAgain(making, federation);
      if (making.held) return ok(making.held);
      return fail(making.problem ?? problem('unavailable', { subject: 'scene', found: inWords(howFar(making)) }));
    },
    forget: async (id) => {
      const making = scenes.get(id);
      making?.stop.abort();
      await making?.work;
      scenes.delete(id);
      await room.files.forget(id);
    },
    settled,
  };
};
