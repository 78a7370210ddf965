/**
 * Signatures of the example messages: real Ed25519 JWS, by keys that are made of the authority's name, so that they are no secret and always the same.
 */
import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto';

const pkcs8Head = '302e020100300506032b657004220420';

const privateKeyOf = (authority: string): KeyObject => {
  const seed = createHash('sha256').update(`example key of ${authority}`).digest();
  return createPrivateKey({ key: Buffer.concat([Buffer.from(pkcs8Head, 'hex'), seed]), format: 'der', type: 'pkcs8' });
};

/** As its JWKS shows it; `kid` is the thumbprint of RFC 7638. */
export const publicKeyOf = (authority: string) => {
  const { x = '' } = createPublicKey(privateKeyOf(authority)).export({ format: 'jwk' });
  const kid = createHash('sha256').update(`{"crv":"Ed25519","kty":"OKP","x":"${x}"}`).digest('base64url');
  return { kty: 'OKP', crv: 'Ed25519', x, kid };
};

/** RFC 8785 of what the examples hold: members sorted, numbers and texts as JSON writes them. */
export const canonical = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${canonical(member)}`).join(',')}}`;
};

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

type Unsigned = { readonly header: Readonly<Record<string, unknown>>; readonly data: unknown };

/** A detached JWS of an authority over a text. */
export const detached = (text: string, authority: string): string => {
  const head = Buffer.from(JSON.stringify({ alg: 'EdDSA', kid: publicKeyOf(authority).kid })).toString('base64url');
  const signature = sign(null, Buffer.from(`${head}.${Buffer.from(text).toString('base64url')}`), privateKeyOf(authority)).toString('base64url');
  return `${head}..${signature}`;
};

/** The message with the detached signature of its sender over everything else. */
export const signed = (message: Unsigned, authority: string): Unsigned => {
  const { kid } = publicKeyOf(authority);
  const security = { scheme: 'jws', keyId: kid };
  const signature = detached(canonical({ ...message, header: { ...message.header, security } }), authority);
  return { ...message, header: { ...message.header, security: { ...security, signature } } };
};
