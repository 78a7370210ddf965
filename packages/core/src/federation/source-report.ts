/**
 * SourceReport: what one member contributed to one answer. Every member that the plan names is reported exactly once.
 */
import { z } from 'zod';
import { AgencyId } from '../ground/id.ts';
import { addMs, durationOfMs, Instant } from '../ground/instant.ts';
import { limits } from '../ground/limits.ts';
import { boxesMeet, boxOf } from '../ground/place/parts.ts';
import type { Geometry } from '../ground/place/place.ts';
import { describeProblem, type Problem } from '../ground/problem.ts';
import { convert } from '../ground/quantity.ts';
import type { Vocabulary } from '../twin/semantic-dictionary.ts';
import type { Twin } from '../twin/twin.ts';
import { Withheld } from './exchange-data.ts';

export const SourceStatus = z.enum(['ANSWERED', 'PARTIAL', 'LATE', 'FAILED', 'WITHHELD', 'NOT_ASKED']);
export type SourceStatus = z.infer<typeof SourceStatus>;

/** What was looked at before a source's part was used, and how many of its values did not pass: kind of value, unit, place, time. */
export const ChecksMade = z.object({ values: z.int(), schema: z.int(), unit: z.int(), space: z.int(), time: z.int() });
export type ChecksMade = z.infer<typeof ChecksMade>;

export const SourceReport = z.object({
  agency: AgencyId,
  status: SourceStatus,
  /** twins of this source in the answer */
  rows: z.int().min(0),
  latencyMs: z.number().min(0).optional(),
  /** when the oldest value that it gave was true */
  oldest: Instant.optional(),
  /** why it was not asked */
  why: z.string().optional(),
  withheld: Withheld.optional(),
  problem: z.custom<Problem>().optional(),
  checks: ChecksMade.optional(),
  /** the link is interrupted since then, and tried again at */
  since: Instant.optional(),
  nextProbeAt: Instant.optional(),
});
export type SourceReport = z.infer<typeof SourceReport>;

/** Of two parts of one source. */
export const addChecks = (a: ChecksMade | undefined, b: ChecksMade | undefined): ChecksMade | undefined =>
  a && b ? { values: a.values + b.values, schema: a.schema + b.schema, unit: a.unit + b.unit, space: a.space + b.space, time: a.time + b.time } : (a ?? b);

type Checking = { readonly vocabulary: Vocabulary; readonly coverage?: Geometry | undefined; readonly now: Instant };

const jsonTypeOf: Readonly<Record<string, string>> = { number: 'number', text: 'string', boolean: 'boolean', instant: 'string' };

/** Of the kind that its term says; a term that no dictionary has says nothing. */
const fitsTerm = (value: unknown, dataType: string | undefined): boolean => {
  const wanted = dataType === undefined ? undefined : jsonTypeOf[dataType];
  return value === null || wanted === undefined || typeof value === wanted;
};

const canConvert = (from: string, to: string, known: Map<string, boolean>): boolean => {
  const key = `${from} ${to}`;
  const can = known.get(key) ?? (from === to || convert(1, from, to).ok);
  known.set(key, can);
  return can;
};

const isOutside = ({ position, footprint }: Twin, coverage: Geometry | undefined): boolean => {
  const place = footprint ?? (position && { type: 'Point' as const, coordinates: position });
  return coverage !== undefined && place !== undefined && !boxesMeet(boxOf(place), boxOf(coverage));
};

/** Looks at every value that a source gave: whether it is of the kind and in a unit of its term, where it may be, and not from the future. */
export const checkRows = (rows: readonly { readonly twin: Twin }[], { vocabulary, coverage, now }: Checking): ChecksMade => {
  const made = { values: 0, schema: 0, unit: 0, space: 0, time: 0 };
  const known = new Map<string, boolean>();
  const latest = addMs(now, limits.clockToleranceMs);
  for (const { twin } of rows) {
    if (isOutside(twin, coverage)) made.space += 1;
    for (const [name, { value, unit, observedAt = twin.provenance.observedAt }] of Object.entries(twin.values)) {
      const term = vocabulary.term(name);
      made.values += 1;
      if (!fitsTerm(value, term?.dataType)) made.schema += 1;
      if (unit !== undefined && term?.unit !== undefined && !canConvert(unit, term.unit, known)) made.unit += 1;
      if (observedAt > latest) made.time += 1;
    }
  }
  return made;
};

const withheldText = ({ terms = [], kinds = [] }: Withheld): string => `kept back by its policy: ${[...kinds, ...terms].join(', ')}`;

/** One sentence for a person, empty where there is nothing to explain. */
export const describeSource = ({ status, why, withheld, problem, since, nextProbeAt, latencyMs }: SourceReport): string => {
  if (status === 'LATE') return `did not answer within the deadline${latencyMs === undefined ? '' : ` (${durationOfMs(latencyMs)})`}`;
  if (status === 'NOT_ASKED') return why ?? '';
  const parts = [
    problem && describeProblem(problem),
    withheld && withheldText(withheld),
    since && `silent since ${since}`,
    nextProbeAt && `tried again at ${nextProbeAt}`,
  ];
  return parts.filter(Boolean).join('; ');
};

/** Statuses with which a source's part of an answer is whole. */
export const isWhole = (status: SourceStatus): boolean => status === 'ANSWERED' || status === 'NOT_ASKED';
