/**
 * WebSocket: the same operations over graphql-transport-ws, on the node's own port, with the same limits.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { ExecutionArgs } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import type { createYoga } from 'graphql-yoga';
import { WebSocketServer } from 'ws';
import { bounds } from './bounds.ts';
import type { Context } from './room.ts';

export type { IncomingMessage, Server, ServerResponse };

export type WebSocketDoor = { readonly close: () => Promise<void> };

type Enveloped = ReturnType<typeof createYoga>['getEnveloped'];
type ContextOf = (signal: AbortSignal) => Context;

type Prepared = ExecutionArgs & {
  readonly rootValue: { readonly execute: ReturnType<Enveloped>['execute']; readonly subscribe: ReturnType<Enveloped>['subscribe'] };
};

/** Ends with its socket. */
const signalOf = (socket: { readonly once: (name: 'close', run: () => void) => unknown }): AbortSignal => {
  const gone = new AbortController();
  socket.once('close', () => gone.abort());
  return gone.signal;
};

export const attachWebSocket = (server: Server, getEnveloped: Enveloped, contextOf: ContextOf): WebSocketDoor => {
  const sockets = new WebSocketServer({ server, path: '/graphql', maxPayload: bounds.requestBytesMax });
  const door = useServer(
    {
      execute: (args) => (args as Prepared).rootValue.execute(args), // branding: onSubscribe below made them
      subscribe: (args) => (args as Prepared).rootValue.subscribe(args), // branding: as above
      onSubscribe: async ({ extra }, _id, params) => {
        const { schema, execute, subscribe, contextFactory, parse, validate } = getEnveloped({ ...contextOf(signalOf(extra.socket)), params });
        const document = parse(params.query);
        const args = {
          schema,
          operationName: params.operationName,
          document,
          variableValues: params.variables,
          contextValue: await contextFactory(),
          rootValue: { execute, subscribe },
        };
        const errors = validate(schema, document);
        return errors.length > 0 ? [...errors] : args;
      },
    },
    sockets,
  );
  return { close: async () => door.dispose() };
};
