import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { crossingMax, crossingWalks, crossLinksOf, readCrossing, stateAfter, useCrossing } from './crossing.ts';

const link = (from: string, to: string, kind = 'city:feeds') => ({
  kind: { id: kind },
  from: { id: from, agency: { id: from } },
  to: { id: to, agency: { id: to } },
});
const page = (...nodes: readonly ReturnType<typeof link>[]) => ({ nodes: [{ links: { nodes } }] });

describe('links between agencies', () => {
  it('are told once, whichever end told them, and neither within an agency nor where two are one', () => {
    const first = crossLinksOf(page(link('a', 'b'), link('a', 'a'), link('b', 'c', 'city:sameAs')), []);
    expect(first).toEqual([{ from: 'a', to: 'b' }]);
    expect(crossLinksOf(page(link('a', 'b'), link('b', 'a')), first)).toEqual([
      { from: 'a', to: 'b' },
      { from: 'b', to: 'a' },
    ]);
  });

  it('are asked of twins that are shown, agency by agency; of those of an answer alone where there is one, a part at a time', () => {
    const asked = { agencies: ['a', 'b'], filter: { text: 'x' }, hidden: ['city:Light'], ids: undefined };
    const all = [{ text: 'x' }, { not: { kinds: ['city:Light'] } }];
    const linked = (other: string) => [{ direction: 'OUT', except: 'city:sameAs', to: { agencies: [other] } }];
    expect(crossingWalks(asked)).toEqual([
      { agencies: ['a'], linked: linked('b'), all },
      { agencies: ['b'], linked: linked('a'), all },
    ]);
    const ids = Array.from({ length: crossingMax.twinsOfPage + 1 }, (_, at) => `t${at}`);
    expect(crossingWalks({ ...asked, filter: undefined, hidden: [], ids })).toEqual([{ ids: ids.slice(0, -1) }, { ids: ids.slice(-1) }]);
  });

  it('are read to the end, to crossingMax.links or to crossingMax.pages, and no further', () => {
    const { links, pages } = crossingMax;
    expect([links, links + 1].map((count) => stateAfter({ links: count, pages: 1, hasMore: false }))).toEqual(['all', 'cut']);
    expect([pages - 1, pages].map((count) => stateAfter({ links: 1, pages: count, hasMore: true }))).toEqual(['asking', 'cut']);
  });
});

/** A node that answers a page when it is told to. */
const createSlowNode = async () => {
  const open: { readonly agency: string; readonly after: string | undefined; readonly response: ServerResponse }[] = [];
  const server = createServer((request, response) => {
    request.setEncoding('utf8');
    let body = '';
    request.on('data', (part: string) => {
      body += part;
    });
    request.on('end', () => {
      const { filter, after } = JSON.parse(body).variables;
      open.push({ agency: filter.agencies[0], after, response });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // branding: it listens on a port
  const real = globalThis.fetch;
  vi.stubGlobal('fetch', (path: string, init?: RequestInit) => real(new URL(path, `http://127.0.0.1:${port}`), init));
  const answer = (hasNextPage = false): void => {
    const asked = open.shift();
    if (!asked) throw new Error('nobody asks');
    const links = { nodes: [link(`${asked.agency}${asked.after ?? ''}`, 'z')] };
    asked.response.end(
      JSON.stringify({ data: { federation: { twins: { pageInfo: { hasNextPage, endCursor: hasNextPage ? '+' : null }, nodes: [{ links }] } } } }),
    );
  };
  return { open, answer, close: () => server.close() };
};

const told = () => ({ state: useCrossing.getState().state, from: useCrossing.getState().links.map(({ from }) => from) });

describe('the reading of links', () => {
  afterEach(() => vi.unstubAllGlobals());

  it(`asks for ${crossingMax.pagesAtATime} pages at a time, and shows what is here while the rest is under way`, async () => {
    const node = await createSlowNode();
    const agencies = ['a', 'b', 'c', 'd', 'e'];
    const stop = readCrossing({ federation: 'f', agencies, filter: undefined, hidden: [], ids: undefined, asOf: undefined });
    await expect.poll(() => node.open.length).toBe(crossingMax.pagesAtATime);
    const [first] = node.open.map(({ agency }) => agency);
    node.answer(true);
    await expect.poll(told).toEqual({ state: 'asking', from: [first] });
    await expect.poll(() => node.open.length).toBe(crossingMax.pagesAtATime);
    for (const _ of agencies) {
      await expect.poll(() => node.open.length).toBeGreaterThan(0);
      node.answer();
    }
    await expect.poll(() => told().state).toBe('all');
    expect(told().from.toSorted()).toEqual([...agencies, `${first}+`].toSorted());
    stop();
    node.close();
  });
});
