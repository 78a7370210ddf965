/**
 * The subgraphs of the rival: one an agency, each with its own field of a building, joined by the key that all share.
 */
import { type AgencyName, fieldOf } from './workload.ts';

const link = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])';

const query = 'type Query { buildings(ids: [ID!]!): [Building!]! }';

/** As it is composed. */
export const subgraphText = (agency: AgencyName): string =>
  [link, ...(agency === 'cadastre' ? [query] : []), `type Building @key(fields: "id") { id: ID! ${fieldOf[agency]}: Float }`].join('\n');

/** As it is served: the same types with the two fields that every subgraph has. */
export const servedText = (agency: AgencyName): string => `
  scalar _Any
  union _Entity = Building
  type _Service { sdl: String }
  type Building { id: ID! ${fieldOf[agency]}: Float }
  type Query {
    _entities(representations: [_Any!]!): [_Entity]!
    _service: _Service!
    ${agency === 'cadastre' ? 'buildings(ids: [ID!]!): [Building!]!' : ''}
  }`;
