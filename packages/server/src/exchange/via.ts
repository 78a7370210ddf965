/**
 * Via: the entry of an adaptor in a message: made and signed by the adaptor, checked by whoever it was agreed with. The sender's own signature is checked apart.
 */
import { asConverted, fail, type Hop, hopText, type Message, ok, originalText, type PublicKey, problem, type Result, withHop } from '@cityweave/core';
import type { NodeKey } from '../trust/node-key.ts';
import { sha256, signText, verifyText } from '../trust/signature.ts';

/** The message with the adaptor's entry, which names by digest what it was made of. */
export const signHop = (message: Message, hop: Omit<Hop, 'digest' | 'keyId' | 'signature'>, key: NodeKey): Message => {
  const bare = { ...hop, digest: sha256(originalText(message)), keyId: key.keyId } as Hop; // branding: nothing of the omitted is missing now
  return withHop(message, { ...bare, signature: signText(hopText(message.header.messageId, bare), key) });
};

export type Through = { readonly message: Message; readonly adaptorId: string | undefined };

/**
 * The message as its adaptor converted it; refused where a signed entry is not the adaptor's own, or belongs to other words. Entries that nobody signed say only
 * which way a message came: they convert nothing.
 */
export const readThrough = async (message: Message, keyFor: (adaptorId: string, keyId: string) => Promise<PublicKey | undefined>): Promise<Result<Through>> => {
  const [hop, second] = (message.header.via ?? []).filter(({ signature, converted }) => signature !== undefined || converted !== undefined);
  if (!hop) return ok({ message, adaptorId: undefined });
  const { adaptorId, keyId = '', signature = '', digest } = hop;
  if (second) return fail(problem('badSignature', { subject: second.adaptorId, found: 'a second adaptor', accepted: 'one adaptor' }));
  const key = await keyFor(adaptorId, keyId);
  const isGenuine = key !== undefined && digest === sha256(originalText(message)) && verifyText(hopText(message.header.messageId, hop), signature, key);
  return isGenuine ? ok({ message: asConverted(message, hop), adaptorId }) : fail(problem('badSignature', { subject: adaptorId }));
};
