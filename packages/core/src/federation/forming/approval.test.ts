import { expect, it } from 'vitest';
import { addMs, instantOfMs } from '../../ground/instant.ts';
import { limits } from '../../ground/limits.ts';
import { type Federation, FederationState, federationLifecycle } from '../federation.ts';
import { approvalEndOf, approveFederation } from './approval.ts';

const now = instantOfMs(Date.UTC(2026, 4, 4));
const draft = { id: 'urn:dtf:federation:a.example:f', revision: 1, state: 'DRAFT', approval: 'ask', createdAt: now, validUntil: now } as unknown as Federation; // branding: only what is looked at

it('a person may say yes up to the end of what was asked for, and not after it', () => {
  expect(approveFederation(draft, now)).toMatchObject({ ok: true, value: { approval: 'granted', revision: 2 } });
  expect(approveFederation(draft, addMs(now, 1))).toMatchObject({ ok: false, problem: { kind: 'expired', found: now } });
});

it('a second yes changes nothing while it stands, and is no success once it is over', () => {
  for (const state of FederationState.options) {
    const granted = { ...draft, state, approval: 'granted' } as unknown as Federation; // branding: as above
    const isOver = federationLifecycle.isFinal(granted.state) || state === 'RELEASING';
    expect(approveFederation(granted, now)).toMatchObject(
      isOver ? { ok: false, problem: { kind: 'notAllowedInState', found: state } } : { ok: true, value: { revision: 1 } },
    );
  }
});

it('a plan without an end waits approvalMaxMs, and one with a later end no longer', () => {
  const { validUntil: _, ...open } = draft;
  const end = addMs(now, limits.approvalMaxMs);
  for (const plan of [open, { ...draft, validUntil: addMs(end, 1) }]) {
    expect(approvalEndOf(plan)).toBe(end);
    expect(approveFederation(plan, end).ok).toBe(true);
    expect(approveFederation(plan, addMs(end, 1))).toMatchObject({ ok: false, problem: { kind: 'expired', found: end } });
  }
  expect(approvalEndOf(draft)).toBe(now);
});
