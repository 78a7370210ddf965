/**
 * What GraphQL works with: the node's rooms, and for each request its signal and its loaders.
 */
import type { AgencyId, LanguageMap } from '@cityweave/core';
import type { Orchestration } from '../orchestration/orchestration.ts';
import { federations, memberships, type Room } from '../orchestration/room.ts';
import type { OwnTwins } from './questions/own-twins.ts';

/** A saved question with the variables that it has where nothing else is said. */
export type Example = { readonly name: string; readonly title: string; readonly query: string; readonly variables: Readonly<Record<string, unknown>> };

export type GraphqlRoom = Room & {
  readonly orchestration: Orchestration;
  /** no introspection for anonymous callers, no suggestions, CSRF guard, no batching */
  readonly production: boolean;
  readonly examples: readonly Example[];
};

export type Context = {
  readonly room: GraphqlRoom;
  /** ends when nobody waits for the answer any more */
  readonly signal: AbortSignal;
  readonly own: OwnTwins;
  readonly agencies: Agencies;
};

export type AgencyNode = { readonly id: AgencyId };

/** Agencies and what this node knows them by; one object an agency, so that an answer of 500 rows makes no 500 of them. */
export type Agencies = { readonly of: (id: AgencyId) => AgencyNode; readonly nameOf: (id: AgencyId) => LanguageMap | undefined };

const agenciesMax = 10_000;

const namesOf = (room: GraphqlRoom): ReadonlyMap<AgencyId, LanguageMap> => {
  const started = federations.all(room.records).flatMap(({ members }) => members);
  const joined = memberships.all(room.records).flatMap(({ federation }) => federation.members);
  return new Map([...joined, ...started].map(({ agency, name }) => [agency, name] as const)).set(room.self.agency, room.self.name);
};

export const createAgencies = (room: GraphqlRoom): Agencies => {
  const known = new Map<AgencyId, AgencyNode>();
  let names: ReadonlyMap<AgencyId, LanguageMap> | undefined;
  room.orchestration.management.onChange(() => {
    names = undefined;
  });
  return {
    of: (id) => {
      const found = known.get(id) ?? { id };
      if (known.size < agenciesMax) known.set(id, found);
      return found;
    },
    nameOf: (id) => {
      names = names?.has(id) ? names : namesOf(room);
      return names.get(id);
    },
  };
};
