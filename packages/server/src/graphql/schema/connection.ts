/**
 * Connections: the same three fields for every list that is told in pages.
 */
import type { Builder, Types } from './builder.ts';
import type { Edge, PagePlace } from './page.ts';

/** A page; `count` tells how many there are in all, and is asked only where somebody wants to know. */
export type PageNode<T> = { readonly edges: readonly Edge<T>[]; readonly pageInfo: PagePlace; readonly count?: () => number | Promise<number> };

/** Types `XEdge` and `XConnection`. */
export const definePage = <T>(builder: Builder, name: keyof Types['Objects'] | keyof Types['Interfaces']) => {
  const edge = builder.objectRef<Edge<T>>(`${name}Edge`).implement({
    description: `One ${name} of a page and the cursor behind which the next page would begin.`,
    fields: (t) => ({
      cursor: t.exposeString('cursor', { description: 'Opaque; to be given as `after`.' }),
      node: t.field({ type: name, description: 'What stands here.', resolve: ({ node }) => node as never }), // branding: T is the shape behind `name`
    }),
  });
  return builder.objectRef<PageNode<T>>(`${name}Connection`).implement({
    description: `A page of a list of ${name}.`,
    fields: (t) => ({
      edges: t.field({ type: [edge], description: 'The page with a cursor for each item.', resolve: ({ edges }) => edges }),
      nodes: t.field({ type: [name], description: 'The page without cursors.', resolve: ({ edges }) => edges.map(({ node }) => node) as never }), // branding: as above
      pageInfo: t.field({ type: 'PageInfo', description: 'Where the page stands in the list.', resolve: ({ pageInfo }) => pageInfo }),
      totalCount: t.int({ nullable: true, description: 'How many there are in all; null where it is not known.', resolve: ({ count }) => count?.() }),
    }),
  });
};
