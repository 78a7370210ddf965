/**
 * Subscription: a federation's twins as they are and then every change, and how the federation itself stands.
 */
import { describeProblem, type FederatedFilter, type Federation, limits, msOfDuration, type SourceReport, type TermId, type Vocabulary } from '@cityweave/core';
import { type WatchEvent, watch } from '../../orchestration/live/watch.ts';
import type { SourceState } from '../../orchestration/live/watch-sources.ts';
import { badInput, createFaults, type Faults, faultOf, settled } from '../fault.ts';
import { parseTerm, toFilter } from '../questions/filter.ts';
import { federatedEnds } from '../questions/link-ends.ts';
import { type Needed, neededBy } from '../questions/selection.ts';
import type { Context } from '../room.ts';
import { askable, findFederation } from '../schema/federation.ts';
import type { Kit } from '../schema/kit.ts';
import type { FederatedTwinNode } from '../schema/shapes.ts';
import type { States } from '../schema/states.ts';
import { defineStatus } from './federation-status.ts';
import { type CountsOf, counted, countsOf, letGo, subscribersMax } from './subscribers.ts';

type Said = { readonly cursor: string };
type SnapshotNode = Said & {
  readonly type: 'snapshot';
  readonly twins: readonly FederatedTwinNode[];
  readonly complete: boolean;
  readonly sources: readonly SourceReport[];
};
type DeltaNode = Said & {
  readonly type: 'delta';
  readonly changed: readonly FederatedTwinNode[];
  readonly removed: readonly string[];
  readonly sources: readonly SourceReport[];
};
type HeartbeatNode = Said & { readonly type: 'heartbeat'; readonly source: SourceState };
type ResnapshotNode = Said & { readonly type: 'resnapshot'; readonly agency: Federation['members'][number]['agency'] | undefined; readonly reason: string };
type EventNode = SnapshotNode | DeltaNode | HeartbeatNode | ResnapshotNode;

const cursorText = 'Covers all sources: a subscription that begins with it gets what followed.';
const typeNames = { snapshot: 'Snapshot', delta: 'Delta', heartbeat: 'SourceHeartbeat', resnapshot: 'Resnapshot' } as const;

const defineSets = ({ builder }: Kit) => ({
  snapshot: builder.objectRef<SnapshotNode>('Snapshot').implement({
    description: 'A page of everything as it is. After a Resnapshot, what was there before is replaced.',
    fields: (t) => ({
      twins: t.field({ type: ['FederatedTwin'], description: `At most ${limits.pageMax}.`, resolve: ({ twins }) => twins }),
      complete: t.exposeBoolean('complete', { description: 'The last page; what follows are changes.' }),
      cursor: t.exposeString('cursor', { description: `${cursorText} In the middle of a snapshot it begins a new one.` }),
      sources: t.field({ type: ['SourceReport'], description: 'What every member contributed to this page.', resolve: ({ sources }) => sources }),
    }),
  }),
  delta: builder.objectRef<DeltaNode>('Delta').implement({
    description: 'What changed since the event before: each twin once, as it is now.',
    fields: (t) => ({
      changed: t.field({ type: ['FederatedTwin'], description: 'New or changed.', resolve: ({ changed }) => changed }),
      removed: t.idList({
        description: 'Gone, or no longer matching. After a resumption perhaps also some that were never told.',
        resolve: ({ removed }) => removed,
      }),
      cursor: t.exposeString('cursor', { description: cursorText }),
      sources: t.field({ type: ['SourceReport'], description: 'What every member contributed to this event.', resolve: ({ sources }) => sources }),
    }),
  }),
});

const defineSigns = ({ builder }: Kit) => {
  const status = builder.enumType('StreamStatus', {
    description: 'Whether a source is heard of.',
    values: {
      ALIVE: { description: 'It tells its changes.' },
      SILENT: { description: 'It is not heard of; what it changes meanwhile comes when it is back.' },
    } as const,
  });
  return {
    heartbeat: builder.objectRef<HeartbeatNode>('SourceHeartbeat').implement({
      description: 'How a source stands: when it falls silent, each second while it is silent, and when it is back.',
      fields: (t) => ({
        agency: t.field({ type: 'Agency', description: 'Which source.', resolve: ({ source }, _args, { agencies }) => agencies.of(source.agency) }),
        status: t.field({ type: status, description: 'How it stands.', resolve: ({ source }) => (source.alive ? ('ALIVE' as const) : ('SILENT' as const)) }),
        since: t.field({ type: 'DateTime', description: 'Since when.', resolve: ({ source }) => source.since }),
        lastSeen: t.field({ type: 'DateTime', nullable: true, description: 'When it was last heard of.', resolve: ({ source }) => source.lastSeen }),
        reason: t.string({
          nullable: true,
          description: 'Why it is silent, for a person.',
          resolve: ({ source }) => source.problem && describeProblem(source.problem),
        }),
        problem: t.field({ type: 'Problem', nullable: true, description: 'Why it is silent, to branch on.', resolve: ({ source }) => source.problem }),
        cursor: t.exposeString('cursor', { description: cursorText }),
      }),
    }),
    resnapshot: builder.objectRef<ResnapshotNode>('Resnapshot').implement({
      description: 'What was told before is no longer whole: forget it, a new snapshot follows.',
      fields: (t) => ({
        agency: t.field({
          type: 'Agency',
          nullable: true,
          description: 'Whose history is gone; null where it is not about one agency.',
          resolve: ({ agency }, _args, { agencies }) => agency && agencies.of(agency),
        }),
        reason: t.exposeString('reason', { description: 'Why, for a person.' }),
        cursor: t.exposeString('cursor', { description: `${cursorText} Here: from the beginning.` }),
      }),
    }),
  };
};

const defineEvents = (kit: Kit) => {
  const sets = defineSets(kit);
  const signs = defineSigns(kit);
  return kit.builder.unionType('FederationTwinsEvent', {
    description: 'Snapshot pages first, then changes, for as long as somebody listens.',
    types: [sets.snapshot, sets.delta, signs.heartbeat, signs.resnapshot],
    resolveType: ({ type }) => typeNames[type],
  });
};

/** The time for link ends of one event. */
const endsOf = (context: Context, federation: Federation) => {
  const startedMs = context.room.deps.clock.monotonicMs();
  return federatedEnds(context, { federation, leftMs: () => limits.deadlineDefaultMs - (context.room.deps.clock.monotonicMs() - startedMs) });
};

const toNode = (context: Context, federation: Federation, event: Exclude<WatchEvent, { type: 'failed' }>): EventNode => {
  if (event.type === 'heartbeat' || event.type === 'resnapshot') return event;
  const ends = endsOf(context, federation);
  const nodes = (rows: FederatedTwinNode['row'][]): readonly FederatedTwinNode[] => rows.map((row) => ({ row, rules: event.rules, ends }));
  if (event.type === 'snapshot') return { ...event, twins: nodes([...event.rows]) };
  return { ...event, changed: nodes([...event.changed]) };
};

/** Signals that end with the stream, also where nobody aborts the request: iteration is simply given up. */
async function* toNodes(context: Context, federation: Federation, events: AsyncGenerator<WatchEvent>): AsyncGenerator<EventNode> {
  for await (const event of events) {
    if (event.type === 'failed') return void (await Promise.reject(faultOf(event.problem)));
    yield toNode(context, context.room.orchestration.federation(federation.id) ?? federation, event);
  }
}

const everyMax = 24 * 60 * 60 * 1000;

const parseEvery = (given: string | null | undefined, faults: Faults): number => {
  const ms = msOfDuration(given ?? 'PT0S');
  if (ms !== undefined && ms <= everyMax) return ms;
  faults.note({ argument: 'every', found: given, accepted: 'PT0S to P1D', limit: everyMax });
  return 0;
};

type WatchArgs = {
  readonly federation: string;
  readonly filter?: Parameters<typeof toFilter>[0];
  readonly terms?: readonly string[] | null | undefined;
  readonly every?: string | null | undefined;
  readonly cursor?: string | null | undefined;
};

type Parsed = { readonly filter: FederatedFilter; readonly terms: readonly TermId[] | undefined; readonly everyMs: number };

const parseArgs = ({ filter, terms, every }: WatchArgs, faults: Faults, vocabulary: Vocabulary): Parsed => ({
  filter: toFilter(filter, faults, vocabulary),
  terms: terms?.flatMap((term, index) => parseTerm(term, `terms[${index}]`, faults) ?? []),
  everyMs: parseEvery(every, faults),
});

const toWatched = (args: WatchArgs, needed: Needed, { signal, room }: Context) => {
  const faults = createFaults();
  const { filter, terms, everyMs } = parseArgs(args, faults, room.vocabulary());
  const wanted = terms ?? needed.terms;
  const watched = {
    federation: args.federation,
    filter,
    everyMs,
    signal,
    ...(wanted && { terms: wanted }),
    ...(needed.links && { links: needed.links }),
    ...(args.cursor && { cursor: args.cursor }),
  };
  return { watched, fault: faults.first() };
};

const subscribe = async (
  args: WatchArgs,
  needed: Needed,
  context: Context,
): Promise<{ readonly federation: Federation; readonly events: AsyncGenerator<WatchEvent> }> => {
  const { room } = context;
  const federation = await askable(await settled(findFederation(room, args.federation)));
  const { watched, fault } = toWatched(args, needed, context);
  if (fault) return Promise.reject(badInput(fault));
  return { federation, events: watch({ room, orchestration: room.orchestration }, watched) };
};

const defineTwinEvents = (kit: Kit, counts: CountsOf): void => {
  const { builder, inputs, typed, vocabulary } = kit;
  const events = defineEvents(kit);
  builder.subscriptionFields((t) => ({
    federationTwins: t.field({
      type: events,
      description: `Twins of a federation as they are, then every change. At most ${limits.subscriptionTwinsMax} twins a subscription and ${subscribersMax} subscriptions a node; a slow reader gets fewer and larger events, never a gap.`,
      args: {
        federation: t.arg.id({ required: true, description: '`urn:dtf:federation:...`, started by this node.' }),
        filter: t.arg({ type: inputs.filter, description: 'Which twins; all where absent.' }),
        terms: t.arg.idList({ description: 'Properties wanted; those of the selection where absent.' }),
        every: t.arg({
          type: 'Duration',
          defaultValue: 'PT0S',
          description: 'The least time between two changes; PT0S: as soon as the last one was taken, all that came meanwhile in one.',
        }),
        cursor: t.arg.string({ description: 'Of the last event that was received: goes on behind it.' }),
      },
      subscribe: async (...[, args, context, info]) => {
        const stop = new AbortController();
        const listening = { ...context, own: context.own, signal: AbortSignal.any([context.signal, stop.signal]) };
        const { federation, events: watched } = await subscribe(args, neededBy(info, typed, vocabulary), listening);
        return letGo(counted(counts(context.room), toNodes(listening, federation, watched)), stop);
      },
      resolve: (event) => event,
    }),
  }));
};

export const defineSubscriptions = (kit: Kit, states: States): void => {
  const counts = countsOf();
  kit.builder.subscriptionType({ description: 'What can be followed, over SSE or graphql-transport-ws.' });
  defineTwinEvents(kit, counts);
  defineStatus(kit, states, counts);
};
