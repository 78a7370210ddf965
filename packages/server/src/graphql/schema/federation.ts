/**
 * Federation: who takes part, under which agreements, over which connections, and the questions one can ask of it.
 */
import {
  type Agreement,
  agencyOf,
  type Facet,
  type Federation,
  FederationId,
  fail,
  ok,
  problem,
  type Result,
  shorten,
  type Vocabulary,
  viewOf,
  waitsForApproval,
} from '@cityweave/core';
import { agreements, memberships } from '../../orchestration/room.ts';
import { badInput, createFaults, refuse } from '../fault.ts';
import { askOne, askPage, parseDeadline } from '../questions/asking.ts';
import { toFilter } from '../questions/filter.ts';
import { neededBy } from '../questions/selection.ts';
import { momentOf } from '../questions/twin-history.ts';
import type { Context, GraphqlRoom } from '../room.ts';
import { deadlineText, type Kit, langText, momentArgs } from './kit.ts';
import { pageSizeText } from './page.ts';
import type { FederationNode } from './shapes.ts';
import { defineStates, type States } from './states.ts';
import { nameIn } from './value.ts';

export const startedNode = (federation: Federation): FederationNode => ({ view: viewOf(federation), started: federation });

/** A federation that this node started or takes part in. */
export const federationNode = (room: GraphqlRoom, id: string): FederationNode | undefined => {
  const started = room.orchestration.federation(id);
  if (started) return startedNode(started);
  const membership = memberships.load(room.records, id);
  return membership && { view: membership.federation, started: undefined };
};

/** The federation, or why there is none: that is no id of one, or this node takes no part in it. */
export const findFederation = (room: GraphqlRoom, id: string): Result<FederationNode> => {
  const node = federationNode(room, id);
  if (node) return ok(node);
  if (!FederationId.safeParse(id).success) return fail(problem('badId', { found: shorten(id), accepted: 'urn:dtf:federation:<authority>:<local>' }));
  return fail(problem('unknownFederation', { subject: shorten(id), accepted: 'one of `federations`' }));
};

export const federationNodes = (room: GraphqlRoom): readonly FederationNode[] => {
  const started = room.orchestration.federations().map(startedNode);
  const known = new Set<string>(started.map(({ view }) => view.id));
  const joined = memberships.all(room.records).flatMap(({ federation }) => (known.has(federation.id) ? [] : [{ view: federation, started: undefined }]));
  return [...started, ...joined].sort((a, b) => (a.view.id < b.view.id ? -1 : 1));
};

/** Only the initiator holds the agreements under which members answer. */
export const askable = ({ view, started }: FederationNode): Federation | Promise<never> =>
  started ?? refuse(problem('notInitiator', { subject: view.id, accepted: `ask its initiator, ${agencyOf(view.initiator)}` }));

const agreementsOf = (room: GraphqlRoom, { view }: FederationNode): readonly Agreement[] =>
  agreements.all(room.records).filter(({ terms }) => terms.federationId === view.id);

const defineMember = ({ builder }: Kit, states: States): void => {
  builder.objectType('Member', {
    description: 'An agency that takes part in a federation, or was asked to.',
    fields: (t) => ({
      agency: t.field({ type: 'Agency', description: 'Who.', resolve: ({ member }, _args, { agencies }) => agencies.of(member.agency) }),
      name: t.string({
        args: { lang: t.arg.string({ description: langText }) },
        description: 'Its name as it was registered.',
        resolve: ({ member }, { lang }) => nameIn(member.name, lang),
      }),
      state: t.field({ type: states.member, description: 'Where it stands.', resolve: ({ member }) => member.state }),
      since: t.field({ type: 'DateTime', description: 'Since when it stands there.', resolve: ({ member }) => member.since }),
      kinds: t.field({
        type: ['Term'],
        description: 'Kinds of twins that it shares.',
        resolve: ({ member }) => [...new Set(member.features.map(({ kind }) => kind))].map((id) => ({ id })),
      }),
      reason: t.string({ nullable: true, description: 'Why it stands there, where there is something to explain.', resolve: ({ full }) => full?.reason }),
    }),
  });
};

const defineGranted = ({ builder }: Kit): void => {
  builder.objectType('GrantedFeature', {
    description: 'One kind of twin that a provider lets a consumer use.',
    fields: (t) => ({
      kind: t.field({ type: 'Term', description: 'The kind.', resolve: ({ kind }) => ({ id: kind }) }),
      feature: t.id({ description: '`urn:dtf:feature:...`', resolve: ({ featureId }) => featureId }),
      modes: t.stringList({ description: 'How: "read", "subscribe".', resolve: ({ modes }) => modes }),
      withheld: t.field({
        type: ['Term'],
        description: 'Terms kept back, with their narrower ones.',
        resolve: ({ withheld = [] }) => withheld.map((id) => ({ id })),
      }),
      maxRatePerMinute: t.int({ nullable: true, description: 'Questions a minute, where bounded.', resolve: ({ maxRatePerMinute }) => maxRatePerMinute }),
    }),
  });
};

const defineAgreement = ({ builder }: Kit, states: States): void => {
  builder.objectType('Agreement', {
    description: 'The terms under which one agency lets another use its twins. Both hold the same hash before any data moves.',
    fields: (t) => ({
      id: t.exposeID('id', { description: '`urn:dtf:agreement:...`' }),
      state: t.field({
        type: states.agreement,
        description: 'Where the negotiation stands. REQUESTED at the provider waits for `answerRequest`.',
        resolve: ({ state }) => state,
      }),
      consumer: t.field({
        type: 'Agency',
        description: 'Who uses.',
        resolve: ({ terms }, _args, { agencies }) => agencies.of(agencyOf(terms.parties.consumer)),
      }),
      provider: t.field({
        type: 'Agency',
        description: 'Who lets use.',
        resolve: ({ terms }, _args, { agencies }) => agencies.of(agencyOf(terms.parties.provider)),
      }),
      purpose: t.field({ type: 'Term', description: 'What for.', resolve: ({ terms }) => ({ id: terms.purpose }) }),
      features: t.field({ type: ['GrantedFeature'], description: 'What is granted.', resolve: ({ terms }) => terms.features }),
      area: t.field({ type: 'GeoJSON', nullable: true, description: 'Where, if not everywhere.', resolve: ({ terms }) => terms.area }),
      permissions: t.stringList({ description: 'What is allowed.', resolve: ({ terms }) => terms.permissions }),
      prohibitions: t.stringList({ description: 'What is forbidden.', resolve: ({ terms }) => terms.prohibitions }),
      validFrom: t.field({ type: 'DateTime', description: 'From when it holds.', resolve: ({ terms }) => terms.validity.from }),
      validTo: t.field({ type: 'DateTime', nullable: true, description: 'Until when, if bounded.', resolve: ({ terms }) => terms.validity.to }),
      hash: t.string({ nullable: true, description: 'SHA-256 of the canonical terms, once accepted.', resolve: ({ hash }) => hash }),
      reason: t.string({ nullable: true, description: 'Why it was refused or ended.', resolve: ({ reason }) => reason }),
      reasonCode: t.string({ nullable: true, description: 'Why it was declined, as `DTF-403`.', resolve: ({ reasonCode }) => reasonCode }),
      signedBy: t.field({
        type: ['Agency'],
        description: 'Whose signature over the terms is held here, once it is agreed.',
        resolve: ({ signatures = [] }, _args, { agencies }) => signatures.map(({ by }) => agencies.of(agencyOf(by))),
      }),
    }),
  });
};

const defineNeed = ({ builder }: Kit): void => {
  builder.objectType('Need', {
    description: 'What a federation must bring together: a kind of twin.',
    fields: (t) => ({
      kind: t.field({ type: 'Term', description: 'The kind; narrower ones serve too.', resolve: ({ kind }) => ({ id: kind }) }),
      agencies: t.field({
        type: ['Agency'],
        nullable: true,
        description: 'From these only; from anybody where null.',
        resolve: ({ agencies: ids }, _args, { agencies }) => ids?.map(agencies.of),
      }),
      optional: t.exposeBoolean('optional', { description: 'The federation can do without.' }),
      one: t.boolean({ description: 'One provider is enough.', resolve: ({ one }) => one ?? false }),
    }),
  });
};

const defineFederationType = ({ builder }: Kit, states: States): void => {
  builder.objectType('Federation', {
    description: 'Twins of several agencies joined for a purpose. Questions are asked of its initiator.',
    interfaces: ['Node'],
    fields: (t) => ({
      id: t.id({ description: '`urn:dtf:federation:<authority>:<local>`', resolve: ({ view }) => view.id }),
      name: t.string({
        args: { lang: t.arg.string({ description: langText }) },
        description: 'Its name.',
        resolve: ({ view }, { lang }) => nameIn(view.name, lang),
      }),
      purpose: t.field({ type: 'Term', description: 'What for.', resolve: ({ view }) => ({ id: view.purpose }) }),
      description: t.string({
        nullable: true,
        args: { lang: t.arg.string({ description: langText }) },
        description: 'What it is to bring about, where that was said.',
        resolve: ({ view }, { lang }) => view.description && nameIn(view.description, lang),
      }),
      waitsForApproval: t.boolean({ description: 'A person has to approve its plan first (`approvePlan`).', resolve: ({ view }) => waitsForApproval(view) }),
      state: t.field({ type: states.federation, description: 'Where it stands.', resolve: ({ view }) => view.state }),
      since: t.field({ type: 'DateTime', description: 'Since when it stands there.', resolve: ({ view }) => view.since }),
      reason: t.string({ nullable: true, description: 'What it waits for, or why it ended.', resolve: ({ view }) => view.reason }),
      initiator: t.field({
        type: 'Agency',
        description: 'Who started it and answers questions.',
        resolve: ({ view }, _args, { agencies }) => agencies.of(agencyOf(view.initiator)),
      }),
      needs: t.field({ type: ['Need'], description: 'What it must bring together.', resolve: ({ view }) => view.needs }),
      area: t.field({ type: 'GeoJSON', nullable: true, description: 'Where, if not everywhere.', resolve: ({ view }) => view.area }),
      members: t.field({
        type: ['Member'],
        description: 'Who takes part beside the initiator.',
        resolve: ({ view, started }) => view.members.map((member) => ({ member, full: started?.members.find(({ twinId }) => twinId === member.twinId) })),
      }),
      agreements: t.field({
        type: ['Agreement'],
        description: 'The agreements that this node is a party to.',
        resolve: (node, _args, { room }) => agreementsOf(room, node),
      }),
    }),
  });
};

const summarise = async (node: FederationNode, args: SummaryArgs & Parameters<typeof momentOf>[1], context: Context) => {
  const federation = await askable(node);
  const faults = createFaults();
  const { question, deadlineMs } = toSummary(args, faults, context.room.vocabulary());
  const fault = faults.first();
  if (fault) return Promise.reject(badInput(fault));
  const at = momentOf(context, args);
  return context.room.orchestration.summarise(federation, { ...question, at }, { deadlineMs, signal: context.signal });
};

type SummaryArgs = {
  readonly filter?: Parameters<typeof toFilter>[0];
  readonly by: readonly Facet[];
  readonly deadline?: string | null | undefined;
};

const toSummary = ({ filter, by, deadline }: SummaryArgs, faults: ReturnType<typeof createFaults>, vocabulary: Vocabulary) => {
  const unique = [...new Set(by)];
  if (unique.length === 0) faults.note({ argument: 'by', found: by, accepted: 'KIND, AGENCY or both' });
  return { question: { filter: toFilter(filter, faults, vocabulary), by: unique }, deadlineMs: parseDeadline(deadline, faults) };
};

const defineQuestions = ({ builder, inputs, typed, vocabulary }: Kit): void => {
  builder.objectFields('Federation', (t) => ({
    twins: t.field({
      type: 'FederatedTwinConnection',
      description: 'Twins of all members, merged. The answer comes within the deadline and names every source.',
      args: {
        filter: t.arg({ type: inputs.filter, description: 'Which; all where absent.' }),
        orderBy: t.arg({
          type: inputs.order,
          description:
            'In which order; by id where absent. An object of several agencies stands where the first of its representations does, by what that one says.',
        }),
        first: t.arg.int({ description: pageSizeText }),
        after: t.arg.string({ description: 'Cursor behind which the page begins, of an earlier page of the same question.' }),
        deadline: t.arg({ type: 'Duration', defaultValue: 'PT2S', description: deadlineText }),
        ...momentArgs(t),
      },
      resolve: async (...[node, args, context, info]) =>
        askPage(context, await askable(node), { args: { ...args, at: momentOf(context, args) }, needed: neededBy(info, typed, vocabulary) }),
    }),
    twin: t.field({
      type: 'FederatedTwinAnswer',
      description: 'One object by any identifier of any representation.',
      args: {
        id: t.arg.id({ required: true, description: 'A URN, an alternative identifier or an object of interest.' }),
        deadline: t.arg({ type: 'Duration', defaultValue: 'PT2S', description: deadlineText }),
        ...momentArgs(t),
      },
      resolve: async (...[node, { id, deadline, ...times }, context, info]) =>
        askOne(context, await askable(node), { id, deadline, at: momentOf(context, times), needed: neededBy(info, typed, vocabulary) }),
    }),
    summary: t.field({
      type: 'SummaryAnswer',
      description: 'How many twins match, of how many there are, over all members. Representations are counted, not joined objects.',
      args: {
        filter: t.arg({ type: inputs.filter, description: 'Which; all where absent.' }),
        by: t.arg({ type: [inputs.facet], required: true, description: 'Counted by these.' }),
        deadline: t.arg({ type: 'Duration', defaultValue: 'PT2S', description: deadlineText }),
        ...momentArgs(t),
      },
      resolve: summarise,
    }),
  }));
};

export const defineFederations = (kit: Kit): States => {
  const states = defineStates(kit);
  defineMember(kit, states);
  defineGranted(kit);
  defineAgreement(kit, states);
  defineNeed(kit);
  defineFederationType(kit, states);
  defineQuestions(kit);
  return states;
};
