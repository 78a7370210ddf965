/**
 * Peer: the other end of a message: who it is, how it is reached and by which keys it is known.
 */
import type { Binding, ComponentRole, Endpoint, PublicKey } from '@cityweave/core';

export type Peer = {
  readonly id: string;
  readonly role: ComponentRole;
  /** where messages to it are sent: its own, or its adaptor's */
  readonly address: string;
  /** where it also takes them over a WebSocket */
  readonly socket?: string | undefined;
  readonly keys: readonly PublicKey[];
  /** the adaptor that passes messages on to it */
  readonly through?: { readonly id: string; readonly keys: readonly PublicKey[] } | undefined;
};

/** This node at its own end of the line. */
export type Self = { readonly id: string; readonly address: () => string };

/** Where this node takes messages, by what it registers. */
export type Offered = { readonly endpoints: () => Endpoint[] };

/** At one address, over HTTP and over what else a node speaks. */
export const endpointsAt = (address: string, bindings: readonly Binding[]): [Endpoint, ...Endpoint[]] => {
  const said = { format: 'application/json', security: 'jws' } as const;
  const http: Endpoint = { protocol: address.startsWith('https') ? 'https' : 'http', address, ...said };
  return bindings.includes('websocket') ? [http, { protocol: 'websocket', address: address.replace(/^http/, 'ws'), ...said }] : [http];
};
