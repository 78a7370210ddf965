import { type Candidate, type Federation, instantOfMs, limits, type TwinStatus } from '@cityweave/core';
import { expect, it } from 'vitest';
import type { Room } from '../room.ts';
import { standingOfRunnersUp } from './runners-up.ts';

const now = instantOfMs(Date.UTC(2026, 4, 4));
const idOf = (at: number) => `urn:dtf:twin:a${at}.example:agency`;
const endpoints = [{ protocol: 'http', address: 'http://a.example/dtf/messages', format: 'application/json', security: 'jws' }];
const ranked = (count: number, score = 1) =>
  Array.from({ length: count }, (_, at) => ({ score, twin: { id: idOf(at), attributes: { endpoints, keys: [] } } })) as unknown as readonly Candidate[]; // branding: what is looked at

const federation = (...members: readonly object[]) => ({ initiator: 'urn:dtf:twin:front.example:agency', members }) as unknown as Federation; // branding: as above
const left = { twinId: 'urn:dtf:twin:gone.example:agency', state: 'LEFT', since: now };

const askAbout = async (about: Federation, candidates: readonly Candidate[]) => {
  const asked: string[] = [];
  const room = { deps: { clock: { now: () => now } } } as unknown as Room; // branding: as above
  const standing = async ({ id }: { readonly id: string }): Promise<TwinStatus> => (asked.push(id) > 1 ? 'offline' : 'degraded');
  return { asked, told: await standingOfRunnersUp({ room, links: { standing } }, about)(candidates) };
};

it('the best runnersUpAskedMax of those who could take the place of one who is gone are asked how they stand', async () => {
  const all = await askAbout(federation(left), [...ranked(limits.runnersUpAskedMax), ...ranked(1)]);
  expect(all.asked).toEqual(Array.from({ length: limits.runnersUpAskedMax }, (_, at) => idOf(at)));
  expect([...all.told].slice(0, 2)).toEqual([
    [idOf(0), 'degraded'],
    [idOf(1), 'offline'],
  ]);
  expect((await askAbout(federation(left), ranked(limits.runnersUpAskedMax + 1))).asked.length).toBe(limits.runnersUpAskedMax);
});

it('nobody is asked who would not do, who is a member already, or while nobody is gone', async () => {
  expect((await askAbout(federation(left), ranked(2, 0))).asked).toEqual([]);
  expect((await askAbout(federation(left, { twinId: idOf(0), state: 'ACTIVE', since: now }), ranked(2))).asked).toEqual([idOf(1)]);
  expect((await askAbout(federation({ twinId: idOf(5), state: 'ACTIVE', since: now }), ranked(2))).asked).toEqual([]);
});
