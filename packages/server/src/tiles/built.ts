/**
 * Built: a scene as it is served: its document, and which twin every row is. Layers whose twins look as before are not cut again.
 */
import { createHash, hash } from 'node:crypto';
import {
  type AgencyId,
  boxOf,
  compareText,
  type FederationId,
  fail,
  type OutlineForm,
  ok,
  outlineForms,
  problem,
  type Result,
  Scene,
  type SceneKind,
  type SceneLayer,
  shorten,
  type TermId,
  type Vocabulary,
} from '@cityweave/core';
import { z } from 'zod';
import { createCarried } from './carried.ts';
import type { Part } from './collected.ts';
import { type CutColumns, createColumnsWriter } from './cut/columns.ts';
import type { CutThreads, TilesCut } from './cut/cut-threads.ts';
import { type LocalBox, noBox, toRings, widen } from './cut/local.ts';
import type { Drawn } from './drawn.ts';
import { drawOnce } from './once.ts';
import type { SceneFiles } from './scene-files.ts';

/** A layer and the digest of what it was cut from, so that the same is not cut twice. */
const BuiltLayer = z.object({ from: z.string(), ids: z.array(z.string()) });

/** Another one where the same twins are cut otherwise: what an earlier version kept is not served. */
const cutVersion = 11;

export const Built = z.object({
  version: z.literal(cutVersion),
  scene: Scene,
  layers: z.array(BuiltLayer),
  /** twins that share another's row */
  standIn: z.array(z.tuple([z.string(), z.string()])),
  /** parts, each with the whole that it is part of */
  wholes: z.array(z.tuple([z.string(), z.string()])),
  /** by agency, as its index in the scene, and kind: how many have a place and are drawn in another's row */
  elsewhere: z.array(z.tuple([z.int(), z.string(), z.int()])),
  /** agencies and the change sequences that the scene shows */
  seqs: z.array(z.tuple([z.string(), z.int()])),
});
export type Built = z.infer<typeof Built>;

/** How many layers are cut, of how many, and how far the next one is. */
export type LayersCut = { readonly cut: number; readonly of: number; readonly tiles: TilesCut };

export type Building = {
  readonly federation: FederationId;
  readonly parts: readonly Part[];
  readonly before: Built | undefined;
  readonly vocabulary: Vocabulary;
  readonly threads: CutThreads;
  readonly files: SceneFiles;
  readonly progress: (layers: LayersCut) => void;
  readonly signal: AbortSignal;
};

/** Once it is chosen it stays, or every tile would move with the first twin at the edge. */
const originOf = ({ before, parts }: Building): [number, number] => {
  if (before) return before.scene.origin;
  const [west, south, east, north] = parts.flatMap(({ drawn }) => drawn.map(({ place }) => boxOf(place))).reduce<LocalBox>(widen, noBox);
  const middle = (a: number, b: number): number => Math.round(((a + b) / 2) * 1000) / 1000;
  return Number.isFinite(west) ? [middle(west, east), middle(south, north)] : [0, 0];
};

const kindsOf = (drawn: readonly Drawn[], vocabulary: Vocabulary): readonly SceneKind[] => {
  const counts = new Map<TermId, number>();
  for (const { kind } of drawn) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return [...counts]
    .sort(([a], [b]) => compareText(a, b))
    .map(([kind, count]) => {
      const term = vocabulary.term(kind);
      return { kind, count, label: term?.label ?? { en: kind }, broader: [...(term?.broader ?? []), ...(term?.sameAs ?? [])] };
    });
};

type Group = { readonly agency: number; readonly form: OutlineForm; readonly drawn: readonly Drawn[] };

const groupsOf = (parts: readonly Part[], shown: ReadonlySet<Drawn>): readonly Group[] => {
  const carried = createCarried(shown);
  return parts.flatMap((part, agency) =>
    outlineForms.flatMap((form) => {
      const drawn = part.drawn.filter((one) => one.form === form && shown.has(one)).map(carried);
      return drawn.length === 0 ? [] : [{ agency, form, drawn }];
    }),
  );
};

type Cut = { readonly layer: Omit<SceneLayer, 'firstRow'>; readonly from: string; readonly ids: readonly string[] };

type Cutting = {
  readonly building: Building;
  readonly origin: [number, number];
  readonly kinds: readonly SceneKind[];
  /** told of the layer that is being cut now */
  readonly tiles: (tiles: TilesCut) => void;
};

/** So many twins are looked at before others have their turn. */
const twinsATurn = 10_000;

/** What the layer is cut from, and the digest of all of it: of the same twins that look the same there is the same. */
const columnsOf = async ({ origin, kinds, building: { signal } }: Cutting, { form, drawn }: Group): Promise<{ columns: CutColumns; from: string }> => {
  const numbers = new Map(kinds.map(({ kind }, at) => [kind, at]));
  const [writer, digest] = [createColumnsWriter(), createHash('sha256').update(JSON.stringify([origin, form]))];
  for (let at = 0; at < drawn.length && !signal.aborted; at += twinsATurn) {
    const turn = drawn.slice(at, at + twinsATurn);
    for (const { kind, place, ...shape } of turn) writer.add({ ...shape, kind: numbers.get(kind) ?? 0, rings: toRings(place) });
    digest.update(JSON.stringify(turn.map(({ id }) => id)));
    await new Promise(setImmediate);
  }
  const columns = writer.columns();
  for (const numbersOfAll of Object.values(columns)) digest.update(numbersOfAll);
  return { columns, from: digest.digest('hex') };
};

const cutGroup = async (cutting: Cutting, group: Group): Promise<Result<Cut>> => {
  const { origin, building } = cutting;
  const { federation, before, files, threads, signal, parts } = building;
  const { columns, from } = await columnsOf(cutting, group);
  const known = before?.layers.findIndex((layer) => layer.from === from) ?? -1;
  const [layer, ids] = [before?.scene.layers[known], before?.layers[known]?.ids];
  if (layer && ids && (await files.size(layer.archive)) !== undefined) return ok({ layer: { ...layer, agency: group.agency }, from, ids });
  const kinds = [...new Set(columns.kind)].sort((a, b) => a - b);
  const id = `${parts[group.agency]?.agency ?? ''} ${group.form}`;
  const served = before?.scene.layers.find((one) => one.id === id);
  const archiveBefore = served && (await files.whole(served.archive));
  const begun = threads.begin({ origin, form: group.form, columns, ...(archiveBefore && { archiveBefore }) }, signal);
  cutting.tiles(begun.tiles);
  const cut = await begun.cut;
  if (!cut.ok) return cut;
  const { archive, beginning, rowColumns, name, rowColumnsName, box, order } = cut.value;
  await files.put(federation, name, archive);
  await files.put(federation, rowColumnsName, rowColumns);
  return ok({
    layer: {
      id,
      agency: group.agency,
      form: group.form,
      archive: name,
      bytes: archive.length,
      beginning,
      rowColumns: rowColumnsName,
      rows: order.length,
      box: [...box],
      kinds,
    },
    from,
    ids: Array.from(order, (at) => group.drawn[at]?.id ?? ''),
  });
};

/** What is told of twins beside the rows that are drawn. */
type Beside = Pick<Built, 'standIn' | 'wholes' | 'elsewhere'>;

/** The revision is another one too where a row is another twin: what is drawn may be the same, what is looked up is not. */
const documentOf = ({ building, origin, kinds }: Omit<Cutting, 'tiles'>, cuts: readonly Cut[], beside: Beside): Result<Scene> => {
  let rows = 0;
  const layers = cuts.map(({ layer }) => {
    rows += layer.rows;
    return { ...layer, firstRow: rows - layer.rows };
  });
  const agencies = building.parts.map(({ agency, name, problem: why, coming }) => ({
    ...{ id: agency, name, complete: why === undefined && !coming },
    ...(coming && { coming }),
  }));
  const box = layers.reduce<LocalBox>((sum, layer) => widen(sum, layer.box), noBox);
  const scene = {
    version: 2 as const,
    federation: building.federation,
    origin,
    box: Number.isFinite(box[0]) ? [...box] : [0, 0, 0, 0],
    rows,
    agencies,
    kinds: [...kinds],
    layers,
  };
  const digestOf = (value: unknown): string => hash('sha256', JSON.stringify(value), 'hex').slice(0, 16);
  const rowsRevision = digestOf([scene.kinds.map(({ kind }) => kind), agencies.map(({ id }) => id), cuts.map(({ ids }) => digestOf(ids)), digestOf(beside)]);
  const revision = digestOf([scene, cuts.map(({ from }) => from), rowsRevision]);
  const parsed = Scene.safeParse({ ...scene, revision, rowsRevision });
  return parsed.success ? ok(parsed.data) : fail(problem('tooLarge', { subject: 'scene', found: shorten(parsed.error.issues[0]?.path.join('/')) }));
};

const wholesOf = (parts: readonly Part[]): [string, string][] => parts.flatMap(({ wholes }) => wholes.map(([part, whole]): [string, string] => [part, whole]));

const elsewhereOf = (parts: readonly Part[], shown: ReadonlySet<Drawn>): [number, string, number][] =>
  parts.flatMap(({ drawn }, agency) => {
    const counts = new Map<string, number>();
    for (const one of drawn) if (!shown.has(one)) counts.set(one.kind, (counts.get(one.kind) ?? 0) + 1);
    return [...counts].sort(([a], [b]) => compareText(a, b)).map(([kind, count]): [number, string, number] => [agency, kind, count]);
  });

/** Of who still owes an answer none is told, so that it is asked again, also over a restart. */
const seqsOf = (parts: readonly Part[]): [AgencyId, number][] =>
  parts.flatMap(({ agency, seq, wholesDue }) => (seq === undefined || wholesDue ? [] : [[agency, seq]]));

export const buildScene = async (building: Building): Promise<Result<Built>> => {
  const { parts, vocabulary, signal } = building;
  const all = parts.flatMap(({ drawn }) => drawn);
  const { drawn, standIn } = drawOnce(
    all,
    parts.flatMap(({ unplaced }) => unplaced),
  );
  const cutting = { building, origin: originOf(building), kinds: kindsOf([...drawn], vocabulary) };
  const cuts: Cut[] = [];
  const groups = groupsOf(parts, drawn);
  for (const group of groups) {
    const tiles = (tilesCut: TilesCut): void => building.progress({ cut: cuts.length, of: groups.length, tiles: tilesCut });
    tiles(() => [0, 0]);
    const cut = await cutGroup({ ...cutting, tiles }, group);
    if (!cut.ok) return cut;
    if (signal.aborted) return fail({ kind: 'cancelled' });
    cuts.push(cut.value);
  }
  const layers = cuts.map(({ from, ids }) => ({ from, ids: [...ids] }));
  const beside = { standIn: [...standIn], wholes: wholesOf(parts), elsewhere: elsewhereOf(parts, drawn) };
  const scene = documentOf(cutting, cuts, beside);
  return scene.ok ? ok({ version: cutVersion, scene: scene.value, layers, ...beside, seqs: seqsOf(parts) }) : scene;
};
