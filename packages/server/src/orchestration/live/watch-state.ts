/**
 * What a watch of a federation remembers: which changes wait, how far each source was told, and which twins the watcher has.
 */
import { AgencyId, fail, type JoinedRow, limits, ok, problem, type Result, type TwinId } from '@cityweave/core';

/** How far each source was told. `whole` is false in the middle of a snapshot: who resumes there begins anew. */
export type WatchCursor = { readonly federation: string; readonly whole: boolean; readonly seqs: ReadonlyMap<AgencyId, number> };

const seqForm = /^\d{1,15}$/;

/** Lines: the version, whether it is whole, the federation, then each source and how far it was told. */
export const encodeWatchCursor = ({ federation, whole, seqs }: WatchCursor): string =>
  Buffer.from(['1', whole ? 'whole' : 'part', federation, ...[...seqs].flatMap(([agency, seq]) => [agency, String(seq)])].join('\n')).toString('base64url');

const parseSeqs = (lines: readonly string[]): ReadonlyMap<AgencyId, number> | undefined => {
  const seqs = new Map<AgencyId, number>();
  for (let at = 0; at < lines.length; at += 2) {
    const agency = AgencyId.safeParse(lines[at]);
    const seq = lines[at + 1] ?? '';
    if (!agency.success || !seqForm.test(seq)) return undefined;
    seqs.set(agency.data, Number(seq));
  }
  return seqs;
};

export const decodeWatchCursor = (text: string, federation: string): Result<WatchCursor> => {
  const [version, whole, of, ...lines] = Buffer.from(text, 'base64url').toString('utf8').split('\n');
  const seqs = parseSeqs(lines);
  const fits = version === '1' && (whole === 'whole' || whole === 'part') && of === federation;
  return fits && seqs
    ? ok({ federation, whole: whole === 'whole', seqs })
    : fail(problem('badQuery', { subject: 'cursor', accepted: 'a cursor of an earlier event of the same subscription' }));
};

/** More twins than a subscription may hold, whether they wait or were told. */
export const isTooMany = (twins: number): boolean => twins > limits.subscriptionTwinsMax;

type Batch = { readonly agency: AgencyId; seq: number; readonly ids: Set<TwinId> };

export type Taken = { readonly ids: readonly TwinId[]; readonly seqs: ReadonlyMap<AgencyId, number> };

export type ChangeQueue = {
  readonly put: (agency: AgencyId, seq: number, ids: readonly TwinId[]) => void;
  /** Changes in order, at least one batch, until `idsMax` twins are reached; a twin taken now does not come again for what is queued already. */
  readonly take: (idsMax: number) => Taken | undefined;
  /** What could not be told is first in the queue again. */
  readonly putBack: (agency: AgencyId, seq: number, ids: readonly TwinId[]) => void;
  readonly drop: (agency: AgencyId) => void;
  readonly waits: (agency: AgencyId) => boolean;
  readonly isEmpty: () => boolean;
  /** twins that wait */
  readonly twins: () => number;
};

/** One batch a source: changes are merged, latest per twin, never dropped. */
const merged = (batches: readonly Batch[]): Batch[] => {
  const byAgency = new Map<AgencyId, Batch>();
  for (const { agency, seq, ids } of batches) {
    const before = byAgency.get(agency) ?? { agency, seq, ids: new Set<TwinId>() };
    for (const id of ids) before.ids.add(id);
    before.seq = Math.max(before.seq, seq);
    byAgency.set(agency, before);
  }
  return [...byAgency.values()];
};

export const createChangeQueue = (batchesMax: number = limits.subscriptionQueueMax): ChangeQueue => {
  let batches: Batch[] = [];
  const take = (idsMax: number): Taken | undefined => {
    if (batches.length === 0) return undefined;
    const ids = new Set<TwinId>();
    const seqs = new Map<AgencyId, number>();
    while (batches.length > 0 && (seqs.size === 0 || ids.size + (batches[0]?.ids.size ?? 0) <= idsMax)) {
      const batch = batches.shift();
      if (!batch) break;
      for (const id of batch.ids) ids.add(id);
      seqs.set(batch.agency, batch.seq);
    }
    for (const { ids: later } of batches) for (const id of ids) later.delete(id);
    return { ids: [...ids], seqs };
  };
  return {
    put: (agency, seq, ids) => {
      batches.push({ agency, seq, ids: new Set(ids) });
      if (batches.length > batchesMax) batches = merged(batches);
    },
    take,
    putBack: (agency, seq, ids) => {
      batches.unshift({ agency, seq, ids: new Set(ids) });
    },
    drop: (agency) => {
      batches = batches.filter((batch) => batch.agency !== agency);
    },
    waits: (agency) => batches.some((batch) => batch.agency === agency),
    isEmpty: () => batches.length === 0,
    twins: () => batches.reduce((sum, { ids }) => sum + ids.size, 0),
  };
};

/** The twins that the watcher has: by federated id and by each representation, with the versions told. */
export type Held = {
  /** Those that are news to the watcher, who has them from now on. */
  readonly note: (rows: readonly JoinedRow[]) => readonly JoinedRow[];
  /** What a watcher who resumes has from before; in which version is not known. */
  readonly assume: (rows: readonly JoinedRow[]) => void;
  readonly idOf: (representation: TwinId) => string | undefined;
  readonly agenciesOf: (id: string) => readonly AgencyId[];
  readonly remove: (id: string) => void;
  readonly clear: () => void;
  readonly size: () => number;
};

const signatureOf = ({ twin, links }: JoinedRow): string =>
  `${twin.representations.map(({ id, version }) => `${id}@${version}`).join(' ')} ${links.map(({ id }) => id).join(' ')}`;

export const createHeld = (): Held => {
  const told = new Map<string, { readonly signature: string; readonly representations: readonly { readonly id: TwinId; readonly agency: AgencyId }[] }>();
  const byRepresentation = new Map<TwinId, string>();
  const remove = (id: string): void => {
    for (const { id: representation } of told.get(id)?.representations ?? [])
      if (byRepresentation.get(representation) === id) byRepresentation.delete(representation);
    told.delete(id);
  };
  const keep = ({ twin: { id, representations } }: JoinedRow, signature: string): void => {
    remove(id);
    told.set(id, { signature, representations: representations.map(({ id: own, agency }) => ({ id: own, agency })) });
    for (const { id: own } of representations) byRepresentation.set(own, id);
  };
  /** Whether the watcher does not have it yet, or has it as it was before. */
  const isNews = (row: JoinedRow): boolean => {
    const signature = signatureOf(row);
    if (told.get(row.twin.id)?.signature === signature) return false;
    keep(row, signature);
    return true;
  };
  return {
    note: (rows) => rows.filter(isNews),
    assume: (rows) => {
      for (const row of rows) keep(row, '');
    },
    idOf: (representation) => byRepresentation.get(representation),
    agenciesOf: (id) => (told.get(id)?.representations ?? []).map(({ agency }) => agency),
    remove,
    clear: () => {
      told.clear();
      byRepresentation.clear();
    },
    size: () => told.size,
  };
};
