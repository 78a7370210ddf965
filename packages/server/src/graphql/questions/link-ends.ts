/**
 * Link ends: the twins at the other end of links, of any agency, and what was said of a twin before: asked of their owners within the time of the answer.
 */
import { agencyOf, type Federation, type HistoryQuery, limits, type Moment, type SamplePage, type Twin, type TwinId } from '@cityweave/core';
import DataLoader from 'dataloader';
import type { Context } from '../room.ts';
import { withinBound } from './within-bound.ts';

export type LinkEnds = {
  /** the twin, where it can be had: its id and agency are known anyway */
  readonly twin: (id: TwinId) => Promise<Twin | undefined>;
  /** what was said of a twin before, where its owner tells */
  readonly history: (id: TwinId, query: HistoryQuery) => Promise<SamplePage | undefined>;
};

const ownHistory = (context: Context, id: TwinId, query: HistoryQuery): Promise<SamplePage> =>
  withinBound(context, ({ room, signal }) => room.store.history(id, query, { signal }));

/** Ends among this agency's own twins; those of others are known by id only. */
export const ownEnds = (context: Context): LinkEnds => {
  const isOwn = (id: TwinId): boolean => agencyOf(id) === context.room.self.agency;
  return {
    twin: async (id) => (isOwn(id) ? context.own.twin(id) : undefined),
    history: async (id, query) => (isOwn(id) ? ownHistory(context, id, query) : undefined),
  };
};

type Answering = {
  readonly federation: Federation;
  /** what is left of the answer's time */
  readonly leftMs: () => number;
  /** of the past the ends are told as they were, too */
  readonly at?: Moment | undefined;
};

const askTwins = async ({ room, signal }: Context, { federation, leftMs, at }: Answering, ids: readonly TwinId[]): Promise<ReadonlyMap<string, Twin>> => {
  const deadlineMs = leftMs();
  if (deadlineMs <= 0) return new Map();
  const agencies = [...new Set(ids.map(agencyOf))];
  const asked = await room.orchestration.ask(federation, { filter: { ids, agencies }, terms: [], first: limits.pageMax, at }, { deadlineMs, signal });
  if (!asked.ok) return new Map();
  return new Map(asked.value.rows.flatMap(({ twin }) => twin.representations.map((one) => [one.id, one] as const)));
};

const memberHistory = async (
  { room, signal }: Context,
  { federation, leftMs }: Answering,
  asked: { readonly id: TwinId; readonly history: HistoryQuery },
): Promise<SamplePage | undefined> => {
  const deadlineMs = leftMs();
  const told = deadlineMs <= 0 ? undefined : await room.orchestration.history(federation, asked, { deadlineMs, signal });
  return told?.ok ? told.value : undefined;
};

/** Ends of any agency of a federation. */
export const federatedEnds = (context: Context, answering: Answering): LinkEnds => {
  const others = new DataLoader<TwinId, Twin | undefined>(
    async (ids) => {
      const found = await askTwins(context, answering, ids);
      return ids.map((id) => found.get(id));
    },
    { maxBatchSize: limits.pageMax },
  );
  const isOwn = (id: TwinId): boolean => agencyOf(id) === context.room.self.agency;
  return {
    twin: (id) => (isOwn(id) && !answering.at ? context.own.twin(id) : others.load(id)),
    history: (id, history) => (isOwn(id) ? ownHistory(context, id, history) : memberHistory(context, answering, { id, history })),
  };
};
