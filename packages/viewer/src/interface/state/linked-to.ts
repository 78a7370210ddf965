/**
 * Linked to: the far end of each link, as seen from a twin with all its representations.
 */
import type { Link, LinkEnd, WholeTwin } from '../../graphql/answers.ts';

export type LinkedTo = {
  readonly link: Link;
  readonly end: LinkEnd;
  /** from the twin to the far end */
  readonly isOutward: boolean;
  /** the far end is of an agency that keeps nothing of the twin */
  readonly crosses: boolean;
};

/** Links between representations of the twin itself say nothing new. */
export const linkedTo = ({ representations, links }: Pick<WholeTwin, 'representations' | 'links'>): readonly LinkedTo[] => {
  const own = new Set(representations.map(({ id }) => id));
  const agencies = new Set(representations.map(({ agency }) => agency.id));
  return links.nodes.flatMap((link) => {
    const isOutward = own.has(link.from.id);
    const end = isOutward ? link.to : link.from;
    return own.has(end.id) ? [] : [{ link, end, isOutward, crosses: !agencies.has(end.agency.id) }];
  });
};
