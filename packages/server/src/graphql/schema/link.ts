/**
 * Links: typed relations between twins, possibly of two agencies. The far end's id and agency are always known; its name is asked for.
 */
import { agencyOf, type Direction, type Link, limits, type TermId, type TwinId, type Vocabulary, versionOfLink } from '@cityweave/core';
import { createFaults } from '../fault.ts';
import { parseTerm } from '../questions/filter.ts';
import type { LinkEnds } from '../questions/link-ends.ts';
import { definePage, type PageNode } from './connection.ts';
import { type Kit, langText } from './kit.ts';
import { orBadInput, type PageArgs, pageOfList, pageSizeText } from './page.ts';
import type { LinkNode } from './shapes.ts';
import { nameIn } from './value.ts';

export type LinkArgs = PageArgs & { readonly kinds?: readonly string[] | null | undefined; readonly direction: Direction };

/** The kinds wanted with their narrower terms; all where none are given. */
export const kindsOf = ({ kinds }: LinkArgs, vocabulary: Vocabulary): readonly TermId[] | undefined => {
  const faults = createFaults();
  return kinds?.flatMap((kind) => (parseTerm(kind, 'kinds', faults) ? vocabulary.narrowed(kind) : [])) as TermId[] | undefined; // branding: narrower terms are terms
};

export type LinkNodes = { readonly nodes: readonly LinkNode[] /** there are more */; readonly isCut: boolean };

/** The links as seen from some twins: those of the other twin at their far end. */
export const linkNodes = (
  links: readonly Link[],
  from: ReadonlySet<TwinId>,
  { direction, ends }: { readonly direction: Direction; readonly ends: LinkEnds },
): readonly LinkNode[] => {
  const unique = new Map(links.map((link) => [link.id, link]));
  return [...unique.values()].flatMap((link) => [
    ...(direction !== 'in' && from.has(link.from) ? [{ link, to: link.to, ends }] : []),
    ...(direction !== 'out' && from.has(link.to) && !(direction === 'both' && from.has(link.from)) ? [{ link, to: link.from, ends }] : []),
  ]);
};

/** How many there are is not known where they were cut. */
export const pageOfLinks = async ({ nodes, isCut }: LinkNodes, args: PageArgs): Promise<PageNode<LinkNode>> => {
  const { count, ...page } = await orBadInput(pageOfList(nodes, args, ({ link }) => link.id));
  return isCut ? page : { ...page, count };
};

const defineEnd = ({ builder }: Kit): void => {
  builder.objectType('LinkedTwin', {
    description:
      'The twin at the other end of a link, perhaps of another agency. Its id and agency are known by the link; the rest is asked of its owner within the time of the answer, and null where it cannot be had.',
    fields: (t) => ({
      id: t.exposeID('id', { description: 'The URN of the twin.' }),
      agency: t.field({ type: 'Agency', description: 'Whose twin it is.', resolve: ({ id }, _args, { agencies }) => agencies.of(agencyOf(id)) }),
      name: t.string({
        nullable: true,
        args: { lang: t.arg.string({ description: langText }) },
        description: 'Its name, where its owner answered.',
        resolve: async ({ id, ends }, { lang }) => {
          const twin = await ends.twin(id);
          return twin && nameIn(twin.name, lang);
        },
      }),
      kind: t.field({
        type: 'Term',
        nullable: true,
        description: 'Its kind, where its owner answered.',
        resolve: async ({ id, ends }) => {
          const twin = await ends.twin(id);
          return twin && { id: twin.kind };
        },
      }),
    }),
  });
};

export const defineLinks = (kit: Kit) => {
  const { builder } = kit;
  builder.objectType('Link', {
    description: 'A typed relation between two twins, possibly of two agencies.',
    fields: (t) => ({
      id: t.id({ description: 'Known by its ends and its kind.', resolve: ({ link }) => link.id }),
      kind: t.field({ type: 'Term', description: 'What the relation means, as "city:locatedOn".', resolve: ({ link }) => ({ id: link.kind }) }),
      from: t.field({ type: 'LinkedTwin', description: 'Where the link begins.', resolve: ({ link, ends }) => ({ id: link.from, ends }) }),
      to: t.field({
        type: 'LinkedTwin',
        description: 'The other end as seen from the twin that was asked: with direction IN, where the link begins.',
        resolve: ({ to, ends }) => ({ id: to, ends }),
      }),
      version: t.int({ description: 'How often its agency said it: what a change may be based on.', resolve: ({ link }) => versionOfLink(link) }),
      source: t.field({ type: 'Agency', description: 'Who says so.', resolve: ({ link }, _args, { agencies }) => agencies.of(link.source) }),
      evidence: t.string({ nullable: true, description: 'What it rests on, as the columns of a declared join.', resolve: ({ link }) => link.evidence }),
      recordedAt: t.field({ type: 'DateTime', description: 'When the node learnt it.', resolve: ({ link }) => link.recordedAt }),
      observedAt: t.field({
        type: 'DateTime',
        description: 'Since when it is true; since it was learnt, where nothing else was said.',
        resolve: ({ link }) => link.observedAt ?? link.recordedAt,
      }),
    }),
  });
  defineEnd(kit);
  return definePage<LinkNode>(builder, 'Link');
};

export const linkText = `Links of the twin, ${limits.linksPerTwinAnswerMax} each way at most, the first by kind and far end: where there are more, totalCount is null. ${pageSizeText}`;
