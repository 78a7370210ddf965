/**
 * Signature: detached Ed25519 JWS over the canonical JSON of a message, made with the node's key and checked against the pinned one.
 */
import { createHash, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { fail, type Message, ok, type PublicKey, problem, type Result, signedText } from '@cityweave/core';
import { LRUCache } from 'lru-cache';
import type { NodeKey } from './node-key.ts';

const keysRememberedMax = 1_000;

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** What is signed, as RFC 7515 has it: the protected header, a dot, the content. */
const signingInput = (head: string, text: string): Buffer => Buffer.from(`${head}.${Buffer.from(text).toString('base64url')}`);

/** The message with its signature; whatever signature it had is replaced. */
export const signMessage = async (message: Message, { keyId, privateKey }: NodeKey): Promise<Message> => {
  const bare: Message = { ...message, header: { ...message.header, security: { scheme: 'jws', keyId } } };
  const head = Buffer.from(JSON.stringify({ alg: 'EdDSA', kid: keyId })).toString('base64url');
  const signature = sign(null, signingInput(head, signedText(bare)), privateKey).toString('base64url');
  return { ...bare, header: { ...bare.header, security: { scheme: 'jws', keyId, signature: `${head}..${signature}` } } };
};

const imported = new LRUCache<string, KeyObject>({ max: keysRememberedMax });

const importKey = ({ kty, crv, x }: PublicKey): KeyObject => {
  const known = imported.get(x) ?? createPublicKey({ key: { kty, crv, x }, format: 'jwk' });
  imported.set(x, known);
  return known;
};

/** A header of our algorithm, with nothing in it that a verifier must understand. */
const isOurs = (head: string): boolean => {
  const header: unknown = JSON.parse(Buffer.from(head, 'base64url').toString('utf8'));
  return typeof header === 'object' && header !== null && 'alg' in header && header.alg === 'EdDSA' && !('crit' in header) && !('b64' in header);
};

const verifies = ({ head, signature, text }: { readonly head: string; readonly signature: string; readonly text: string }, key: PublicKey): boolean => {
  try {
    return isOurs(head) && verify(null, signingInput(head, text), importKey(key), Buffer.from(signature, 'base64url'));
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
  const good = middle === '' && head && signature && verifies({ head, signature, text: signedText(message) }, key);
  return good ? ok(true) : fail(problem('badSignature', { subject: message.header.source.id }));
};
