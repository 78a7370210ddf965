/**
 * What a twin's history gains with each change of a batch.
 */
import { type LinkChange, linkIdOf, linkSeries, samplesOfChange, samplesOfLink, type TwinChange, type TwinId } from '@cityweave/core';
import { joinSamples } from '../history/joined.ts';
import { pastIn, type Working } from '../neo4j/working-set.ts';
import { foldedAt } from './said-before.ts';
import { seriesKey } from './samples.ts';
import { lastOf, noTail, samplesOfTailThen, withSamples } from './tails.ts';

/** Whether it gained anything. A twin that is new, and of whose id nothing was ever said, says itself all there is to say. */
export const gain = ({ own, below }: Working, id: TwinId, change: TwinChange): boolean => {
  const known = pastIn({ own, below }, id);
  if (!change.before && known.size === 0) return false;
  const gained = samplesOfChange(change, {
    has: (series) => known.has(series),
    last: (series) => lastOf(known.get(series)),
    observed: (series, times) => joinSamples(foldedAt(below, seriesKey(id, series), times), samplesOfTailThen(known.get(series) ?? noTail, times)),
  });
  const more = gained.map(({ series, begins, samples }) => ({ series, samples: begins ? [begins, ...samples] : samples }));
  if (more.length > 0) own.pasts.set(id, withSamples(known, more));
  return more.length > 0;
};

/** A link is known by its ends and its kind, whatever id it has. */
export const gainLink = (working: Working, change: LinkChange): void => {
  const link = change.before ?? change.after;
  if (!link) return;
  const id = linkIdOf(link.from, link.kind, link.to);
  const known = pastIn(working, id);
  const samples = samplesOfLink(change, lastOf(known.get(linkSeries)));
  if (samples.length === 0) return;
  working.own.pasts.set(id, withSamples(known, [{ series: linkSeries, samples }]));
  working.own.pastLinks.set(id, { src: link.from, kind: link.kind, dst: link.to });
};
