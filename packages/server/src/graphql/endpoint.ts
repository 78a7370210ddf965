/**
 * Endpoint: GraphQL over HTTP, SSE and WebSocket for one node, with its limits, and the landing page beside it.
 */
import type { GraphQLSchema } from 'graphql';
import { createYoga } from 'graphql-yoga';
import { createAgencies, type Context, type Example, type GraphqlRoom } from './room.ts';
import { createOwnTwins } from './own-twins.ts';
import { plugins } from './plugins.ts';
import { createSchema } from './schema/schema.ts';
import { attachWebSocket, type IncomingMessage, type Server, type ServerResponse, type WebSocketDoor } from './web-socket.ts';

export type { Example, GraphqlRoom };

export type Graphql = {
  readonly schema: GraphQLSchema;
  /** everything under /graphql, and the landing page */
  readonly handle: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
  /** the same without a socket */
  readonly fetch: (request: Request) => Promise<Response>;
  readonly attachWebSocket: (server: Server) => WebSocketDoor;
};

export const createGraphql = (room: GraphqlRoom): Graphql => {
  const schema = createSchema(room.vocabulary());
  const agencies = createAgencies(room);
  const contextOf = (signal: AbortSignal): Context => {
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
  const yoga = createYoga({
    schema,
    context: ({ request }) => contextOf(request.signal),
    plugins: plugins(room, schema),
    graphiql: false,
    landingPage: false,
    batching: room.production ? false : { limit: 10 },
    cors: room.production ? false : { origin: '*' },
    multipart: false,
    logging: { debug: () => undefined, info: () => undefined, warn: () => undefined, error: (...causes) => room.events.defect('graphql', causes[0]) },
    maxRequestBodySize: 1024 * 1024 * 4,
  });
  return {
    schema,
    handle: async (request, response) => {
      await yoga.handle(request, response);
    },
    fetch: async (request) => yoga.fetch(request),
    attachWebSocket: (server) => attachWebSocket(server, { schema, contextOf, room }),
  };
};
