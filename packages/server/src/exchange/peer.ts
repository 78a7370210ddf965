/**
 * Peer: the other end of a message: who it is, how it is reached and by which keys it is known.
 */
import type { ComponentRole, PublicKey } from '@cityweave/core';

export type Peer = { readonly id: string; readonly role: ComponentRole; readonly address: string; readonly keys: readonly PublicKey[] };

/** This node at its own end of the line. */
export type Self = { readonly id: string; readonly address: () => string };
