/**
 * Stream pass: who opens an event stream shows that it is the subscriber: a JWT of its node's key, for one subscription at one publisher, for a minute.
 */
import { sign } from 'node:crypto';
import { fail, type Instant, msOfInstant, ok, type PublicKey, problem, type Result } from '@cityweave/core';
import { errors, importJWK, jwtVerify } from 'jose';
import type { NodeKey } from './node-key.ts';

export type Listening = { readonly subscriber: string; readonly publisher: string; readonly subscription: string };

const validSeconds = 60;
const toleranceSeconds = 5;
const accepted = 'a JWT of the subscriber for this subscription, not older than a minute';

const secondsOf = (at: Instant): number => Math.floor(msOfInstant(at) / 1000);

const encoded = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');

export const writePass = ({ subscriber, publisher, subscription }: Listening, { keyId, privateKey }: NodeKey, at: Instant): string => {
  const issued = secondsOf(at);
  const claims = { iss: subscriber, aud: publisher, sub: subscription, iat: issued, exp: issued + validSeconds };
  const said = `${encoded({ alg: 'EdDSA', kid: keyId })}.${encoded(claims)}`;
  return `${said}.${sign(null, Buffer.from(said), privateKey).toString('base64url')}`;
};

/** `keys`: of the subscriber, as they are whenever one asks. */
type Checking = { readonly keys: () => readonly PublicKey[]; readonly now: Instant };

/** Whether the key that a stream was opened with still counts: one that was revoked opens none, and keeps none open. */
export type MayListen = () => boolean;

/** For how long, where a key of the subscriber made the pass for exactly this. */
export const checkPass = async (
  pass: string | undefined,
  { subscriber, publisher, subscription }: Listening,
  { keys, now }: Checking,
): Promise<Result<MayListen>> => {
  const expected = { issuer: subscriber, audience: publisher, subject: subscription, algorithms: ['EdDSA'], requiredClaims: ['exp', 'iat'] };
  const keyOf = ({ kid }: { kid?: string }) => {
    const key = keys().find((one) => one.kid === kid);
    return key ? importJWK({ kty: key.kty, crv: key.crv, x: key.x }, 'EdDSA') : Promise.reject(new Error('no such key'));
  };
  if (pass === undefined) return fail(problem('notAuthenticated', { subject: subscription, accepted: 'authorization: Bearer and a JWT of the subscriber' }));
  return jwtVerify(pass, keyOf, { ...expected, currentDate: new Date(msOfInstant(now)), clockTolerance: toleranceSeconds }).then(
    ({ protectedHeader: { kid } }) => ok(() => keys().some((key) => key.kid === kid)),
    (cause) => fail(problem(cause instanceof errors.JWTExpired ? 'passExpired' : 'badSignature', { subject: subscription, accepted })),
  );
};
