import {
  Authority,
  agencyIdOf,
  agencyTwinIdOf,
  type Federation,
  fail,
  limits,
  ok,
  problem,
  type Result,
  TwinPage,
  type TwinQuery,
  twinIdOf,
} from '@cityweave/core';
import { expect, it } from 'vitest';
import { systemDeps } from '../../deps.ts';
import { twin } from '../../store/twins.contract.ts';
import type { Room } from '../room.ts';
import type { MemberReads } from './member-read.ts';
import { walkedSources } from './walking.ts';

const authority = Authority.parse('water.example');
const [agency, twinId, now] = [agencyIdOf(authority), agencyTwinIdOf(authority), systemDeps().clock.now()];

const memberOf = (read: ReturnType<MemberReads['sourceOf']>['read']) => {
  const reads: MemberReads = { sourceOf: () => ({ agency, read, interruption: () => undefined }) };
  const room = { deps: systemDeps(), self: { agency: 'urn:dtf:agency:front.example', name: {} }, records: { get: () => undefined } } as unknown as Room; // branding: what a walk looks at
  const federation = { members: [{ twinId, agency, state: 'ACTIVE', features: [] }] } as unknown as Federation; // branding: as above
  return walkedSources(room, reads, federation)[1] ?? expect.fail('the member is a source');
};

/** A member with so many pages of a twin each, and how often it was asked. */
const walkOf = async (pages: number): Promise<{ readonly walked: Result<number>; readonly asked: number; readonly twins: number }> => {
  let [asked, twins] = [0, 0];
  const read = async () => {
    asked += 1;
    const id = twinIdOf(authority, 'things', String(1_000_000 + asked));
    const rows = [{ twin: { ...twin(id), version: 1, createdAt: now, updatedAt: now } }];
    return ok({ page: TwinPage.parse({ version: 1, rows, seq: 7, identities: 0, ...(asked < pages && { next: { value: id, id } }) }) });
  };
  const take = (rows: readonly unknown[]): void => {
    twins += rows.length;
  };
  const walked = await memberOf(read).walk({ terms: [] }, take, new AbortController().signal);
  return { walked, asked, twins };
};

it('a walk goes over walkPagesMax pages of a source; of who tells one more it is refused, and not asked for that', { timeout: 60_000 }, async () => {
  const most = limits.walkPagesMax;
  expect(await walkOf(most)).toEqual({ walked: ok(7), asked: most, twins: most });
  const refused = { kind: 'tooMany', agency, subject: 'pages of one walk', accepted: 'a last page', limit: most };
  expect(await walkOf(most + 1)).toEqual({ walked: { ok: false, problem: refused, cut: true }, asked: most, twins: most });
});

it('a source of an earlier version, which knows no query without footprints, refuses one page of a walk and is asked with them from then on; for any other failure it is not asked twice', async () => {
  const asked: TwinQuery['footprints'][] = [];
  const walk = (refusal: Parameters<typeof problem>[0]) =>
    memberOf(async ({ footprints, page }) => {
      asked.push(footprints);
      if (footprints === false) return fail(problem(refusal));
      const id = twinIdOf(authority, 'things', page?.after ? '2' : '1');
      const rows = [{ twin: { ...twin(id), version: 1, createdAt: now, updatedAt: now } }];
      return ok({ page: TwinPage.parse({ version: 1, rows, seq: 7, identities: 0, ...(!page?.after && { next: { value: id, id } }) }) });
    }).walk({ terms: [], footprints: false }, () => undefined, new AbortController().signal);
  expect([await walk('badQuery'), asked.splice(0)]).toEqual([ok(7), [false, undefined, undefined]]);
  for (const kind of ['timedOut', 'malformed'] as const) expect([await walk(kind), asked.splice(0)]).toEqual([{ ok: false, problem: { kind } }, [false]]);
});
