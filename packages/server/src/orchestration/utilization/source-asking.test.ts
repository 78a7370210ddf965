/**
 * What is reported of a source that does not tell the past: that it was not asked, and why; never what is true now.
 */
import { type AgencyId, Authority, agencyIdOf, agencyTwinIdOf, fail, type Problem, problem, type QueryPlan, type TwinQuery } from '@cityweave/core';
import { describe, expect, it } from 'vitest';
import { systemDeps } from '../../deps.ts';
import { askAll, type Desk } from './source-asking.ts';

const authority = Authority.parse('old.example');
const [agency, twinId] = [agencyIdOf(authority), agencyTwinIdOf(authority)];
const plan: QueryPlan = { joined: false, judgedAlone: true, members: [{ agency, twinId, ask: true, filter: {}, why: 'it keeps twins of these kinds' }] };
const now = systemDeps().clock.now();

const reportOf = async (refused: Problem, at: TwinQuery['at']) => {
  const source = { agency, read: async () => fail(refused), interruption: () => undefined };
  // branding: asking looks at nothing else of a desk
  const desk = { room: { deps: systemDeps() }, sources: [source], identities: new Map<AgencyId, number>(), linked: new Map() } as unknown as Desk;
  const deadline = { signal: new AbortController().signal, leftMs: () => 1_000 };
  return (await askAll(desk, plan, { queryOf: () => ({ version: 1, ...(at && { at }) }), deadline }))[0]?.report;
};

describe('a source that refuses a question about the past', () => {
  const refusal = problem('badQuery', { subject: 'at' });

  it('was not asked, and the reason is told', async () => {
    expect(await reportOf(refusal, { valid: now, known: now })).toEqual({ agency, status: 'NOT_ASKED', rows: 0, why: 'it does not tell what was before' });
  });

  it('has failed where it refuses something else, or was asked for the present', async () => {
    expect(await reportOf(problem('badQuery', { subject: 'text' }), { valid: now, known: now })).toMatchObject({ status: 'FAILED' });
    expect(await reportOf(refusal, undefined)).toMatchObject({ status: 'FAILED' });
  });
});
