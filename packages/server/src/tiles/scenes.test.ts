import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type AgencyId,
  Authority,
  agencyIdOf,
  cityDictionary,
  createVocabulary,
  type Federation,
  fail,
  instantOfMs,
  ok,
  problem,
  type Result,
  type Scene,
  TwinRow,
} from '@cityweave/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { WalkedSource } from '../orchestration/utilization/walking.ts';
import { createCutThreads } from './cut/cut-threads.ts';
import { createSceneFiles } from './scene-files.ts';
import { createScenes, partly } from './scenes.ts';

const federation = { id: 'urn:dtf:federation:a.example:f' } as Federation; // branding: only its id is read
const agencyOf = (name: string): AgencyId => agencyIdOf(Authority.parse(`${name}.example`));

const gaugeOf = (name: string, longitude: number): TwinRow => {
  const [at, agency] = ['2026-05-04T00:00:00.000Z', agencyOf(name)];
  const provenance = { observedAt: at, recordedAt: at, source: agency };
  const times = { version: 1, createdAt: at, updatedAt: at };
  const place = { position: [longitude, 48] };
  return TwinRow.parse({
    twin: { id: `urn:dtf:twin:${name}.example:gauge/1`, agency, kind: 'city:RiverGauge', name: {}, values: {}, provenance, ...place, ...times },
  });
};

/** One gauge, once the walk is let go; the walk ends as it is let go. */
const sourceOf = (name: string, longitude: number, letGo: Promise<Result<number>> = Promise.resolve(ok(1))): WalkedSource => ({
  agency: agencyOf(name),
  name: { en: name },
  steadyUnder: name,
  seq: async () => ok(1),
  walk: async (_, take) => {
    const walked = await letGo;
    if (walked.ok) take([gaugeOf(name, longitude)]);
    return walked;
  },
});

describe('the first scene of a federation', () => {
  let [folder, nowMs] = ['', 0];
  const stop = new AbortController();
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cityweave-scenes-'));
    nowMs = 0;
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const roomOf = (sources: readonly WalkedSource[], threads: ReturnType<typeof createCutThreads>) => ({
    ...{ clock: { now: () => instantOfMs(0), monotonicMs: () => nowMs }, threads, files: createSceneFiles(folder) },
    ...{ vocabulary: () => createVocabulary([cityDictionary]), federation: () => federation, sources: () => sources },
    failed: (cause: unknown) => {
      throw cause;
    },
    signal: stop.signal,
  });

  /** Its walk takes so long that what is known then is shown. */
  const slow = (name: string, takesMs: number = partly.afterMs): WalkedSource => {
    const source = sourceOf(name, 9);
    return {
      ...source,
      walk: (...asked) => {
        nowMs += takesMs;
        return source.walk(...asked);
      },
    };
  };

  /** What is asked again and again until it is as wanted. */
  const sceneWhere = async (of: ReturnType<typeof createScenes>['of'], isWanted: (scene: Scene) => boolean): Promise<Scene> => {
    for (;;) {
      const held = await of(federation.id);
      if (held.ok && isWanted(held.value.built.scene)) return held.value.built.scene;
      await new Promise(setImmediate);
    }
  };
  const standing = ({ agencies, rows }: Scene) => ({ rows, agencies: agencies.map(({ complete, coming }) => (coming ? 'coming' : complete)) });

  it('shows what is known of it after a while, says who is still to come, and then is whole', async () => {
    await using threads = createCutThreads();
    const late = Promise.withResolvers<Result<number>>();
    const scenes = createScenes(roomOf([slow('a'), sourceOf('b', 9.001, late.promise), sourceOf('c', 9.002)], threads));
    const first = await sceneWhere(scenes.of, () => true);
    expect(standing(first)).toEqual({ rows: 1, agencies: [true, 'coming', 'coming'] });
    expect(await createSceneFiles(folder).kept(federation.id)).toBeUndefined();
    late.resolve(ok(1));
    const whole = await sceneWhere(scenes.of, ({ rows }) => rows === 3);
    expect(standing(whole)).toEqual({ rows: 3, agencies: [true, true, true] });
    expect([whole.origin, whole.rowsRevision === first.rowsRevision]).toEqual([first.origin, false]);
    await scenes.settled();
    expect(await createSceneFiles(folder).kept(federation.id)).toMatchObject({ scene: { revision: whole.revision } });
  });

  it('says of who did not answer that he is not complete, though others were shown before', async () => {
    await using threads = createCutThreads();
    const late = Promise.withResolvers<Result<number>>();
    const scenes = createScenes(roomOf([slow('a'), sourceOf('b', 9.001, late.promise)], threads));
    expect(standing(await sceneWhere(scenes.of, () => true))).toEqual({ rows: 1, agencies: [true, 'coming'] });
    late.resolve(fail(problem('unavailable', { subject: 'b' })));
    expect(standing(await sceneWhere(scenes.of, ({ agencies }) => agencies.every(({ coming }) => !coming)))).toEqual({ rows: 1, agencies: [true, false] });
    await scenes.settled();
  });

  it('shows more of it after a while, also where it is not much more', async () => {
    await using threads = createCutThreads();
    const late = Promise.withResolvers<Result<number>>();
    const sources = [slow('a'), sourceOf('b', 9.001), sourceOf('c', 9.002), slow('d', partly.againMs), sourceOf('e', 9.003, late.promise)];
    const scenes = createScenes(roomOf(sources, threads));
    expect(standing(await sceneWhere(scenes.of, ({ rows }) => rows === 4))).toEqual({ rows: 4, agencies: [true, true, true, true, 'coming'] });
    late.resolve(ok(1));
    await sceneWhere(scenes.of, ({ rows }) => rows === 5);
    await scenes.settled();
  });

  it('says of nobody that he is to come once it could not be made', async () => {
    await using threads = createCutThreads();
    const late = Promise.withResolvers<Result<number>>();
    const failures: unknown[] = [];
    const room = roomOf([slow('a'), sourceOf('b', 9.001, late.promise)], threads);
    const scenes = createScenes({ ...room, failed: (cause) => failures.push(cause) });
    await sceneWhere(scenes.of, () => true);
    late.reject(new Error('a bug'));
    const after = await sceneWhere(scenes.of, ({ agencies }) => agencies.every(({ coming }) => !coming));
    expect([standing(after), failures]).toEqual([{ rows: 1, agencies: [true, false] }, [new Error('a bug')]]);
    await scenes.settled();
  });

  it('is shown at once as a whole where that takes no longer', async () => {
    await using threads = createCutThreads();
    const scenes = createScenes(roomOf([sourceOf('a', 9), sourceOf('b', 9.001)], threads));
    expect(standing(await sceneWhere(scenes.of, () => true))).toEqual({ rows: 2, agencies: [true, true] });
    await scenes.settled();
  });

  it('that is forgotten while a source is walked that never ends is not waited for', async () => {
    await using threads = createCutThreads();
    const [begun, never] = [Promise.withResolvers<void>(), Promise.withResolvers<Result<number>>()];
    const endless: WalkedSource = {
      ...sourceOf('b', 9.001),
      walk: (_query, _take, signal) => {
        begun.resolve();
        signal.addEventListener('abort', () => never.resolve(fail(problem('cancelled'))), { once: true });
        return never.promise;
      },
    };
    const scenes = createScenes(roomOf([sourceOf('a', 9), endless], threads));
    expect(await scenes.of(federation.id)).toMatchObject({ ok: false, problem: { kind: 'unavailable' } });
    await begun.promise;
    await scenes.forget(federation.id);
    expect(await createSceneFiles(folder).kept(federation.id)).toBeUndefined();
    await scenes.settled();
  });
});
