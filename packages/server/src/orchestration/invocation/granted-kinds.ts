/**
 * Granted kinds: of which twins a function may tell its asker: those that the agreement names, and those that the owner's policy gives it without asking anybody.
 */
import { type AgreementTerms, agencyOf, givesKind, type TermId } from '@cityweave/core';
import { offerOfKind } from '../feature-information.ts';
import type { Room } from '../room.ts';

export const grantedKinds = async (room: Room, terms: AgreementTerms): Promise<readonly TermId[]> => {
  const policy = { asker: agencyOf(terms.parties.consumer), rules: room.node.policy.rules, vocabulary: room.vocabulary() };
  const isGranted = (kind: TermId): boolean =>
    terms.features.some((feature) => feature.kind === kind) || givesKind({ kind, personalData: offerOfKind(room, kind)?.personalData }, terms, policy);
  return (await room.store.kinds()).map(({ kind }) => kind).filter(isGranted);
};
