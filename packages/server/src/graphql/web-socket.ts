/**
 * WebSocket: the same operations over graphql-transport-ws, on the node's own port.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { GraphQLSchema } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import type { Context, GraphqlRoom } from './room.ts';

export type { IncomingMessage, Server, ServerResponse };

export type WebSocketDoor = { readonly close: () => Promise<void> };

type Room = { readonly schema: GraphQLSchema; readonly contextOf: (signal: AbortSignal) => Context; readonly room: GraphqlRoom };

export const attachWebSocket = (server: Server, { schema, contextOf }: Room): WebSocketDoor => {
  const sockets = new WebSocketServer({ server, path: '/graphql', maxPayload: 4 * 1024 * 1024 });
  const door = useServer({ schema, context: () => contextOf(new AbortController().signal) }, sockets);
  return { close: async () => door.dispose() };
};
