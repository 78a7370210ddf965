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

/** As many links are drawn, from as many pages of twins, so many of which are asked for at a time; a page may take so long. */
export const crossingMax = { links: 2_000, pages: 40, pagesAtATime: 4, twinsOfPage: 200, deadline: 'PT10S' } as const;

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

/** It says that both are one, not that one has to do with the other. */
const sameAs = 'city:sameAs';

const partsOf = <T>(all: readonly T[], size: number): readonly (readonly T[])[] =>
  Array.from({ length: Math.ceil(all.length / size) }, (_, at) => all.slice(at * size, (at + 1) * size));

/** Who is asked, so that none waits for another: the twins of an answer by parts, else every agency for its own. An agency knows of the twins of others at least whose they are. */
export const crossingWalks = ({ agencies, filter, hidden, ids }: Pick<Asked, 'agencies' | 'filter' | 'hidden' | 'ids'>): readonly Filter[] => {
  const told = [...(filter ? [filter] : []), ...(hidden.length > 0 ? [{ not: { kinds: hidden } }] : [])];
  const all = told.length > 0 && { all: told };
  if (ids) return partsOf(ids, crossingMax.twinsOfPage).map((part) => ({ ids: part, ...all }));
  return agencies.map((agency) => ({
    agencies: [agency],
    linked: [{ direction: 'OUT', except: sameAs, to: { agencies: agencies.filter((other) => other !== agency) } }],
    ...all,
  }));
};

/** Each once, whichever end told it. */
export const crossLinksOf = ({ nodes }: Pick<CrossingPage, 'nodes'>, before: readonly CrossLink[]): readonly CrossLink[] => {
  const known = new Map(before.map((link) => [`${link.from} ${link.to}`, link]));
  for (const { kind, from, to } of nodes.flatMap(({ links }) => links.nodes))
    if (kind.id !== sameAs && from.agency.id !== to.agency.id) known.set(`${from.id} ${to.id}`, { from: from.id, to: to.id });
  return [...known.values()];
};

type Page = { readonly filter: Filter; readonly after: string | undefined };

const readPage = async ({ federation, ids, asOf }: Asked, { filter, after }: Page, signal: AbortSignal): Promise<CrossingPage | undefined> => {
  const { twinsOfPage: first, deadline } = crossingMax;
  const direction = ids ? ('BOTH' as const) : ('OUT' as const);
  const variables = { federation, filter, direction, first, deadline };
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

/** Some pages at a time, what is here shown as it comes; a walk goes on behind those that wait still. */
const readAll = async (asked: Asked, stop: AbortController): Promise<void> => {
  const { signal } = stop;
  const waiting: Page[] = crossingWalks(asked).map((filter) => ({ filter, after: undefined }));
  let [links, pages, under, isRefused]: [readonly CrossLink[], number, number, boolean] = [[], 0, 0, false];
  const take = (wanted: Page, page: CrossingPage | undefined): void => {
    if (page) links = crossLinksOf(page, links);
    else isRefused = true;
    if (page?.pageInfo.hasNextPage) waiting.push({ ...wanted, after: page.pageInfo.endCursor ?? undefined });
    const isUnderWay = under > 0 && links.length <= crossingMax.links;
    const told = isUnderWay ? 'asking' : stateAfter({ links: links.length, pages, hasMore: waiting.length > 0 });
    useCrossing.setState({ links: links.slice(0, crossingMax.links), state: told === 'all' && isRefused ? 'refused' : told });
    if (told === 'cut') stop.abort();
  };
  const readOn = async (): Promise<void> => {
    for (let wanted = waiting.shift(); wanted && pages < crossingMax.pages && !signal.aborted; wanted = waiting.shift()) {
      [pages, under] = [pages + 1, under + 1];
      const page = await readPage(asked, wanted, signal);
      under -= 1;
      if (signal.aborted) return;
      take(wanted, page);
    }
  };
  await Promise.all(Array.from({ length: crossingMax.pagesAtATime }, readOn));
};

/** Reads them as they come; ends with the interest in them. */
export const readCrossing = (asked: Asked | undefined): (() => void) => {
  const stop = new AbortController();
  useCrossing.setState({ links: [], state: asked ? 'asking' : 'none' });
  if (asked) void readAll(asked, stop);
  return () => stop.abort();
};
