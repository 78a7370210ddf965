/**
 * Dialect: the same question in the GraphQL of either side, and what its answers say.
 */
import type { AgencyName, Fields } from './workload.ts';

export type Answered = {
  readonly rows: ReadonlyMap<string, Fields>;
  /** sources that the answer names as missing or incomplete */
  readonly missing: readonly string[];
  readonly errors: readonly string[];
};

export type Dialect = {
  /** the body of the request; `deadline` where the side knows of one */
  readonly body: (ids: readonly string[], deadline?: string) => string;
  readonly read: (text: string) => Answered;
};

export const federationId = 'urn:dtf:federation:cadastre.bench.example:buildings';

export const authorityOf = (agency: AgencyName): string => `${agency}.bench.example`;

const ours = `query Buildings($federation: ID!, $ids: [ID!]!, $deadline: Duration) {
  federation(id: $federation) {
    twins(filter: { ids: $ids }, first: 20, deadline: $deadline) {
      nodes {
        id
        height: property(term: "city:height") { winner { value } }
        power: property(term: "city:power") { winner { value } }
        occupancy: property(term: "city:occupancy") { winner { value } }
      }
      sources { agency { id } status }
    }
  }
}`;

type Property = { readonly winner: { readonly value: number } } | null;
type Node = { readonly id: string; readonly height: Property; readonly power: Property; readonly occupancy: Property };
type Source = { readonly agency: { readonly id: string }; readonly status: string };
type Twins = { readonly nodes: readonly Node[]; readonly sources: readonly Source[] };
type Errors = readonly { readonly message: string }[];
type OurAnswer = { readonly data?: { readonly federation?: { readonly twins?: Twins | null } | null } | null; readonly errors?: Errors };

const readOurs = (text: string): Answered => {
  const { data, errors = [] }: OurAnswer = JSON.parse(text);
  const { nodes = [], sources = [] } = data?.federation?.twins ?? {};
  return {
    rows: new Map(
      nodes.map(({ id, height, power, occupancy }) => [id, { height: height?.winner.value, power: power?.winner.value, occupancy: occupancy?.winner.value }]),
    ),
    missing: sources.filter(({ status }) => status !== 'ANSWERED').map(({ agency }) => agency.id),
    errors: errors.map(({ message }) => message),
  };
};

const theirs = 'query Buildings($ids: [ID!]!) { buildings(ids: $ids) { id height power occupancy } }';

type Building = { readonly id: string } & Fields;
type TheirAnswer = { readonly data?: { readonly buildings?: readonly (Building | null)[] | null } | null; readonly errors?: readonly unknown[] };

const readTheirs = (text: string): Answered => {
  const { data, errors = [] }: TheirAnswer = JSON.parse(text);
  const told = errors.map((error) => JSON.stringify(error));
  return {
    rows: new Map((data?.buildings ?? []).flatMap((building) => (building ? [[building.id, building] as const] : []))),
    missing: ['cadastre', 'energy', 'mobility'].filter((agency) => told.some((text_) => text_.includes(agency))),
    errors: told,
  };
};

export type DialectName = 'cityweave' | 'hive';

export const dialects: Readonly<Record<DialectName, Dialect>> = {
  cityweave: {
    body: (ids, deadline) => JSON.stringify({ query: ours, variables: { federation: federationId, ids, deadline: deadline ?? 'PT10S' } }),
    read: readOurs,
  },
  hive: { body: (ids) => JSON.stringify({ query: theirs, variables: { ids } }), read: readTheirs },
};
