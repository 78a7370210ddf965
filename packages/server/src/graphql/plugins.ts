/**
 * Plugins of the endpoint: limits that say their bounds, compiled queries, and what a production node does not show.
 */
import { useGraphQlJit } from '@envelop/graphql-jit';
import type { GraphQLSchema } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { GraphqlRoom } from './room.ts';

export const plugins = (_room: GraphqlRoom, _schema: GraphQLSchema): Plugin[] => [useGraphQlJit({}) as unknown as Plugin];
