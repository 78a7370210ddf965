/**
 * Peer: the other end of a message: who it is, how it is reached and by which keys it is known.
 */
import type { ComponentRole, PublicKey } from '@cityweave/core';

export type Peer = {
  readonly id: string;
  readonly role: ComponentRole;
  /** where messages to it are sent: its own, or its adaptor's */
  readonly address: string;
  readonly keys: readonly PublicKey[];
  /** the adaptor that passes messages on to it */
  readonly through?: { readonly id: string; readonly keys: readonly PublicKey[] } | undefined;
};

/** This node at its own end of the line. */
export type Self = { readonly id: string; readonly address: () => string };
