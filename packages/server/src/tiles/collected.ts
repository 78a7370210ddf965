/**
 * Collected: what every source of a federation has to show, walked once and again only where its change sequence moved.
 */
import { type AgencyId, type LanguageMap, limits, type Problem, partOf, problem, TermId, type TwinId, type Vocabulary } from '@cityweave/core';
import type { WalkedSource } from '../orchestration/utilization/walking.ts';
import { type Drawn, drawnTerms, type Named, partKind, solidKinds, toDrawn, toNamed } from './drawn.ts';

export type Part = {
  readonly agency: AgencyId;
  readonly name: LanguageMap;
  /** of the walk that it comes from; undefined where nothing was ever got */
  readonly seq: number | undefined;
  readonly drawn: readonly Drawn[];
  /** what has no place and may be another twin that has: rows of a register */
  readonly unplaced: readonly Named[];
  /** parts that are drawn, each with the whole that it is part of */
  readonly wholes: readonly (readonly [part: TwinId, whole: TwinId])[];
  /** the source did not say, or not to the end, which those are: they are as they were, and asked for again */
  readonly wholesDue?: true;
  /** why it is not what the source has now */
  readonly problem?: Problem | undefined;
  /** the source was not walked yet */
  readonly coming?: true;
};

export type Parts = ReadonlyMap<AgencyId, Part>;

export type Collecting = {
  readonly sources: readonly WalkedSource[];
  readonly known: Parts;
  readonly vocabulary: Vocabulary;
  readonly signal: AbortSignal;
  /** told how many twins were looked at so far */
  readonly progress: (twins: number) => void;
  /** given what was collected after every source but the last, in the order of the sources; the next one waits for it */
  readonly partly?: ((parts: Parts) => Promise<void>) | undefined;
  readonly twinsMax?: number;
};

const tooMany = (agency: AgencyId, limit: number): Problem => problem('tooMany', { agency, subject: 'twins of a scene', limit });

/** Asked only of who draws parts; where it was never answered, a whole is seen by itself, and so is one beyond as many as a scene looks at twins. */
const wholesOf = async (
  { known, vocabulary, signal, twinsMax = limits.sceneTwinsMax }: Collecting,
  source: WalkedSource,
  drawn: readonly Drawn[],
): Promise<Pick<Part, 'wholes' | 'wholesDue'>> => {
  const wholes: [TwinId, TwinId][] = [];
  if (!drawn.some(({ kind }) => vocabulary.isA(kind, partKind))) return { wholes };
  const full = new AbortController();
  const walked = await source.walk(
    { filter: { kinds: [TermId.parse(partKind)] }, terms: [], links: [partOf], footprints: false },
    (rows) => {
      const told = rows.flatMap(({ twin, links = [] }) => links.filter(({ from }) => from === twin.id));
      if (wholes.length + told.length > twinsMax) full.abort();
      for (const { from, to } of told.slice(0, twinsMax - wholes.length)) wholes.push([from, to]);
    },
    AbortSignal.any([signal, full.signal]),
  );
  return walked.ok || full.signal.aborted ? { wholes } : { wholes: known.get(source.agency)?.wholes ?? [], wholesDue: true };
};

/** As many as the sources before it have left. */
const walkPart = async (collecting: Collecting, source: WalkedSource, left: number): Promise<Part> => {
  const { known, vocabulary, signal, progress, twinsMax = limits.sceneTwinsMax } = collecting;
  const { agency, name } = source;
  const before = known.get(agency);
  const [drawn, unplaced]: [Drawn[], Named[]] = [[], []];
  const full = new AbortController();
  const walked = await source.walk(
    { terms: drawnTerms, shapes: solidKinds },
    (rows) => {
      for (const row of rows) {
        if (drawn.length + unplaced.length === left) return full.abort();
        const [shown, named] = [toDrawn(row, vocabulary), toNamed(row)];
        if (shown) drawn.push(shown);
        else if (named.same.length > 1) unplaced.push(named);
      }
      progress(rows.length);
    },
    AbortSignal.any([signal, full.signal]),
  );
  const beyond = full.signal.aborted ? tooMany(agency, twinsMax) : walked.ok || !walked.cut ? undefined : walked.problem;
  if (beyond) {
    const seq = await source.seq(signal);
    const wholes = await wholesOf(collecting, source, drawn);
    return { agency, name, seq: seq.ok ? seq.value : undefined, drawn, unplaced, ...wholes, problem: beyond };
  }
  if (walked.ok) return { agency, name, seq: walked.value, drawn, unplaced, ...(await wholesOf(collecting, source, drawn)) };
  return { ...(before ?? { agency, name, seq: undefined, drawn: [], unplaced: [], wholes: [] }), problem: walked.problem };
};

/** Why a part is not whole although its source said all. */
const isCut = ({ problem: found }: Part): boolean => found?.kind === 'tooMany';

const collectPart = async (collecting: Collecting, source: WalkedSource, left: number): Promise<Part> => {
  const before = collecting.known.get(source.agency);
  if (before?.seq === undefined) return walkPart(collecting, source, left);
  const seq = await source.seq(collecting.signal);
  if (!seq.ok) return { ...before, problem: seq.problem };
  if (seq.value !== before.seq) return walkPart(collecting, source, left);
  const { problem: why, wholesDue, ...sound } = before;
  const wholes = wholesDue && (await wholesOf(collecting, source, before.drawn));
  return { ...sound, ...wholes, ...(isCut(before) && { problem: why }) };
};

const sizeOf = ({ drawn, unplaced }: Part): number => drawn.length + unplaced.length;

/** One after the other: a scene is never in a hurry, a question is. */
export const collect = async (collecting: Collecting): Promise<Parts> => {
  const { sources, signal, partly, twinsMax = limits.sceneTwinsMax } = collecting;
  const parts = new Map<AgencyId, Part>();
  for (const source of sources) {
    if (parts.size > 0) await partly?.(parts);
    if (signal.aborted) return parts;
    const held = [...parts.values()].reduce((sum, part) => sum + sizeOf(part), 0);
    parts.set(source.agency, await collectPart(collecting, source, Math.max(0, twinsMax - held)));
  }
  return parts;
};
