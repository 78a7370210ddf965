/**
 * Link ends: the twins at the other end of links, of any agency, asked for in one question an answer and within the time of that answer.
 */
import { agencyOf, type Federation, limits, type Twin, type TwinId } from '@cityweave/core';
import DataLoader from 'dataloader';
import type { Context } from '../room.ts';

export type LinkEnds = {
  /** the twin, where it can be had: its id and agency are known anyway */
  readonly twin: (id: TwinId) => Promise<Twin | undefined>;
};

/** Ends among this agency's own twins; those of others are known by id only. */
export const ownEnds = ({ own, room }: Context): LinkEnds => ({
  twin: async (id) => (agencyOf(id) === room.self.agency ? own.twin(id) : undefined),
});

type Answering = { readonly federation: Federation /** what is left of the answer's time */; readonly leftMs: () => number };

const askTwins = async ({ room, signal }: Context, { federation, leftMs }: Answering, ids: readonly TwinId[]): Promise<ReadonlyMap<string, Twin>> => {
  const deadlineMs = leftMs();
  if (deadlineMs <= 0) return new Map();
  const agencies = [...new Set(ids.map(agencyOf))];
  const asked = await room.orchestration.ask(federation, { filter: { ids, agencies }, terms: [], first: limits.pageMax }, { deadlineMs, signal });
  if (!asked.ok) return new Map();
  return new Map(asked.value.rows.flatMap(({ twin }) => twin.representations.map((one) => [one.id, one] as const)));
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
  return { twin: (id) => (agencyOf(id) === context.room.self.agency ? context.own.twin(id) : others.load(id)) };
};
