/**
 * Sync rules: what the twins of a federation hold to so that their values can be put beside one another: one grid of slots, one unit a term, clocks that agree.
 */
import { z } from 'zod';
import { TermId } from '../../ground/id.ts';
import { Instant, msBetween, msOfDuration } from '../../ground/instant.ts';
import { openObject } from '../../ground/json.ts';
import { limits } from '../../ground/limits.ts';
import { problem } from '../../ground/problem.ts';
import { convert } from '../../ground/quantity.ts';
import { fail, ok, type Result } from '../../ground/result.ts';
import { Duration } from '../feature-information.ts';
import { checkUnitOf, type Vocabulary } from '../semantic-dictionary.ts';
import { AlignMethod, type Alignment, methodOf } from './slots.ts';

export const SyncRules = openObject({
  /** the k-th slot is from `epoch` + k × `slot` on */
  epoch: Instant,
  slot: Duration.refine((text) => (msOfDuration(text) ?? 0) > 0, 'longer than nothing'),
  /** what is older is missing, never carried */
  maxAge: Duration.optional(),
  /** how values within a slot become one, by term; by its nature where absent */
  methods: z.record(TermId, AlignMethod).default({}),
  /** UCUM codes in which numbers are told, by term */
  units: z.record(TermId, z.string()).default({}),
  /** what is learnt later rewrites its slot, for so many slots; `lateSlotsDefault` where absent */
  lateSlots: z.int().min(0).optional(),
  /** data of a member whose clock differs by more are refused */
  clockToleranceMs: z.int().min(0).max(limits.clockToleranceMs).optional(),
});
export type SyncRules = z.infer<typeof SyncRules>;

/** What of a grid somebody asks for himself. */
export type WantedGrid = { readonly [K in keyof Alignment]?: Alignment[K] | undefined };

/** The property whose values are wanted, what its federation holds to, and what the dictionaries say. */
type Judging = { readonly series: string | undefined; readonly rules: SyncRules | undefined; readonly vocabulary: Vocabulary };
type Described = Judging & { readonly series: TermId };

/** The grid of a federation for one term, with what is asked for otherwise. */
export const gridFor = ({ epoch, slot, method, maxAge, unit, lateSlots }: WantedGrid, { series, rules, vocabulary }: Described): WantedGrid => ({
  epoch: epoch ?? rules?.epoch,
  slot: slot ?? rules?.slot,
  method: method ?? rules?.methods[series] ?? methodOf(vocabulary.term(series)),
  maxAge: maxAge ?? rules?.maxAge,
  unit: unit ?? rules?.units[series],
  lateSlots: lateSlots ?? rules?.lateSlots,
});

/** Every slot that is asked for must be so many whole slots of the federation: else what stands in it is of other times than what stands in another's. */
const isOnGrid = ({ epoch, slot }: Alignment, rules: SyncRules): boolean => {
  const [wantedMs, slotMs] = [msOfDuration(slot) ?? 0, msOfDuration(rules.slot) ?? 1];
  return wantedMs > 0 && wantedMs % slotMs === 0 && msBetween(rules.epoch, epoch) % slotMs === 0;
};

/** Whether a grid that is asked for is one of the federation's, in a unit that the term can have. */
export const checkGrid = (align: Alignment, { series, rules, vocabulary }: Judging): Result<true> => {
  if (rules && !isOnGrid(align, rules))
    return fail(
      problem('clocksDiffer', { subject: 'slots', found: `${align.slot} from ${align.epoch}`, accepted: `whole slots of ${rules.slot} from ${rules.epoch}` }),
    );
  if (align.unit === undefined || series === undefined) return ok(true);
  const agreed = rules && Object.entries(rules.units).find(([term]) => term === series)?.[1];
  if (agreed !== undefined && !convert(1, agreed, align.unit).ok)
    return fail(problem('unitsDiffer', { subject: series, found: align.unit, accepted: `a unit convertible to ${agreed}` }));
  return checkUnitOf(vocabulary.term(series), align.unit);
};
