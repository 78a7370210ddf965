/**
 * Queries: the texts that the viewer asks, with the types of what they take and give.
 */
import type { Federation, Standing, Status, Term, TwinAnswer, TwinPage } from './answers.ts';
import { createDocument } from './client.ts';
import federationText from './queries/federation.graphql?raw';
import kindText from './queries/kind.graphql?raw';
import standingText from './queries/standing.graphql?raw';
import statusText from './queries/status.graphql?raw';
import twinText from './queries/twin.graphql?raw';
import twinsText from './queries/twins.graphql?raw';

/** A filter of the schema's `TwinFilter`, as JSON. */
export type Filter = { readonly [name: string]: unknown };

type Spoken = { readonly lang: string };
type About = Spoken & { readonly federation: string };
type TwinsVariables = About & {
  readonly filter?: Filter;
  readonly first: number;
  readonly after?: string;
  readonly orderBy?: { readonly by?: 'ID' | 'KIND' | 'NAME'; readonly term?: string; readonly descending?: boolean };
  readonly deadline?: string;
  readonly terms: readonly string[];
};
type Property = Term & { readonly unit: string | null };

export const queries = {
  standing: createDocument<Spoken, Standing>(standingText),
  federation: createDocument<About, { readonly federation: Federation | null }>(federationText),
  status: createDocument<About, Status>(statusText),
  twins: createDocument<TwinsVariables, { readonly federation: { readonly twins: TwinPage } | null }>(twinsText),
  twin: createDocument<About & { readonly id: string }, TwinAnswer>(twinText),
  kind: createDocument<Spoken & { readonly id: string }, { readonly term: (Term & { readonly properties: readonly Property[] }) | null }>(kindText),
} as const;
