/**
 * Agreement, as the kit hashes and signs what it was told of one.
 */
import { AgreementTerms, agreementText, canonicalJson } from '@cityweave/core';
import { sha256, signText } from '../trust/signature.ts';
import { type Actor, isRaw, memberAt, type Raw } from './actor.ts';

/** Undefined where these are no terms. */
export const hashOfTerms = (terms: unknown): string | undefined => {
  const parsed = AgreementTerms.safeParse(terms);
  return parsed.success ? `sha-256:${sha256(agreementText(parsed.data))}` : undefined;
};

/** What an actor signs of an agreement: its id and its terms. */
export const agreementSignature = ({ id: by, key }: Actor, agreement: unknown): Raw => {
  const text = canonicalJson({ id: memberAt(agreement, 'id'), terms: memberAt(agreement, 'attributes.terms') });
  return { by, alg: 'EdDSA', keyId: key.keyId, value: signText(text, key) };
};

/** The agreement with the signature of an actor in place of those that it had. */
export const signedBy = (actor: Actor, agreement: unknown): unknown => {
  const attributes = memberAt(agreement, 'attributes');
  if (!isRaw(agreement) || !isRaw(attributes)) return agreement;
  return { ...agreement, attributes: { ...attributes, signatures: [agreementSignature(actor, agreement)] } };
};
