/**
 * Program: one subgraph of the rival, graphql-yoga over rows in memory. Its argument is the agency; it prints its address when it listens.
 */
import { createServer } from 'node:http';
import { assert } from '@cityweave/core';
import { createSchema, createYoga } from 'graphql-yoga';
import { servedText, subgraphText } from './hive-schema.ts';
import { agencies, buildingsInAll, fieldOf, idOf, valueOf } from './workload.ts';

const agency = agencies.find((name) => name === process.argv[2]);
assert(agency !== undefined, 'the first argument is an agency');

const field = fieldOf[agency];
const buildings = new Map(
  Array.from({ length: buildingsInAll }, (_, index) => [idOf(index), { __typename: 'Building', id: idOf(index), [field]: valueOf(index, field) }] as const),
);

const schema = createSchema({
  typeDefs: servedText(agency),
  resolvers: {
    Query: {
      buildings: (_: unknown, { ids }: { readonly ids: readonly string[] }) => ids.flatMap((id) => buildings.get(id) ?? []),
      _entities: (_: unknown, { representations }: { readonly representations: readonly { readonly id: string }[] }) =>
        representations.map(({ id }) => buildings.get(id) ?? null),
      _service: () => ({ sdl: subgraphText(agency) }),
    },
  },
  resolverValidationOptions: { requireResolversToMatchSchema: 'ignore' },
});

const server = createServer(createYoga({ schema, graphiql: false, landingPage: false, logging: false }));
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  console.log(JSON.stringify({ address: `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}/graphql` }));
});
process.once('SIGTERM', () => process.exit(0));
