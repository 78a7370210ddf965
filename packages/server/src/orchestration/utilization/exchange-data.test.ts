/**
 * A read within an agreement: how many rows come unasked, how many areas are remembered, and what time a member is told it has.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  Authority,
  agencyIdOf,
  agencyTwinIdOf,
  agreementIdOf,
  fail,
  federationIdOf,
  limits,
  type Moment,
  polygonOfBox,
  problem,
  type Shape,
  type TermId,
  type TwinQuery,
} from '@cityweave/core';
import { describe, expect, it } from 'vitest';
import { systemDeps } from '../../deps.ts';
import { openSqliteStore } from '../../store/sqlite/sqlite.ts';
import type { Command } from '../../store/store.ts';
import { accepted, foreignId, link, put, twin, twinId } from '../../store/twins.contract.ts';
import type { Room } from '../room.ts';
import { linksOfEach, readTwins } from './exchange-data.ts';
import { createMemberReads } from './member-read.ts';
import { createAreas, digestOfArea } from './sent-areas.ts';

const authority = Authority.parse('water.example');
const id = agencyTwinIdOf(authority);
const [agreementId, federationId] = [agreementIdOf(authority, 'one'), federationIdOf(authority, 'one')];

const openRoom = async () => {
  const directory = mkdtempSync(join(tmpdir(), 'reads-'));
  const deps = systemDeps();
  const store = await openSqliteStore({ directory, clock: deps.clock });
  if (!store.ok) return expect.fail(store.problem.kind);
  // branding: a read looks at nothing else of its room
  const room = { deps, store: store.value, self: { id, authority, agency: agencyIdOf(authority) }, signal: new AbortController().signal } as unknown as Room;
  return {
    room,
    [Symbol.asyncDispose]: async () => {
      await store.value.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
};

describe('a read', () => {
  it('that says no size gets pageDefault rows, and a key where there is one more', async () => {
    await using opened = await openRoom();
    const { room } = opened;
    const puts = (count: number, from = 0) => Array.from({ length: count }, (_, n) => put(`${from + n}`));
    await accepted(room.store, puts(limits.pageDefault));
    const read = () => readTwins({ room, sight: undefined, signal: room.signal }, { version: 1, filter: {} });
    expect(await read()).toMatchObject({ rows: { length: limits.pageDefault } });
    expect((await read()).next).toBeUndefined();
    await accepted(room.store, puts(1, limits.pageDefault));
    expect(await read()).toMatchObject({ rows: { length: limits.pageDefault }, next: {} });
  });

  it('sends finest shapes along for the kinds asked for, until shapesBytesMax; who comes after is told without', async () => {
    await using opened = await openRoom();
    const { room } = opened;
    const shapeOf = (bytes: number): Shape => {
      const empty: Shape = { type: 'MultiSurface', lod: '2', boundaries: [[[0, 0, 0]]], vertices: [[0, 0, 0]], crs: '' };
      return { ...empty, crs: 'x'.repeat(bytes - JSON.stringify(empty).length) };
    };
    const half = limits.shapesBytesMax / 2;
    const shaped = (key: string, bytes: number): Command => ({ ...put(key), shapes: [shapeOf(bytes)] }) as Command; // branding: a put with its shapes
    await accepted(room.store, [shaped('1', half), shaped('2', half), shaped('3', 200)]);
    // branding: a read of shapes looks at nothing else of the vocabulary
    const withVocabulary = { ...room, vocabulary: () => ({ isA: (kind: string, wanted: string) => kind === wanted }) } as unknown as Room;
    const read = (shapes: readonly string[]) =>
      // branding: kinds as they stand in the dictionary
      readTwins({ room: withVocabulary, sight: undefined, signal: room.signal }, { version: 1, shapes: shapes as TermId[] });
    const [first] = (await read(['city:Nothing'])).rows;
    expect(first?.shape).toBeUndefined();
    const all = await read([first?.twin.kind ?? '']);
    expect(all.rows.map(({ shape }) => shape !== undefined)).toEqual([true, true, false]);
  });

  it('tells a twin without its footprint where none is wanted, and where it lies all the same', async () => {
    await using opened = await openRoom();
    const { room } = opened;
    const footprint = polygonOfBox([0, 0, 1, 1]);
    await accepted(room.store, [{ op: 'putTwin', twin: twin(twinId('1'), { footprint, position: [0.5, 0.5] }) }]);
    const read = async (asked: Partial<TwinQuery>) =>
      (await readTwins({ room, sight: undefined, signal: room.signal }, { version: 1, ...asked })).rows[0]?.twin;
    expect(await read({})).toMatchObject({ footprint, position: [0.5, 0.5] });
    const told = await read({ footprints: false });
    expect(told).toMatchObject({ id: twinId('1'), position: [0.5, 0.5] });
    expect(told).not.toHaveProperty('footprint');
  });

  it('shares linksPerAnswerMax evenly among the twins of a page, and tells no more than linksPerTwinAnswerMax of one', () => {
    const { linksPerAnswerMax, linksPerTwinAnswerMax, pageMax } = limits;
    const twins = linksPerAnswerMax / linksPerTwinAnswerMax;
    expect([linksOfEach(1), linksOfEach(twins)]).toEqual([linksPerTwinAnswerMax, linksPerTwinAnswerMax]);
    expect(linksOfEach(twins + 1)).toBeLessThan(linksPerTwinAnswerMax);
    expect(linksOfEach(pageMax) * pageMax).toBe(linksPerAnswerMax);
  });

  it('tells of a hub so many links, and that there are more; of one with just so many that these are all', async () => {
    await using opened = await openRoom();
    const { room } = opened;
    const most = limits.linksPerTwinAnswerMax;
    const hub = (key: string, links: number): readonly Command[] => [
      put(key),
      ...Array.from({ length: links }, (_, index) => ({ op: 'putLink' as const, link: link(twinId(key), foreignId(`${key}-${index}`)) })),
    ];
    await accepted(room.store, [...hub('full', most), ...hub('over', most + 1)]);
    const read = async (direction: 'out' | 'in', at?: Moment) =>
      (await readTwins({ room, sight: undefined, signal: room.signal }, { version: 1, links: { direction }, at })).rows.map(({ twin, links, linksBeyond }) => [
        twin.id,
        links?.length,
        linksBeyond,
      ]);
    const told = [
      [twinId('full'), most, undefined],
      [twinId('over'), most, true],
    ];
    const now = room.deps.clock.now();
    expect([await read('out'), await read('out', { valid: now, known: now })]).toEqual([told, told]);
    expect(await read('in')).toEqual(told.map(([id]) => [id, 0, undefined]));
  });

  it('tells the member what is left without deadlineMarginMs, and never less than deadlineMinMs', async () => {
    const told: unknown[] = [];
    const ask = async (...[, , content]: Parameters<Room['ask']>) => {
      told.push((content as { parameters: { budgetMs: number } }).parameters.budgetMs); // branding: a read is asked
      return fail(problem('unreachable'));
    };
    const links = { used: () => undefined };
    const member = { twinId: id, agency: agencyIdOf(authority), agreementId, endpoint: { address: 'http://water.example' }, keys: [] };
    // branding: no more of room, links, federation and member is looked at
    const reads = createMemberReads({ deps: systemDeps(), ask } as unknown as Room, links as never);
    const source = reads.sourceOf({ id: federationId } as never, member as never);
    const { signal } = new AbortController();
    for (const left of [1_000, limits.deadlineMarginMs + 2, limits.deadlineMarginMs + 1, limits.deadlineMarginMs])
      await source.read({ version: 1 }, { signal, leftMs: () => left });
    expect(told).toEqual([1_000 - limits.deadlineMarginMs, 2, limits.deadlineMinMs, limits.deadlineMinMs]);
  });
});

describe('areas that a partner sent', () => {
  it('are remembered up to areasRememberedMax; one more forgets the one that was not used for longest', () => {
    const areas = createAreas();
    const boxes = Array.from({ length: limits.areasRememberedMax + 1 }, (_, n) => polygonOfBox([0, 0, 1, (n + 1) / 1_000]));
    const digests = boxes.map(digestOfArea);
    for (const [n, box] of boxes.slice(0, -1).entries()) areas.set(digests[n] ?? '', box);
    expect(digests.slice(0, -1).every((digest) => areas.has(digest))).toBe(true);
    const last = boxes.at(-1);
    if (last) areas.set(digests.at(-1) ?? '', last);
    expect(digests.filter((digest) => !areas.has(digest))).toEqual([digests[0]]);
  });
});
