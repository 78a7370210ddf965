/**
 * What a twin's history gains with each change of a batch.
 */
import { type LinkChange, linkIdOf, linkSeries, samplesOfChange, samplesOfLink, type TwinChange, type TwinId } from '@cityweave/core';
import { pastIn, type Working } from '../neo4j/working-set.ts';
import { withSamples } from './tails.ts';

/** A twin that is new, and of whose id nothing was ever said, says itself all there is to say. */
export const gain = ({ own, below }: Working, id: TwinId, change: TwinChange): void => {
  const known = pastIn({ own, below }, id);
  if (!change.before && known.size === 0) return;
  let past = known;
  for (const { series, begins, samples } of samplesOfChange(change, (name) => known.get(name)?.samples.at(-1)))
    past = withSamples(past, series, begins ? [begins, ...samples] : samples);
  if (past !== known) own.pasts.set(id, past);
};

/** A link is known by its ends and its kind, whatever id it has. */
export const gainLink = (working: Working, change: LinkChange): void => {
  const link = change.before ?? change.after;
  if (!link) return;
  const id = linkIdOf(link.from, link.kind, link.to);
  const known = pastIn(working, id);
  const samples = samplesOfLink(change, known.get(linkSeries)?.samples.at(-1));
  if (samples.length === 0) return;
  working.own.pasts.set(id, withSamples(known, linkSeries, samples));
  working.own.pastLinks.set(id, { src: link.from, kind: link.kind, dst: link.to });
};
