/**
 * Signature: detached Ed25519 JWS over the canonical JSON of a message, made with the node's key and checked against the pinned one.
 */
import { createHash } from 'node:crypto';
import { fail, type Message, ok, type PublicKey, problem, type Result, signedText } from '@cityweave/core';
import { CompactSign, compactVerify, importJWK } from 'jose';
import { LRUCache } from 'lru-cache';
import type { NodeKey } from './node-key.ts';

const keysRememberedMax = 1_000;

const encoder = new TextEncoder();

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** The message with its signature; whatever signature it had is replaced. */
export const signMessage = async (message: Message, key: NodeKey): Promise<Message> => {
  const bare: Message = { ...message, header: { ...message.header, security: { scheme: 'jws', keyId: key.keyId } } };
  const jws = await new CompactSign(encoder.encode(signedText(bare))).setProtectedHeader({ alg: 'EdDSA', kid: key.keyId }).sign(key.privateKey);
  const [head, , signature] = jws.split('.');
  return { ...bare, header: { ...bare.header, security: { scheme: 'jws', keyId: key.keyId, signature: `${head}..${signature}` } } };
};

type Imported = Awaited<ReturnType<typeof importJWK>>;

const imported = new LRUCache<string, Promise<Imported>>({ max: keysRememberedMax });

const importKey = (key: PublicKey): Promise<Imported> => {
  const known = imported.get(key.x) ?? importJWK(key, 'EdDSA');
  imported.set(key.x, known);
  return known;
};

const verifies = async (jws: string, key: PublicKey): Promise<boolean> => {
  try {
    await compactVerify(jws, await importKey(key), { algorithms: ['EdDSA'] });
    return true;
  } catch {
    return false;
  }
};

/** True as a value where one of the sender's keys made the signature over exactly this content. */
export const verifyMessage = async (message: Message, keys: readonly PublicKey[]): Promise<Result<true>> => {
  const { security } = message.header;
  if (security?.scheme !== 'jws' || !security.signature)
    return fail(problem('notAuthenticated', { subject: message.header.source.id, accepted: 'a signature of scheme jws' }));
  const key = keys.find(({ kid }) => kid === security.keyId);
  if (!key)
    return fail(
      problem('badSignature', { subject: message.header.source.id, found: security.keyId ?? 'no key id', accepted: 'the key pinned for this sender' }),
    );
  const [head, middle, signature] = security.signature.split('.');
  const payload = Buffer.from(signedText(message)).toString('base64url');
  const good = middle === '' && head && signature && (await verifies(`${head}.${payload}.${signature}`, key));
  return good ? ok(true) : fail(problem('badSignature', { subject: message.header.source.id }));
};
