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

/** Asked only of who draws parts; where it is not answered, a whole is seen by itself. */
const wholesOf = async (source: WalkedSource, { drawn, vocabulary, signal }: Pick<Part, 'drawn'> & Pick<Collecting, 'vocabulary' | 'signal'>) => {
  const wholes: [TwinId, TwinId][] = [];
  if (!drawn.some(({ kind }) => vocabulary.isA(kind, partKind))) return wholes;
  await source.walk(
    { filter: { kinds: [TermId.parse(partKind)] }, terms: [], links: [partOf] },
    (rows) => {
      for (const { twin, links = [] } of rows) for (const { from, to } of links) if (from === twin.id) wholes.push([from, to]);
    },
    signal,
  );
  return wholes;
};

/** As many as the sources before it have left. */
const walkPart = async (
  { known, vocabulary, signal, progress, twinsMax = limits.sceneTwinsMax }: Collecting,
  source: WalkedSource,
  left: number,
): Promise<Part> => {
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
  if (full.signal.aborted) {
    const seq = await source.seq(signal);
    const wholes = await wholesOf(source, { drawn, vocabulary, signal });
    return { agency, name, seq: seq.ok ? seq.value : undefined, drawn, unplaced, wholes, problem: tooMany(agency, twinsMax) };
  }
  if (walked.ok) return { agency, name, seq: walked.value, drawn, unplaced, wholes: await wholesOf(source, { drawn, vocabulary, signal }) };
  return { ...(before ?? { agency, name, seq: undefined, drawn: [], unplaced: [], wholes: [] }), problem: walked.problem };
};

/** Why a part is not whole although its source said all. */
const isCut = ({ problem: found }: Part): boolean => found?.kind === 'tooMany';

const collectPart = async (collecting: Collecting, source: WalkedSource, left: number): Promise<Part> => {
  const before = collecting.known.get(source.agency);
  if (before?.seq === undefined) return walkPart(collecting, source, left);
  const seq = await source.seq(collecting.signal);
  if (!seq.ok) return { ...before, problem: seq.problem };
  const { problem: _, ...sound } = before;
  if (seq.value === before.seq) return isCut(before) ? before : sound;
  return walkPart(collecting, source, left);
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
