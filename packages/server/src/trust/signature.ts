/**
 * Signature: detached Ed25519 JWS over canonical JSON: of a message, of a change of keys, of a checkpoint; made with the node's key, checked against pinned ones.
 */
import { createHash, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { fail, type Message, ok, type PublicKey, problem, type Result, signedText } from '@cityweave/core';
import { LRUCache } from 'lru-cache';
import type { NodeKey } from './node-key.ts';

const keysRememberedMax = 1_000;

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** What is signed, as RFC 7515 has it: the protected header, a dot, the content. */
const signingInput = (head: string, text: string): Buffer => Buffer.from(`${head}.${Buffer.from(text).toString('base64url')}`);

const heads = new LRUCache<string, string>({ max: keysRememberedMax });

const headOf = (keyId: string): string => {
  const known = heads.get(keyId) ?? Buffer.from(JSON.stringify({ alg: 'EdDSA', kid: keyId })).toString('base64url');
  heads.set(keyId, known);
  return known;
};

/** Detached JWS over a text: the content is left out between the dots. */
export const signText = (text: string, { keyId, privateKey }: Pick<NodeKey, 'keyId' | 'privateKey'>): string => {
  const head = headOf(keyId);
  return `${head}..${sign(null, signingInput(head, text), privateKey).toString('base64url')}`;
};

/** The message with its signature; whatever signature it had is replaced. What else its security says is signed with it. */
export const signMessage = async (message: Message, key: NodeKey): Promise<Message> => {
  const { signature: _, ...said } = message.header.security ?? {};
  const security = { ...said, scheme: 'jws' as const, keyId: key.keyId };
  const bare: Message = { ...message, header: { ...message.header, security } };
  return { ...bare, header: { ...bare.header, security: { ...security, signature: signText(signedText(bare), key) } } };
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
    return (head === heads.get(key.kid) || isOurs(head)) && verify(null, signingInput(head, text), importKey(key), Buffer.from(signature, 'base64url'));
  } catch {
    return false;
  }
};

/** Whether a key made a detached JWS over exactly this text. */
export const verifyText = (text: string, jws: string, key: PublicKey): boolean => {
  const [head, middle, signature, more] = jws.split('.');
  return more === undefined && middle === '' && Boolean(head && signature) && verifies({ head: head ?? '', signature: signature ?? '', text }, key);
};

/** True as a value where one of the sender's keys made the signature over exactly this content. */
export const verifyMessage = async (message: Message, keys: readonly PublicKey[]): Promise<Result<true>> => {
  const { security, source } = message.header;
  if (security?.scheme !== 'jws' || !security.signature)
    return fail(problem('notAuthenticated', { subject: source.id, accepted: 'a signature of scheme jws' }));
  const key = keys.find(({ kid }) => kid === security.keyId);
  if (!key) return fail(problem('keyNotTrusted', { subject: source.id, found: security.keyId ?? 'no key id', accepted: 'a key in force of this sender' }));
  return verifyText(signedText(message), security.signature, key) ? ok(true) : fail(problem('badSignature', { subject: source.id }));
};
