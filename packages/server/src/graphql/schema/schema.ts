/**
 * The schema of a node: built from its vocabulary alone, so that it can be printed without a node.
 */
import { createVocabulary, type Vocabulary } from '@cityweave/core';
import { type GraphQLSchema, lexicographicSortSchema, printSchema } from 'graphql';
import { defineBridge } from '../bridge.ts';
import { defineExchangeLog } from '../operations/exchange-log.ts';
import { defineFederatedRegistry } from '../operations/federated-registry.ts';
import { defineJoins } from '../operations/joins.ts';
import { defineKeys } from '../operations/keys.ts';
import { defineOperator } from '../operations/operator.ts';
import { defineOwnTwins } from '../operations/own-commands.ts';
import { defineQueries } from '../operations/query.ts';
import { defineRegistry } from '../operations/registry.ts';
import { defineStanding } from '../operations/standing.ts';
import { defineSubgraph } from '../operations/subgraph.ts';
import { defineSubscriptions } from '../operations/subscription.ts';
import { defineOptions } from '../questions/options.ts';
import { defineSlots } from '../questions/twin-slots.ts';
import { createTypedKinds, type TypedKinds } from '../typed-kinds.ts';
import { createBuilder } from './builder.ts';
import { defineFederatedTwins } from './federated-twin.ts';
import { defineFederations } from './federation.ts';
import { defineInputs } from './inputs.ts';
import type { Kit } from './kit.ts';
import { definePagePlace } from './page.ts';
import { defineTwins } from './twin.ts';
import { defineValues } from './value.ts';

const build = (vocabulary: Vocabulary, typed: TypedKinds): GraphQLSchema => {
  const builder = createBuilder();
  const kit: Kit = { builder, vocabulary, typed, inputs: defineInputs(builder) };
  definePagePlace(builder);
  defineValues(kit);
  const { links, twins } = defineTwins(kit);
  const federated = defineFederatedTwins(kit, links);
  const states = defineFederations(kit);
  defineBridge(kit, states);
  defineExchangeLog(kit);
  defineSlots(kit);
  defineQueries(kit, states);
  defineRegistry(kit);
  defineFederatedRegistry(kit);
  defineJoins(kit);
  builder.mutationType({ description: 'What can be changed on this node.' });
  defineOwnTwins(kit);
  defineStanding(kit, defineOperator(kit));
  defineKeys(kit);
  defineOptions(kit);
  defineSubscriptions(kit, states);
  defineSubgraph(kit, [federated, ...twins]);
  return builder.toSchema();
};

/** Schemas by vocabulary: the nodes of a city share theirs. */
const built = new WeakMap<Vocabulary, GraphQLSchema>();

export const createSchema = (vocabulary: Vocabulary): GraphQLSchema => {
  const schema = built.get(vocabulary) ?? buildWhole(vocabulary);
  built.set(vocabulary, schema);
  return schema;
};

/** Built twice: first without the kinds of the dictionaries, to know which names are taken. */
const buildWhole = (vocabulary: Vocabulary): GraphQLSchema => {
  const plain = build(vocabulary, createTypedKinds(createVocabulary([]), new Set()));
  return lexicographicSortSchema(build(vocabulary, createTypedKinds(vocabulary, new Set(Object.keys(plain.getTypeMap())))));
};

export const printSdl = (schema: GraphQLSchema): string => `${printSchema(schema)}\n`;
