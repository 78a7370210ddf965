/**
 * WebSocket: the same operations over graphql-transport-ws, on the node's own port, with the same limits.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { type DocumentNode, type ExecutionArgs, GraphQLError } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import type { YogaServerInstance } from 'graphql-yoga';
import { WebSocketServer } from 'ws';
import { bounds } from './bounds.ts';

export type { IncomingMessage, ServerResponse };

/** What an operation that came over a socket brings along: there is no request that could end. */
export type SocketContext = { readonly signal?: AbortSignal | undefined };

/** Takes a request to become a socket in, and ends all of them. */
export type WebSocketDoor = {
  readonly upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
  readonly close: () => Promise<void>;
};

type Enveloped = YogaServerInstance<SocketContext, object>['getEnveloped'];
type Running = Pick<ReturnType<Enveloped>, 'execute' | 'subscribe'>;
type Prepared = ExecutionArgs & { readonly rootValue: Running };
type Operation = {
  readonly query: string;
  readonly operationName?: string | null | undefined;
  readonly variables?: Record<string, unknown> | null | undefined;
};

type Socket = { readonly once: (name: 'close', run: () => void) => unknown };

/** Signals that end with their sockets; the operations of a socket share its signal. */
const createSignals = (): ((socket: Socket) => AbortSignal) => {
  const signals = new WeakMap<Socket, AbortSignal>();
  return (socket) => {
    const known = signals.get(socket);
    if (known) return known;
    const gone = new AbortController();
    socket.once('close', () => gone.abort());
    signals.set(socket, gone.signal);
    return gone.signal;
  };
};

/** The parser and its limit of tokens refuse by throwing. */
const parsed = (parse: ReturnType<Enveloped>['parse'], query: string): DocumentNode | GraphQLError => {
  try {
    return parse(query);
  } catch (cause) {
    return cause instanceof GraphQLError ? cause : new GraphQLError('the operation cannot be read', { extensions: { code: 'MALFORMED', retryable: false } });
  }
};

const prepare = async (
  getEnveloped: Enveloped,
  signal: AbortSignal,
  { query, operationName, variables }: Operation,
): Promise<Prepared | readonly GraphQLError[]> => {
  const params = { query, ...(operationName && { operationName }), ...(variables && { variables }) };
  const { schema, execute, subscribe, contextFactory, parse, validate } = getEnveloped({ signal, params });
  const document = parsed(parse, query);
  if (document instanceof GraphQLError) return [document];
  const errors = validate(schema, document);
  if (errors.length > 0) return errors;
  return { schema, document, operationName, variableValues: variables, contextValue: await contextFactory(), rootValue: { execute, subscribe } };
};

export const createWebSocketDoor = (getEnveloped: Enveloped): WebSocketDoor => {
  const signalOf = createSignals();
  const sockets = new WebSocketServer({ noServer: true, maxPayload: bounds.requestBytesMax });
  const door = useServer(
    {
      execute: (args) => (args as Prepared).rootValue.execute(args), // branding: `prepare` made them
      subscribe: (args) => (args as Prepared).rootValue.subscribe(args), // branding: as above
      onSubscribe: ({ extra }, _id, params) => prepare(getEnveloped, signalOf(extra.socket), params),
    },
    sockets,
  );
  return {
    upgrade: (request, socket, head) => sockets.handleUpgrade(request, socket, head, (opened) => void sockets.emit('connection', opened, request)),
    close: async () => door.dispose(),
  };
};
