/**
 * Queries: the texts that the viewer asks, with the types of what they take and give.
 */
import type {
  Counts,
  Crossing,
  Federation,
  HistoryAnswer,
  Lines,
  LogAnswer,
  NamedPlacesAnswer,
  PlacesAnswer,
  Status,
  TwinAnswer,
  TwinPage,
} from './answers.ts';
import { createDocument } from './client.ts';
import membersText from './parts/members.graphql?raw';
import sourceText from './parts/source.graphql?raw';
import whereText from './parts/where.graphql?raw';
import countsText from './queries/counts.graphql?raw';
import crossingText from './queries/crossing.graphql?raw';
import federationText from './queries/federation.graphql?raw';
import historyText from './queries/history.graphql?raw';
import linesText from './queries/lines.graphql?raw';
import logText from './queries/log.graphql?raw';
import namedPlacesText from './queries/named-places.graphql?raw';
import placesText from './queries/places.graphql?raw';
import statusText from './queries/status.graphql?raw';
import twinText from './queries/twin.graphql?raw';
import twinsText from './queries/twins.graphql?raw';

/** A filter of the schema's `TwinFilter`, as JSON. */
export type Filter = { readonly [name: string]: unknown };

export type TwinOrderKey = 'ID' | 'KIND' | 'NAME' | 'RELEVANCE';
export type TwinOrder = { readonly by?: TwinOrderKey; readonly term?: string; readonly descending?: boolean };

type Spoken = { readonly lang: string };
type About = Spoken & { readonly federation: string };
type TwinsVariables = About & {
  readonly filter?: Filter;
  readonly first: number;
  readonly after?: string;
  readonly orderBy?: TwinOrder;
  readonly deadline?: string;
  readonly terms: readonly string[];
  readonly asOf?: string;
};

type CrossingVariables = {
  readonly federation: string;
  readonly filter: Filter;
  readonly direction: 'BOTH' | 'OUT';
  readonly first: number;
  readonly after?: string;
  readonly deadline: string;
  readonly asOf?: string;
};

type HistoryVariables = {
  readonly federation: string;
  readonly id: string;
  readonly term: string;
  readonly from?: string;
  readonly to?: string;
  readonly knownAt?: string;
  readonly every?: string;
  readonly first: number;
};

export const queries = {
  federation: createDocument<About, { readonly federation: Federation | null }>(federationText + membersText + sourceText),
  counts: createDocument<About & { readonly filter?: Filter; readonly asOf?: string }, Counts>(countsText),
  crossing: createDocument<CrossingVariables, Crossing>(crossingText),
  history: createDocument<HistoryVariables, HistoryAnswer>(historyText),
  lines: createDocument<{ readonly federation: string }, { readonly federation: Lines | null }>(linesText),
  log: createDocument<{ readonly federation: string; readonly first: number; readonly after?: string }, LogAnswer>(logText),
  namedPlaces: createDocument<About & { readonly filter: Filter; readonly first: number }, NamedPlacesAnswer>(namedPlacesText),
  places: createDocument<{ readonly federation: string; readonly filter: Filter; readonly first: number; readonly asOf?: string }, PlacesAnswer>(
    placesText + whereText,
  ),
  status: createDocument<About, Status>(statusText + membersText),
  twins: createDocument<TwinsVariables, { readonly federation: { readonly twins: TwinPage } | null }>(twinsText + whereText + sourceText),
  twin: createDocument<About & { readonly id: string; readonly asOf?: string }, TwinAnswer>(twinText + sourceText),
} as const;
