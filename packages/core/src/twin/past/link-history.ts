/**
 * Link history: since when a link was true and since when it was known, and when it was over, as samples of one series a link.
 * A link of which nothing else was ever said has no samples: it says all there is to say.
 */
import { z } from 'zod';
import type { Instant } from '../../ground/instant.ts';
import { canonicalJson } from '../../ground/json.ts';
import { Link } from '../link.ts';
import { compareSamples, type Moment, type Sample, sampleAt } from './history.ts';

export const linkSeries = '@link';

const Ends = Link.pick({ id: true, kind: true, from: true, to: true, evidence: true });

/** What a link says of itself. */
export const sampleOfLink = ({ source, recordedAt, observedAt = recordedAt, ...ends }: Link): Sample => ({
  series: linkSeries,
  observedAt,
  recordedAt,
  said: { value: z.json().parse(Ends.parse(ends)), flag: 'MEASURED', source },
});

/** The link of which a sample tells; undefined where it was over. */
export const linkOfSample = ({ observedAt, recordedAt, said }: Sample): Link | undefined =>
  said && { ...Ends.parse(said.value), source: said.source, recordedAt, ...(observedAt !== recordedAt && { observedAt }) };

/** The link as it was, told by its samples; undefined where it was not. */
export const linkAt = (samples: Iterable<Sample>, moment: Moment): Link | undefined => {
  const held = sampleAt(samples, moment);
  return held && linkOfSample(held);
};

export type LinkChange = {
  readonly before?: Link | undefined;
  readonly after?: Link | undefined;
  readonly at: Instant;
  /** when it was over, where it is taken away; the time of the change where absent */
  readonly endedAt?: Instant | undefined;
};

const later = (a: Instant, b: Instant): Instant => (a > b ? a : b);

const over = ({ at, endedAt = at }: LinkChange, former: Sample): Sample => ({
  series: linkSeries,
  observedAt: later(endedAt, former.observedAt),
  recordedAt: later(at, former.recordedAt),
});

/** What takes the place of a sample observed later stands from that one's time on as well: a correction. */
const inPlaceOf = (given: Sample, former: Sample, at: Instant): readonly Sample[] =>
  compareSamples(given, former) >= 0 ? [given] : [given, { ...given, observedAt: former.observedAt, recordedAt: later(at, former.recordedAt) }];

const repeats = (given: Sample, standing: Sample): boolean =>
  given.observedAt === standing.observedAt && canonicalJson(given.said) === canonicalJson(standing.said);

/** Samples that the history of a link gains when it is put or taken away, in their order; `last` is the last one that the store has. */
export const samplesOfLink = (change: LinkChange, last: Sample | undefined): readonly Sample[] => {
  const standing = change.before && sampleOfLink(change.before);
  const former = last ?? standing;
  if (!former) return [];
  const begins = last ? [] : [former];
  if (!change.after) return change.before ? [...begins, over(change, former)] : [];
  const given = sampleOfLink(change.after);
  if (!(standing && repeats(given, standing))) return [...begins, ...inPlaceOf(given, former, change.at)];
  // said again: since when it was known would be forgotten
  return given.recordedAt === standing.recordedAt ? [] : begins;
};
