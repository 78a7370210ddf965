/**
 * Meaning: how the kind that is offered stands to the kind that is needed (6.8 of the model, our design), and whether a need is served by it.
 */
import type { TermId } from '../../ground/id.ts';
import type { Vocabulary } from '../../twin/semantic-dictionary.ts';
import type { Need } from '../candidate.ts';

export type MeaningRelation = 'exact' | 'synonym' | 'close' | 'narrower' | 'broader';

/** How much of what is needed is met, 0 to 1. */
export const meaningScores: Readonly<Record<MeaningRelation, number>> = { exact: 1, synonym: 1, close: 0.8, narrower: 0.7, broader: 0.5 };

const isClose = (a: TermId, b: TermId, { dictionaries }: Vocabulary): boolean =>
  dictionaries.some(({ mappings = [] }) =>
    mappings.some(({ from, to, relation }) => relation === 'close' && ((from === a && to === b) || (from === b && to === a))),
  );

export const relationOf = (kind: TermId, wanted: TermId, vocabulary: Vocabulary): MeaningRelation | undefined => {
  if (kind === wanted) return 'exact';
  const [narrower, broader] = [vocabulary.isA(kind, wanted), vocabulary.isA(wanted, kind)];
  if (narrower && broader) return 'synonym';
  if (isClose(kind, wanted, vocabulary)) return 'close';
  if (narrower) return 'narrower';
  return broader ? 'broader' : undefined;
};

/** A term that is close, or broader, may mean something else: so much of a need is lost by it. A narrower one never does. */
export const meaningLost = (relation: MeaningRelation): number => (relation === 'close' || relation === 'broader' ? 1 - meaningScores[relation] : 0);

const rounding = 1e-9;

/** A need is served by whatever is of its kind; by what is close to it, or broader, where it says that so much of it may be lost. */
export const serves = (kind: TermId, { kind: wanted, maxLoss = 0 }: Pick<Need, 'kind' | 'maxLoss'>, vocabulary: Vocabulary): boolean => {
  const relation = relationOf(kind, wanted, vocabulary);
  return relation !== undefined && meaningLost(relation) <= maxLoss + rounding;
};
