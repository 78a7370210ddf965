/**
 * Endpoint: GraphQL over HTTP, SSE and WebSocket for one node, with its limits, and the landing page beside it.
 */
import type { GraphQLSchema } from 'graphql';
import { createYoga, type Plugin } from 'graphql-yoga';
import { bounds } from './bounds.ts';
import { compiledQueries } from './compiled-queries.ts';
import { limitOperations, productionGuards } from './guards.ts';
import { landingPage } from './landing-page.ts';
import { maskError, maskedLog } from './masking.ts';
import { createOwnTwins } from './questions/own-twins.ts';
import { type Context, createAgencies, type Example, type GraphqlRoom } from './room.ts';
import { createSchema } from './schema/schema.ts';
import { createWebSocketDoor, type IncomingMessage, type ServerResponse, type SocketContext, type WebSocketDoor } from './web-socket.ts';

export type { Example, GraphqlRoom };

export type Graphql = {
  readonly schema: GraphQLSchema;
  /** everything under /graphql, and the landing page */
  readonly handle: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
  /** the same without a socket */
  readonly fetch: (request: Request) => Promise<Response>;
  /** the same over a socket, at /graphql */
  readonly webSocket: WebSocketDoor;
};

type ContextOf = (signal: AbortSignal) => Context;

const createContexts = (room: GraphqlRoom): ContextOf => {
  const agencies = createAgencies(room);
  return (signal) => {
    let own: Context['own'] | undefined;
    return {
      room,
      signal,
      agencies,
      get own() {
        own ??= createOwnTwins(room.store, signal);
        return own;
      },
    };
  };
};

const pluginsOf = (room: GraphqlRoom, schema: GraphQLSchema): Plugin[] => [
  landingPage(schema, room.examples),
  ...limitOperations(room.production),
  ...(room.production ? productionGuards : []),
  ...compiledQueries(room.events),
];

const createServer = (room: GraphqlRoom, schema: GraphQLSchema, contextOf: ContextOf) =>
  createYoga<SocketContext>({
    schema,
    context: ({ request, signal }) => contextOf(signal ?? request.signal),
    plugins: pluginsOf(room, schema),
    graphiql: false,
    landingPage: false,
    multipart: false,
    batching: room.production ? false : { limit: bounds.operationsPerRequestMax },
    cors: room.production ? false : { origin: '*' },
    maskedErrors: { maskError, isDev: false },
    logging: maskedLog(room.events),
    maxRequestBodySize: bounds.requestBytesMax,
    parserAndValidationCache: true,
  });

export const createGraphql = (room: GraphqlRoom): Graphql => {
  const schema = createSchema(room.vocabulary());
  const contextOf = createContexts(room);
  const yoga = createServer(room, schema, contextOf);
  return {
    schema,
    handle: async (request, response) => {
      await yoga.handle(request, response);
    },
    fetch: async (request) => yoga.handleRequest(request, {}),
    webSocket: createWebSocketDoor(yoga.getEnveloped),
  };
};
