import { describe, expect, it } from 'vitest';
import { Authority, agencyIdOf, twinIdOf } from '../ground/id.ts';
import { limits } from '../ground/limits.ts';
import { describeProblem } from '../ground/problem.ts';
import { checkPage } from './page.ts';
import { TwinPage, type TwinQuery } from './query.ts';

const authority = Authority.parse('water.example');
const agency = agencyIdOf(authority);
const idOf = (key: string) => twinIdOf(authority, 'things', key);
const keyOf = (key: string) => ({ value: idOf(key), id: idOf(key) });
const at = '2026-05-04T00:00:00.000Z';

const pageOf = (keys: readonly string[], next?: string): TwinPage => {
  const twinOf = (key: string) => ({
    ...{ id: idOf(key), agency, kind: 'city:RiverGauge', name: {}, values: {}, version: 1, createdAt: at, updatedAt: at },
    provenance: { observedAt: at, recordedAt: at, source: agency },
  });
  return TwinPage.parse({ version: 1, rows: keys.map((key) => ({ twin: twinOf(key) })), seq: 1, identities: 0, ...(next && { next: keyOf(next) }) });
};

const check = (page: TwinPage, asked: Partial<TwinQuery> = {}): string => {
  const checked = checkPage(agency, { version: 1, ...asked }, page);
  return checked.ok ? 'ok' : describeProblem(checked.problem);
};

describe('a page of a source', () => {
  it('leads on where its twins stand in the order of their ids, behind the one that was asked for', () => {
    expect(check(pageOf(['1', '2', '3'], '3'))).toBe('ok');
    expect(check(pageOf([]))).toBe('ok');
    expect(check(pageOf(['2']), { page: { first: 1, after: keyOf('1') } })).toBe('ok');
  });

  it('is refused where a twin comes twice, before another, or before the page: what came, and what would be accepted', () => {
    const accepted = 'accepted: each twin once, in the order of their ids, behind the last one of the page before';
    for (const keys of [
      ['1', '1'],
      ['2', '1'],
    ])
      expect(check(pageOf(keys))).toBe(`the message is not well formed page of twins: found ${idOf('1')} behind ${idOf(keys[0] ?? '')}; ${accepted}`);
    for (const key of ['0', '1']) expect(check(pageOf([key]), { page: { first: 1, after: keyOf('1') } })).toContain(`found ${idOf(key)} behind ${idOf('1')}`);
    expect(checkPage(agency, { version: 1 }, pageOf(['2', '1']))).toMatchObject({ ok: false, problem: { kind: 'malformed', agency } });
  });

  it('is refused where it goes on and has no twin; a page of none that is asked for may go on', () => {
    expect(check(pageOf([], '1'))).toContain('found a page of no twin that goes on; accepted: twins on every page but the last');
    expect(check(pageOf([], '1'), { page: { first: 0 } })).toBe('ok');
  });

  it('has as many twins as were asked for, and not one more; as pageDefault says where nothing was', () => {
    expect([check(pageOf(['1', '2']), { page: { first: 2 } }), check(pageOf(['1', '2']), { page: { first: 1 } })]).toEqual([
      'ok',
      expect.stringContaining('found 2 twins; accepted: as many twins as were asked for (limit 1)'),
    ]);
    const keys = Array.from({ length: limits.pageDefault + 1 }, (_, key) => String(1_000 + key));
    expect([check(pageOf(keys.slice(1))), check(pageOf(keys))]).toEqual(['ok', expect.stringContaining(`(limit ${limits.pageDefault})`)]);
  });

  it('may stand in another order where another was asked for', () => {
    expect(check(pageOf(['2', '1']), { order: { by: 'name', descending: false } })).toBe('ok');
    expect(check(pageOf(['2', '1']), { order: { by: 'id', descending: true } })).toBe('ok');
    expect(check(pageOf(['2', '1']), { order: { by: 'id', descending: false } })).not.toBe('ok');
  });
});
