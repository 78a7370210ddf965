/**
 * FederatedTwin: the merged view of all representations of one object, and what every source contributed to an answer.
 */
import {
  type ChecksMade,
  codeOf,
  describeProblem,
  describeSource,
  durationOfMs,
  isRetryable,
  mergeValue,
  msBetween,
  type TermId,
  type TwinId,
  termsOf,
} from '@cityweave/core';
import { codeName } from '../fault.ts';
import { genericFederatedTwin } from '../typed-kinds.ts';
import { type Kit, langText } from './kit.ts';
import { kindsOf, type LinkNodes, linkNodes, linkText, pageOfLinks } from './link.ts';
import { pageSizeText } from './page.ts';
import type { AnswerNode, FederatedTwinNode, TwinNode } from './shapes.ts';
import type { defineTwins } from './twin.ts';
import { nameIn } from './value.ts';

type Links = ReturnType<typeof defineTwins>['links'];

const founding = ({ row }: FederatedTwinNode) => row.twin.representations[0];

const kindOf = (node: FederatedTwinNode): { readonly id: string } => ({ id: founding(node)?.kind ?? '' });

const mergedOf = ({ row, rules }: FederatedTwinNode, term: string) => mergeValue(term as TermId, row.twin.representations, rules); // branding: a text that is no term has no value

const linksOf = ({ row, ends }: FederatedTwinNode, direction: 'out' | 'in' | 'both', kinds: readonly TermId[] | undefined): LinkNodes => {
  const links = row.links.filter(({ kind }) => !kinds || kinds.includes(kind));
  return { nodes: linkNodes(links, new Set<TwinId>(row.twin.representations.map(({ id }) => id)), { direction, ends }), isCut: row.linksCut.length > 0 };
};

const definePlain = ({ builder }: Kit): void => {
  builder.interfaceType('FederatedTwin', {
    interfaces: ['Node'],
    description: 'One object of interest as all agencies of a federation represent it, merged: every value keeps its provenance, every disagreement is kept.',
    resolveType: () => genericFederatedTwin,
    fields: (t) => ({
      id: t.id({
        description: 'The declared object of interest, else the id of the founding representation. Every id of a representation resolves to it.',
        resolve: ({ row }) => row.twin.id,
      }),
      kind: t.field({ type: 'Term', description: 'What it is, as its founding representation says.', resolve: kindOf }),
      name: t.string({
        args: { lang: t.arg.string({ description: langText }) },
        description: 'Its name, as its founding representation says.',
        resolve: (node, { lang }) => nameIn(founding(node)?.name ?? {}, lang),
      }),
      position: t.field({
        type: 'Position',
        nullable: true,
        description: 'Where it is, by the first representation that says so.',
        resolve: ({ row }) => row.twin.representations.find(({ position }) => position)?.position,
      }),
      property: t.field({
        type: 'MergedValue',
        nullable: true,
        args: { term: t.arg.id({ required: true, description: 'The property, as "city:height".' }) },
        description: 'One property over all representations; null where nobody says anything of it.',
        resolve: (node, { term }) => mergedOf(node, term),
      }),
      properties: t.field({
        type: ['MergedValue'],
        args: { terms: t.arg.idList({ description: 'Only these; all where absent.' }) },
        description: 'Its properties, each with the value that wins and whatever others say.',
        resolve: (node, { terms }) => (terms ?? termsOf(node.row.twin.representations)).flatMap((term) => mergedOf(node, term) ?? []),
      }),
    }),
  });
};

const defineRelated = ({ builder, inputs, vocabulary }: Kit, links: Links) => {
  builder.interfaceFields('FederatedTwin', (t) => ({
    links: t.field({
      type: links,
      args: {
        kinds: t.arg.idList({ description: 'Only of these kinds and narrower ones; all where absent.' }),
        direction: t.arg({ type: inputs.direction, defaultValue: 'out', required: true, description: 'Which way, seen from this object.' }),
        first: t.arg.int({ description: pageSizeText }),
        after: t.arg.string({ description: 'Cursor behind which the page begins.' }),
      },
      description: `${linkText} Those of every representation that their agencies know.`,
      resolve: (node, args) => pageOfLinks(linksOf(node, args.direction, kindsOf(args, vocabulary)), args),
    }),
    representations: t.field({
      type: ['Twin'],
      description: "Each agency's own, the founding one first.",
      resolve: ({ row, ends, at }) => row.twin.representations.map((twin): TwinNode => ({ twin, found: { row, ends }, at })),
    }),
  }));
  return builder
    .objectRef<FederatedTwinNode>(genericFederatedTwin)
    .implement({ interfaces: ['Node', 'FederatedTwin'], description: 'A federated twin of any kind.' });
};

const defineProblem = ({ builder }: Kit): void => {
  builder.objectType('Problem', {
    description: 'An expected failure as a value: what, where, what would be accepted, and whether asking again may help.',
    fields: (t) => ({
      code: t.string({ description: 'Upper snake case, as "TIMED_OUT" or "NOT_AUTHORISED": to branch on.', resolve: ({ kind }) => codeName(kind) }),
      number: t.string({ description: 'Its number in the protocol, as "DTF-502".', resolve: (problem) => codeOf(problem) }),
      message: t.string({ description: 'One sentence for a person.', resolve: (problem) => describeProblem(problem) }),
      source: t.string({ nullable: true, description: 'The agency at which it happened.', resolve: ({ agency }) => agency }),
      subject: t.string({ nullable: true, description: 'What it is about: an id, a term, an argument.', resolve: ({ subject }) => subject }),
      path: t.string({ nullable: true, description: 'Where in the input.', resolve: ({ path }) => path }),
      found: t.string({ nullable: true, description: 'What was found there, shortened.', resolve: ({ found }) => found }),
      accepted: t.string({ nullable: true, description: 'What would be accepted.', resolve: ({ accepted }) => accepted }),
      limit: t.float({ nullable: true, description: 'The bound that was passed.', resolve: ({ limit }) => limit }),
      retryable: t.boolean({ description: 'Asking again may help.', resolve: (problem) => isRetryable(problem) }),
      retryAfter: t.field({
        type: 'Duration',
        nullable: true,
        description: 'How long to wait before asking again.',
        resolve: ({ retryAfterMs }) => (retryAfterMs === undefined ? undefined : durationOfMs(retryAfterMs)),
      }),
    }),
  });
};

const defineChecks = ({ builder }: Kit) =>
  builder.objectRef<ChecksMade>('SourceChecks').implement({
    description: 'How many values of a source were looked at, and how many did not pass. They are told all the same.',
    fields: (t) => ({
      values: t.exposeInt('values', { description: 'Values looked at.' }),
      schema: t.exposeInt('schema', { description: 'Not of the kind that their term says.' }),
      unit: t.exposeInt('unit', { description: 'In a unit that cannot be converted to that of their term.' }),
      space: t.exposeInt('space', { description: 'Twins outside what the agency covers.' }),
      time: t.exposeInt('time', { description: 'Observed in the future.' }),
    }),
  });

const defineSource = (kit: Kit): void => {
  const { builder } = kit;
  const status = builder.enumType('SourceStatus', {
    description: 'What became of one source of an answer.',
    values: {
      ANSWERED: { description: 'Complete for what was asked of it.' },
      PARTIAL: { description: 'Some of it; `reason` says why.' },
      LATE: { description: 'Missed the deadline.' },
      FAILED: { description: 'Refused or broke; `problem` says how, and whether asking again may help.' },
      WITHHELD: { description: 'Policy or agreement keeps part of it back; `reason` says which terms.' },
      NOT_ASKED: { description: 'The plan proved that it cannot contribute; `reason` says why.' },
    } as const,
  });
  const checks = defineChecks(kit);
  builder.objectType('SourceReport', {
    description: 'What one member contributed to one answer. Every member that was planned is reported exactly once.',
    fields: (t) => ({
      agency: t.field({ type: 'Agency', description: 'Whose part this is.', resolve: ({ agency }, _args, { agencies }) => agencies.of(agency) }),
      status: t.field({ type: status, description: 'What became of it.', resolve: (report) => report.status }),
      rows: t.int({ description: 'Representations of this agency that stand in the answer.', resolve: ({ rows }) => rows }),
      latency: t.field({
        type: 'Duration',
        nullable: true,
        description: 'How long it took to answer.',
        resolve: ({ latencyMs }) => (latencyMs === undefined ? undefined : durationOfMs(latencyMs)),
      }),
      checks: t.field({
        type: checks,
        nullable: true,
        description: 'What was looked at before its part was used.',
        resolve: (report) => report.checks,
      }),
      age: t.field({
        type: 'Duration',
        nullable: true,
        description: 'Age of the oldest value that it gave; null where none of them names a time.',
        resolve: ({ oldest }, _args, { room }) => (oldest === undefined ? undefined : durationOfMs(msBetween(oldest, room.deps.clock.now()))),
      }),
      reason: t.string({
        nullable: true,
        args: { lang: t.arg.string({ description: 'Language wanted (BCP 47). English is told until other catalogues exist.' }) },
        description: 'One sentence for a person where something is missing.',
        resolve: (report) => describeSource(report) || undefined,
      }),
      problem: t.field({ type: 'Problem', nullable: true, description: 'How it failed, to branch on.', resolve: ({ problem }) => problem }),
    }),
  });
};

const planText = ({ plan }: AnswerNode): string => plan.map(({ agency, ask, why }) => `${agency}: ${ask ? 'asked' : 'not asked'}, ${why}`).join('\n');

const defineAnswers = ({ builder }: Kit): void => {
  const edge = builder.objectRef<{ readonly cursor: string; readonly node: FederatedTwinNode }>('FederatedTwinEdge').implement({
    description: 'One federated twin of a page and the cursor behind which the next page would begin.',
    fields: (t) => ({
      cursor: t.exposeString('cursor', { description: 'Opaque; to be given as `after`. A walk never repeats a twin.' }),
      node: t.field({ type: 'FederatedTwin', description: 'What stands here.', resolve: ({ node }) => node }),
    }),
  });
  builder.objectType('FederatedTwinConnection', {
    description: 'A page of federated twins and what every source contributed to it.',
    fields: (t) => ({
      edges: t.field({
        type: [edge],
        description: 'The page with a cursor for each twin.',
        resolve: ({ nodes, cursorOf }) => nodes.map((node) => ({ node, cursor: cursorOf(node) })),
      }),
      nodes: t.field({ type: ['FederatedTwin'], description: 'The page without cursors.', resolve: ({ nodes }) => nodes }),
      pageInfo: t.field({
        type: 'PageInfo',
        description: 'Where the page stands. A page may be empty while more follow.',
        resolve: ({ nodes, cursorOf, next, isFirst }) => {
          const [first, last] = [nodes[0], nodes.at(-1)];
          return {
            hasNextPage: next !== undefined,
            hasPreviousPage: !isFirst,
            startCursor: first && cursorOf(first),
            endCursor: next ?? (last && cursorOf(last)),
          };
        },
      }),
      totalCount: t.int({
        nullable: true,
        description: 'How many match in all; null where it is not known: a source is missing, or objects are joined over several pages.',
        resolve: ({ total }) => total,
      }),
      sources: t.field({ type: ['SourceReport'], description: 'Every member that was planned, exactly once.', resolve: ({ sources }) => sources }),
      plan: t.string({ description: 'Why each member was or was not asked, a line each.', resolve: planText }),
    }),
  });
  builder.objectType('FederatedTwinAnswer', {
    description: 'One federated twin and what every source contributed to it.',
    fields: (t) => ({
      twin: t.field({
        type: 'FederatedTwin',
        nullable: true,
        description: 'The object; null where no source that answered knows it.',
        resolve: ({ twin }) => twin,
      }),
      sources: t.field({ type: ['SourceReport'], description: 'Every member that was planned, exactly once.', resolve: ({ sources }) => sources }),
      plan: t.string({ description: 'Why each member was or was not asked, a line each.', resolve: planText }),
    }),
  });
};

const defineSummary = ({ builder }: Kit): void => {
  builder.objectType('Group', {
    description: 'How many twins match, of how many there are.',
    fields: (t) => ({
      kind: t.field({ type: 'Term', nullable: true, description: 'Where counted by KIND.', resolve: ({ kind }) => kind && { id: kind } }),
      agency: t.field({
        type: 'Agency',
        nullable: true,
        description: 'Where counted by AGENCY.',
        resolve: ({ agency }, _args, { agencies }) => agency && agencies.of(agency),
      }),
      status: t.exposeString('status', { nullable: true, description: 'Where counted by STATUS; null of twins that have none.' }),
      count: t.exposeInt('count', { description: 'Twins that match.' }),
      of: t.exposeInt('of', { description: 'Twins of this kind, agency and status in all.' }),
    }),
  });
  builder.objectType('SummaryAnswer', {
    description: 'Counts over all sources, and what every source contributed.',
    fields: (t) => ({
      groups: t.field({ type: ['Group'], description: 'In the order of kind, agency and status.', resolve: ({ groups }) => groups }),
      sources: t.field({ type: ['SourceReport'], description: 'Every member that was planned, exactly once.', resolve: ({ sources }) => sources }),
      plan: t.string({ description: 'Why each member was or was not asked, a line each.', resolve: planText }),
    }),
  });
};

export const defineFederatedTwins = (kit: Kit, links: Links) => {
  definePlain(kit);
  const federated = defineRelated(kit, links);
  defineProblem(kit);
  defineSource(kit);
  defineAnswers(kit);
  defineSummary(kit);
  return federated;
};
