import { describe, expect, it } from 'vitest';
import { crossingFilter, crossingMax, crossLinksOf, stateAfter } from './crossing.ts';

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

  it('are asked of twins that are shown, of those of an answer alone where there is one', () => {
    const asked = { agencies: ['a', 'b'], filter: { text: 'x' }, hidden: ['city:Light'], ids: undefined };
    expect(crossingFilter(asked)).toMatchObject({ any: [{ agencies: ['a'] }, { agencies: ['b'] }], all: [{ text: 'x' }, { not: { kinds: ['city:Light'] } }] });
    expect(crossingFilter({ ...asked, filter: undefined, hidden: [], ids: ['t'] })).toEqual({ ids: ['t'] });
  });

  it('are read to the end, to crossingMax.links or to crossingMax.pages, and no further', () => {
    const { links, pages } = crossingMax;
    expect([links, links + 1].map((count) => stateAfter({ links: count, pages: 1, hasMore: false }))).toEqual(['all', 'cut']);
    expect([pages - 1, pages].map((count) => stateAfter({ links: 1, pages: count, hasMore: true }))).toEqual(['asking', 'cut']);
  });
});
