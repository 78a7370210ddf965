/**
 * ExchangeData: what moves between federated twins: a page of twins on request (T9), or the twins that changed (T11).
 */
import { z } from 'zod';
import { AgreementId, FeatureId, TermId, TwinId } from '../ground/id.ts';
import { openObject } from '../ground/json.ts';
import { codeOf, kindOfCode, type Problem, ProblemFacts } from '../ground/problem.ts';
import { FarFormat, ProcessingStage } from '../twin/feature-information.ts';
import { TwinPage, TwinQuery, TwinRow } from '../twin/query.ts';

/** A part of the answer that policy keeps back, named by its terms and never by its content. */
export const Withheld = openObject({ kinds: z.array(TermId).optional(), terms: z.array(TermId).optional() });
export type Withheld = z.infer<typeof Withheld>;

/** One of several questions of a read, with the time that its asker has left. */
export const QueryWithin = openObject({ query: TwinQuery, budgetMs: z.number().min(0).optional() });
export type QueryWithin = z.infer<typeof QueryWithin>;

/** What kept one question of several from being answered, as its code and facts. */
const Refused = openObject({ code: z.string(), facts: ProblemFacts });

export const toRefused = ({ kind, ...facts }: Problem): z.infer<typeof Refused> => ({ code: codeOf({ kind, ...facts }), facts });
export const problemOfRefused = ({ code, facts }: z.infer<typeof Refused>): Problem => ({ kind: kindOfCode(code), ...facts });

/** What a member says in a form of its own: content of a feature as it is there, for an adaptor to convert. */
export const FarContent = openObject({ featureId: FeatureId, format: FarFormat, content: z.array(z.unknown()) });
export type FarContent = z.infer<typeof FarContent>;

/** Answer to a read: a page of twins, or which twins are known by the identifiers asked for. */
export const TwinsRead = openObject({
  page: TwinPage.optional(),
  identified: z.record(z.string(), z.array(TwinId)).optional(),
  /** identifiers that more twins have than are told */
  identifiedBeyond: z.array(z.string()).optional(),
  /** in place of a page, over a bridge */
  far: z.array(FarContent).optional(),
  /** over a bridge, where history is asked for: what the records in `far` said before, each state as a record of its own */
  farPast: z.array(FarContent).optional(),
  agreementId: AgreementId.optional(),
  withheld: Withheld.optional(),
  /** of kinds that are not transformed data: raw, or what went into or came out of a model */
  stages: z.record(TermId, ProcessingStage).optional(),
  /** in place of a page, where several questions were asked and this one could not be answered */
  refused: Refused.optional(),
  /** the member's change sequence */
  seq: z.int().min(0),
});
export type TwinsRead = z.infer<typeof TwinsRead>;

/** The present state of the twins that changed up to `seq`, latest per twin; `deleted` are gone. */
export const TwinsChanged = openObject({
  seq: z.int().min(0),
  rows: z.array(TwinRow),
  deleted: z.array(TwinId),
  /** of a subscription with a filter: twins that changed and for which it does not hold, or not any more */
  outside: z.array(TwinId).optional(),
  /** in place of rows, over a bridge: records that changed, as they are now, and those that are gone, as they were */
  far: z.array(FarContent).optional(),
  farGone: z.array(FarContent).optional(),
  /** the history asked for is gone: what follows starts at `seq`, and a new snapshot is needed */
  resnapshot: z.boolean().optional(),
});
export type TwinsChanged = z.infer<typeof TwinsChanged>;
