/**
 * Collected: what every source of a federation has to show, walked once and again only where its change sequence moved.
 */
import type { AgencyId, LanguageMap, Problem, Vocabulary } from '@cityweave/core';
import type { WalkedSource } from '../orchestration/utilization/walking.ts';
import { type Drawn, drawnTerms, type Named, solidKinds, toDrawn, toNamed } from './drawn.ts';

export type Part = {
  readonly agency: AgencyId;
  readonly name: LanguageMap;
  /** of the walk that it comes from; undefined where nothing was ever got */
  readonly seq: number | undefined;
  readonly drawn: readonly Drawn[];
  /** what has no place and may be another twin that has: rows of a register */
  readonly unplaced: readonly Named[];
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
};

const walkPart = async ({ known, vocabulary, signal, progress }: Collecting, source: WalkedSource): Promise<Part> => {
  const { agency, name } = source;
  const before = known.get(agency);
  const [drawn, unplaced]: [Drawn[], Named[]] = [[], []];
  const walked = await source.walk(
    { terms: drawnTerms, shapes: solidKinds },
    (rows) => {
      for (const row of rows) {
        const [shown, named] = [toDrawn(row, vocabulary), toNamed(row)];
        if (shown) drawn.push(shown);
        else if (named.same.length > 1) unplaced.push(named);
      }
      progress(rows.length);
    },
    signal,
  );
  if (walked.ok) return { agency, name, seq: walked.value, drawn, unplaced };
  return { agency, name, seq: before?.seq, drawn: before?.drawn ?? [], unplaced: before?.unplaced ?? [], problem: walked.problem };
};

const collectPart = async (collecting: Collecting, source: WalkedSource): Promise<Part> => {
  const before = collecting.known.get(source.agency);
  if (before?.seq === undefined) return walkPart(collecting, source);
  const seq = await source.seq(collecting.signal);
  if (!seq.ok) return { ...before, problem: seq.problem };
  const { problem: _, ...sound } = before;
  return seq.value === before.seq ? sound : walkPart(collecting, source);
};

/** One after the other: a scene is never in a hurry, a question is. */
export const collect = async (collecting: Collecting): Promise<Parts> => {
  const { sources, signal, partly } = collecting;
  const parts = new Map<AgencyId, Part>();
  for (const source of sources) {
    if (parts.size > 0) await partly?.(parts);
    if (signal.aborted) return parts;
    parts.set(source.agency, await collectPart(collecting, source));
  }
  return parts;
};
