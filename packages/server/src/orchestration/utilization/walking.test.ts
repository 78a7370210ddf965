import { Authority, agencyIdOf, agencyTwinIdOf, type Federation, limits, ok, type Result, TwinPage, twinIdOf } from '@cityweave/core';
import { expect, it } from 'vitest';
import { systemDeps } from '../../deps.ts';
import { twin } from '../../store/twins.contract.ts';
import type { Room } from '../room.ts';
import type { MemberReads } from './member-read.ts';
import { walkedSources } from './walking.ts';

const authority = Authority.parse('water.example');
const [agency, twinId, now] = [agencyIdOf(authority), agencyTwinIdOf(authority), systemDeps().clock.now()];

/** A member with so many pages of a twin each, and how often it was asked. */
const walkOf = async (pages: number): Promise<{ readonly walked: Result<number>; readonly asked: number; readonly twins: number }> => {
  let [asked, twins] = [0, 0];
  const read = async () => {
    asked += 1;
    const id = twinIdOf(authority, 'things', String(1_000_000 + asked));
    const rows = [{ twin: { ...twin(id), version: 1, createdAt: now, updatedAt: now } }];
    return ok({ page: TwinPage.parse({ version: 1, rows, seq: 7, identities: 0, ...(asked < pages && { next: { value: id, id } }) }) });
  };
  const reads: MemberReads = { sourceOf: () => ({ agency, read, interruption: () => undefined }) };
  const room = { deps: systemDeps(), self: { agency: 'urn:dtf:agency:front.example', name: {} }, records: { get: () => undefined } } as unknown as Room; // branding: what a walk looks at
  const federation = { members: [{ twinId, agency, state: 'ACTIVE', features: [] }] } as unknown as Federation; // branding: as above
  const member = walkedSources(room, reads, federation)[1] ?? expect.fail('the member is a source');
  const take = (rows: readonly unknown[]): void => {
    twins += rows.length;
  };
  const walked = await member.walk({ terms: [] }, take, new AbortController().signal);
  return { walked, asked, twins };
};

it('a walk goes over walkPagesMax pages of a source; of who tells one more it is refused, and not asked for that', { timeout: 60_000 }, async () => {
  const most = limits.walkPagesMax;
  expect(await walkOf(most)).toEqual({ walked: ok(7), asked: most, twins: most });
  const problem = { kind: 'tooMany', agency, subject: 'pages of one walk', accepted: 'a last page', limit: most };
  expect(await walkOf(most + 1)).toEqual({ walked: { ok: false, problem }, asked: most, twins: most });
});
