/**
 * Agreement signature (T5): each party signs the id and the terms with the key of its node; the other side checks it and holds both.
 */
import { type Agreement, type AgreementSignature, fail, ok, problem, type Result, signedAgreementText, type TwinId } from '@cityweave/core';
import { signText, verifyText } from '../../trust/signature.ts';
import type { Room } from '../room.ts';

export const signAgreement = ({ self, keys }: Pick<Room, 'self' | 'keys'>, agreement: Agreement): AgreementSignature => {
  const key = keys.current();
  return { by: self.id, alg: 'EdDSA', keyId: key.keyId, value: signText(signedAgreementText(agreement), key) };
};

/** Whether this is what the other party signed; who signs nothing is not held to it. */
export const checkSignature = (
  { partners }: Pick<Room, 'partners'>,
  agreement: Agreement,
  { party, signature }: { readonly party: TwinId; readonly signature: AgreementSignature | undefined },
): Result<AgreementSignature> => {
  const key = partners.keysOf(party).find(({ kid }) => kid === signature?.keyId);
  const isGenuine = signature?.by === party && key !== undefined && verifyText(signedAgreementText(agreement), signature.value, key);
  return isGenuine
    ? ok(signature)
    : fail(problem('badSignature', { subject: agreement.id, found: signature?.by ?? 'no signature', accepted: `the signature of ${party} over id and terms` }));
};
