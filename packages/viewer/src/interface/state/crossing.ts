/**
 * Crossing: links between twins of two agencies: of an answer's twins in either direction, else of all that fit the filter, as they are kept.
 */
import { create } from 'zustand';
import type { CrossingPage } from '../../graphql/answers.ts';
import { type Filter, queries } from '../../graphql/queries.ts';
import { ask } from './learning.ts';

export type CrossLink = { readonly from: string; readonly to: string };
export type Crossing = {
  readonly links: readonly CrossLink[];
  /** `cut`: there are more than are drawn */
  readonly state: 'none' | 'asking' | 'all' | 'cut' | 'refused';
};

const nothing: Crossing = { links: [], state: 'none' };
export const useCrossing = create<Crossing>()(() => nothing);

/** As many links are drawn, from as many pages of twins; a page may take so long. */
export const crossingMax = { links: 2_000, pages: 20, twinsOfPage: 200, deadline: 'PT10S' } as const;

type Asked = {
  readonly federation: string;
  readonly agencies: readonly string[];
  readonly filter: Filter | undefined;
  /** kinds that the scene does not show: an arc from one would begin at nothing */
  readonly hidden: readonly string[];
  /** twins of an answer */
  readonly ids: readonly string[] | undefined;
  readonly asOf: string | undefined;
};

/** An agency knows of the twins of others at least whose they are. */
export const crossingFilter = ({ agencies, filter, hidden, ids }: Pick<Asked, 'agencies' | 'filter' | 'hidden' | 'ids'>): Filter => {
  const told = [...(filter ? [filter] : []), ...(hidden.length > 0 ? [{ not: { kinds: hidden } }] : [])];
  const all = told.length > 0 && { all: told };
  if (ids) return { ids, ...all };
  const any = agencies.map((agency) => ({
    agencies: [agency],
    linked: [{ direction: 'OUT', to: { agencies: agencies.filter((other) => other !== agency) } }],
  }));
  return { any, ...all };
};

/** It says that both are one, not that one has to do with the other. */
const sameAs = 'city:sameAs';

/** Each once, whichever end told it. */
export const crossLinksOf = ({ nodes }: Pick<CrossingPage, 'nodes'>, before: readonly CrossLink[]): readonly CrossLink[] => {
  const known = new Map(before.map((link) => [`${link.from} ${link.to}`, link]));
  for (const { kind, from, to } of nodes.flatMap(({ links }) => links.nodes))
    if (kind.id !== sameAs && from.agency.id !== to.agency.id) known.set(`${from.id} ${to.id}`, { from: from.id, to: to.id });
  return [...known.values()];
};

const readPage = async (asked: Asked, after: string | undefined, signal: AbortSignal): Promise<CrossingPage | undefined> => {
  const { federation, ids, asOf } = asked;
  const { twinsOfPage: first, deadline } = crossingMax;
  const direction = ids ? ('BOTH' as const) : ('OUT' as const);
  const variables = { federation, filter: crossingFilter(asked), direction, first, deadline };
  const got = await ask(queries.crossing, { ...variables, ...(asOf !== undefined && { asOf }), ...(after !== undefined && { after }) }, signal);
  return got.ok ? got.value.federation?.twins : undefined;
};

type Read = { readonly links: number; readonly pages: number; readonly hasMore: boolean };

/** Where the reading stands after a page. */
export const stateAfter = ({ links, pages, hasMore }: Read): 'asking' | 'all' | 'cut' => {
  if (links > crossingMax.links) return 'cut';
  if (!hasMore) return 'all';
  return pages >= crossingMax.pages ? 'cut' : 'asking';
};

const readAll = async (asked: Asked, signal: AbortSignal): Promise<void> => {
  let [links, after]: [readonly CrossLink[], string | undefined] = [[], undefined];
  for (let pages = 1; pages <= crossingMax.pages; pages += 1) {
    const page = await readPage(asked, after, signal);
    if (signal.aborted) return;
    if (!page) return useCrossing.setState({ state: 'refused' });
    const { hasNextPage, endCursor } = page.pageInfo;
    links = crossLinksOf(page, links);
    after = endCursor ?? undefined;
    const state = stateAfter({ links: links.length, pages, hasMore: hasNextPage });
    useCrossing.setState({ links: links.slice(0, crossingMax.links), state });
    if (state !== 'asking') return;
  }
};

/** Reads them as they come; ends with the interest in them. */
export const readCrossing = (asked: Asked | undefined): (() => void) => {
  const stop = new AbortController();
  useCrossing.setState({ links: [], state: asked ? 'asking' : 'none' });
  if (asked) void readAll(asked, stop.signal);
  return () => stop.abort();
};
