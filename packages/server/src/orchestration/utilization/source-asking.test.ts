/**
 * What is reported of a source: that one which does not tell the past was not asked, and why; that one which told a part of the links or slots told a part.
 */
import {
  type AgencyId,
  Alignment,
  Authority,
  agencyIdOf,
  agencyOf,
  agencyTwinIdOf,
  createVocabulary,
  fail,
  limits,
  ok,
  type Problem,
  problem,
  type QueryPlan,
  type Result,
  type TwinQuery,
  type TwinRow,
} from '@cityweave/core';
import { describe, expect, it } from 'vitest';
import { systemDeps } from '../../deps.ts';
import { twinId as id, twin } from '../../store/twins.contract.ts';
import { askAligned } from './history-asking.ts';
import { askAll, type Desk, withLinksCut } from './source-asking.ts';

const authority = Authority.parse('old.example');
const [agency, twinId] = [agencyIdOf(authority), agencyTwinIdOf(authority)];
const plan: QueryPlan = { joined: false, judgedAlone: true, members: [{ agency, twinId, ask: true, filter: {}, why: 'it keeps twins of these kinds' }] };
const now = systemDeps().clock.now();

const answeredBy = async (told: Result<unknown>, at?: TwinQuery['at']) => {
  const source = { agency, read: async () => told, interruption: () => undefined };
  const [room, federation] = [{ deps: systemDeps(), vocabulary: () => createVocabulary([]) }, { members: [] }];
  // branding: asking looks at nothing else of a desk
  const desk = { room, federation, sources: [source], identities: new Map<AgencyId, number>(), linked: new Map() } as unknown as Desk;
  const deadline = { signal: new AbortController().signal, leftMs: () => 1_000 };
  return (await askAll(desk, plan, { queryOf: () => ({ version: 1, ...(at && { at }) }), deadline }))[0]?.report;
};

const reportOf = (refused: Problem, at: TwinQuery['at']) => answeredBy(fail(refused), at);

describe('a source that tells links', () => {
  const row = (key: string, more: object = {}): TwinRow => {
    const { version, ...input } = { version: 1, ...twin(id(key)) };
    return { twin: { ...input, version, createdAt: now, updatedAt: now }, links: [], ...more };
  };
  const page = (rows: readonly TwinRow[]) => ok({ page: { version: 1, rows, seq: 1, identities: 0 } });

  const told = async () => {
    const report = await answeredBy(page([row('1'), row('2', { linksBeyond: true })]));
    return report ?? expect.fail('it is reported');
  };
  const mine = agencyOf(id('2'));

  it('has answered where it told them all, and in part where a twin of the answer has more: which one, and what to ask instead', async () => {
    const report = { ...(await told()), agency: mine };
    expect(withLinksCut(report, [])).toMatchObject({ status: 'ANSWERED', rows: 2 });
    expect(withLinksCut(report, [id('2')])).toMatchObject({
      status: 'PARTIAL',
      rows: 2,
      problem: { kind: 'tooLarge', agency: mine, subject: `links of ${id('2')}`, limit: limits.linksPerTwinAnswerMax },
    });
  });
  it('is not spoken of where the twin is another one’s, and nothing graver is hidden', async () => {
    expect(withLinksCut(await told(), [id('2')])).toMatchObject({ status: 'ANSWERED', agency });
    const late = { agency: mine, rows: 0, status: 'LATE' as const, problem: problem('timedOut') };
    expect(withLinksCut(late, [id('2')])).toEqual(late);
  });
});

describe('a source that tells slots', () => {
  it('has told those that there are, or says that there are more and how to ask for them', async () => {
    const [from, one] = [now, { ...twin(id('1')), version: 1, createdAt: now, updatedAt: now }];
    const align = Alignment.parse({ epoch: from, slot: 'PT1S' });
    const slots = [{ slot: 0, at: from, flag: 'MISSING' as const }];
    const told = async (more: object) => {
      const page = { version: 1 as const, rows: [{ twin: one, slots, ...more }], seq: 1, identities: 0 };
      const source = { agency: agencyOf(one.id), read: async () => ok({ page }), interruption: () => undefined };
      const deadline = { signal: new AbortController().signal, leftMs: () => 1_000 };
      return askAligned({ sources: [source] }, { ids: [one.id], history: { from, to: from, first: 1 }, align }, deadline);
    };
    expect(await told({})).toEqual([{ id: one.id, slots }]);
    expect(await told({ slotsBeyond: true })).toMatchObject([{ id: one.id, slots, problem: { kind: 'tooMany', subject: `slots of ${one.id}` } }]);
  });
});

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
