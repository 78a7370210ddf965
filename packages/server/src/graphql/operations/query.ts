/**
 * Query: what can be asked of this node: its own twins, the registry, and the federations in which it takes part.
 */
import { type Facet, fail, limits, ok, problem, shorten } from '@cityweave/core';
import { badInput, createFaults, settled } from '../fault.ts';
import { toFilter } from '../questions/filter.ts';
import { findNode, findOwn } from '../questions/finding.ts';
import { ownCells, ownSearch } from '../questions/own-overview.ts';
import { findPage, ownFilter } from '../questions/own-page.ts';
import { momentOf } from '../questions/twin-history.ts';
import { withinBound } from '../questions/within-bound.ts';
import type { Context } from '../room.ts';
import { definePage } from '../schema/connection.ts';
import { federationNodes, findFederation } from '../schema/federation.ts';
import { type Kit, momentArgs } from '../schema/kit.ts';
import { orBadInput, pageOfList, pageSizeText } from '../schema/page.ts';
import type { FederationNode, TwinNode } from '../schema/shapes.ts';
import type { States } from '../schema/states.ts';

const defineNodes = ({ builder }: Kit): void => {
  builder.queryFields((t) => ({
    node: t.field({
      type: 'Node',
      nullable: true,
      description:
        'Whatever has this id: an agency, a federation, an own twin, else a twin that a federation of this node knows; null where nobody does, and an error says why.',
      args: { id: t.arg.id({ required: true, description: 'A URN.' }) },
      resolve: async (_root, { id }, context) => settled(await findNode(context, id)),
    }),
    nodes: t.field({
      type: ['Node'],
      nullable: { list: false, items: true },
      description: 'Several nodes, in the order of their ids; null where nobody has one, and an error says why.',
      args: { ids: t.arg.idList({ required: true, description: `At most ${limits.pageMax}.` }) },
      resolve: (_root, { ids }, context) => {
        if (ids.length > limits.pageMax)
          return Promise.reject(badInput({ argument: 'ids', found: `${ids.length} ids`, accepted: `at most ${limits.pageMax}`, limit: limits.pageMax }));
        return ids.map(async (id) => settled(await findNode(context, id)));
      },
    }),
    agency: t.field({ type: 'Agency', description: 'Whose node this is.', resolve: (_root, _args, { room, agencies }) => agencies.of(room.self.agency) }),
    timeZone: t.string({
      nullable: true,
      description:
        'IANA name of the time zone of its city, as "Europe/Berlin", where its node file says it: times in answers are instants, for people to be told as the clocks there show them.',
      resolve: (_root, _args, { room }) => room.node.timeZone,
    }),
    term: t.field({
      type: 'Term',
      nullable: true,
      description: 'A term of the semantic dictionaries of this node; null where none has it, and an error says so.',
      args: { id: t.arg.id({ required: true, description: '`prefix:name`, as "city:FloodZone".' }) },
      resolve: (_root, { id }, { room }) => settled(room.vocabulary().term(id) ? ok({ id }) : fail(problem('unknownTerm', { subject: shorten(id) }))),
    }),
  }));
};

const summarise = async (context: Context, given: Parameters<typeof toFilter>[0], by: readonly Facet[]) => {
  const faults = createFaults();
  const filter = toFilter(given, faults, context.room.vocabulary());
  if (by.length === 0) faults.note({ argument: 'by', found: by, accepted: 'one or more of KIND, AGENCY and STATUS' });
  const fault = faults.first();
  if (fault) return Promise.reject(badInput(fault));
  return withinBound(context, async (bounded) => bounded.room.store.summarise(await ownFilter(bounded, filter), [...new Set(by)], { signal: bounded.signal }));
};

const defineOwnTwins = ({ builder, inputs }: Kit): void => {
  const connection = definePage<TwinNode>(builder, 'Twin');
  builder.queryFields((t) => ({
    twin: t.field({
      type: 'Twin',
      nullable: true,
      description:
        "One of this agency's own twins, by any identifier it is known by: its URN, an alternative identifier, its object of interest; null where it has none, and an error says so.",
      args: { id: t.arg.id({ required: true, description: 'The identifier.' }), ...momentArgs(t) },
      resolve: async (_root, { id, ...times }, context) => settled(await findOwn(context, id, momentOf(context, times))),
    }),
    twins: t.field({
      type: connection,
      description: `This agency's own twins. ${pageSizeText}`,
      args: {
        filter: t.arg({ type: inputs.filter, description: 'Which; all where absent. Relations are to own twins.' }),
        orderBy: t.arg({ type: inputs.order, description: 'In which order; by id where absent.' }),
        first: t.arg.int({ description: `How many from the beginning, or behind \`after\`. ${pageSizeText}` }),
        after: t.arg.string({ description: 'Cursor behind which the page begins.' }),
        last: t.arg.int({ description: `How many from the end, or ahead of \`before\`. ${pageSizeText}` }),
        before: t.arg.string({ description: 'Cursor ahead of which the page ends.' }),
      },
      resolve: (_root, args, context) => findPage(context, args),
    }),
    summary: t.field({
      type: ['Group'],
      description: "How many of this agency's own twins match, of how many there are.",
      args: {
        filter: t.arg({ type: inputs.filter, description: 'Which; all where absent.' }),
        by: t.arg({ type: [inputs.facet], required: true, description: 'Counted by these.' }),
      },
      resolve: (_root, { filter, by }, context) => summarise(context, filter, by),
    }),
  }));
};

const defineOverviews = ({ builder, inputs }: Kit): void => {
  builder.objectType('Cell', {
    description: 'A cell of the grid that the world is cut into at a level, and how many twins have their middle in it.',
    fields: (t) => ({
      box: t.field({ type: ['Float'], description: '`[west, south, east, north]` in degrees.', resolve: ({ box }) => box }),
      count: t.exposeInt('count', { description: 'Twins that match.' }),
    }),
  });
  builder.objectType('NamedTwin', {
    description: 'A twin, and how well a text names it.',
    fields: (t) => ({
      twin: t.field({ type: 'Twin', description: 'The twin.', resolve: ({ twin }) => ({ twin }) }),
      relevance: t.exposeInt('relevance', { description: 'Less is better: below 1000 it is called or known as exactly that.' }),
    }),
  });
  builder.queryFields((t) => ({
    cells: t.field({
      type: ['Cell'],
      description: "This agency's own twins counted in the cells of a grid, for a map that shows too many of them. Cells without any are left out.",
      args: {
        box: t.arg.floatList({ required: true, description: '`[west, south, east, north]` in degrees; a twin whose middle lies in it is counted.' }),
        level: t.arg.int({ required: true, description: `One column around the earth at 0, twice as many at each next level, up to ${limits.cellLevelMax}.` }),
        filter: t.arg({ type: inputs.filter, description: 'Which; all where absent.' }),
      },
      resolve: (_root, args, context) => ownCells(context, args),
    }),
    search: t.field({
      type: ['NamedTwin'],
      description: "This agency's own twins that have the words of a text, or words that begin so, best names first: for a field in which somebody types.",
      args: {
        text: t.arg.string({ required: true, description: 'What was typed.' }),
        kinds: t.arg.idList({ description: 'Only these, each with its narrower ones.' }),
        first: t.arg.int({ description: pageSizeText }),
      },
      resolve: (_root, args, context) => ownSearch(context, args),
    }),
  }));
};

const defineFederationQueries = ({ builder }: Kit, states: States): void => {
  const connection = definePage<FederationNode>(builder, 'Federation');
  builder.queryFields((t) => ({
    federations: t.field({
      type: connection,
      description: 'Federations that this node started or takes part in, by id.',
      args: {
        state: t.arg({ type: [states.federation], description: 'Only those that stand here.' }),
        first: t.arg.int({ description: pageSizeText }),
        after: t.arg.string({ description: 'Cursor behind which the page begins.' }),
      },
      resolve: (_root, args, { room }) => {
        const { state } = args;
        const found = federationNodes(room).filter(({ view }) => !state || state.includes(view.state));
        return orBadInput(pageOfList(found, args, ({ view }) => view.id));
      },
    }),
    federation: t.field({
      type: 'Federation',
      nullable: true,
      description: 'One federation; null where this node takes no part in it, and an error says so.',
      args: { id: t.arg.id({ required: true, description: '`urn:dtf:federation:...`' }) },
      resolve: (_root, { id }, { room }) => settled(findFederation(room, id)),
    }),
  }));
};

export const defineQueries = (kit: Kit, states: States): void => {
  kit.builder.queryType({ description: 'What can be asked of this node.' });
  defineNodes(kit);
  defineOwnTwins(kit);
  defineOverviews(kit);
  defineFederationQueries(kit, states);
};
