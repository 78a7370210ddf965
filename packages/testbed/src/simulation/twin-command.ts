/**
 * TwinCommand: a twin of a history's agency, as its sources would give it.
 */
import { agencyIdOf, type Instant, TermId, type TwinId } from '@cityweave/core';
import { authorityOf } from './machine.ts';

type Given = { readonly kind: string; readonly at: number; readonly level: number };

export const twinCommand = (name: string, { kind, at, level }: Given, now: Instant) => {
  const authority = authorityOf(name);
  const agency = agencyIdOf(authority);
  return {
    op: 'putTwin' as const,
    twin: {
      id: `urn:dtf:twin:${authority}:things/${kind.split(':')[1]}-${at}` as TwinId, // branding: a twin's id as sources make it
      agency,
      kind: TermId.parse(kind),
      name: { en: `${kind} ${at}` },
      position: [0.2, 0.1 * (at + 1)] as [number, number],
      provenance: { observedAt: now, recordedAt: now, source: agency },
      values: { 'city:waterLevel': { value: level, unit: 'm' } },
    },
  };
};
