/**
 * NodeKey: the Ed25519 key with which a node signs what it says. Made once, kept in the node's records, published as a JWKS.
 */
import { createPrivateKey, type KeyObject } from 'node:crypto';
import { PublicKey } from '@cityweave/core';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose';
import type { RecordStore } from '../store/store.ts';

export type NodeKey = { readonly keyId: string; readonly publicKey: PublicKey; readonly privateKey: KeyObject };

const createKey = async (): Promise<JWK> => {
  const { privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
  const jwk = await exportJWK(privateKey);
  return { ...jwk, kid: await calculateJwkThumbprint(jwk) };
};

const toNodeKey = (jwk: JWK): NodeKey => {
  const publicKey = PublicKey.parse({ kty: jwk.kty, crv: jwk.crv, x: jwk.x, kid: jwk.kid });
  return { keyId: publicKey.kid, publicKey, privateKey: createPrivateKey({ key: jwk, format: 'jwk' }) };
};

/** The key of this node: the saved one, else a new one that is saved before it is used. */
export const loadNodeKey = async (records: RecordStore): Promise<NodeKey> => {
  const saved = records.get('nodeKey', 'current');
  if (saved) return toNodeKey(saved as JWK); // branding: only this function writes the noun
  const jwk = await createKey();
  records.put('nodeKey', 'current', jwk);
  return toNodeKey(jwk);
};
