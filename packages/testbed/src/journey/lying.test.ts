/**
 * A member that keeps whoever asks it busy: pages that come again, hold nothing, stand in no order or never end. It is refused and named, the rest of the city stays.
 */
import type { TwinPage, TwinRow } from '@cityweave/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestCity, present, readKept, type TestCity, until } from '../city.ts';
import { agencyOfTest, fourAgencies, testFederationId } from '../city-files.ts';
import { type WrongNode, withPages, wrongNode } from '../conformance/wrong-node.ts';
import { freePort } from '../processes.ts';

const asking = `federation=${encodeURIComponent(testFederationId)}`;

const keyOf = ({ twin: { id } }: TwinRow) => ({ value: id, id });
const goingOn = (page: TwinPage, last: TwinRow | undefined = page.rows.at(-1)): TwinPage => ({ ...page, next: keyOf(present(last, 'a row')) });
const numbered = ({ twin }: TwinRow, n: number): TwinRow => ({ twin: { ...twin, id: `${twin.id}-${1_000_000 + n}` as TwinRow['twin']['id'] } }); // branding: an id with an end of its own

/** What the member makes of its first page, each time that it is asked. */
type Lie = (page: TwinPage, asked: number) => TwinPage;

const lies: Readonly<Record<string, { readonly lie: Lie; readonly found: RegExp }>> = {
  'the same page again': { lie: (page) => goingOn(page), found: /station-1 behind .*station-3$/ },
  'an empty page that goes on': { lie: (page) => ({ ...goingOn(page), rows: [] }), found: /^a page of no twin that goes on$/ },
  'twins in no order': { lie: (page) => goingOn({ ...page, rows: page.rows.toReversed() }), found: /station-2 behind .*station-3$/ },
  'more twins than were asked for': {
    lie: ({ rows, ...page }) => ({ ...page, rows: rows.slice(0, 1).flatMap((row) => Array.from({ length: 501 }, (_, n) => numbered(row, n))) }),
    found: /^501 twins$/,
  },
};

/** Its first twin, ever again under a new id. */
const endless: Lie = (page, asked) => {
  const rows = page.rows.slice(0, 1).map((row) => numbered(row, asked));
  return goingOn({ ...page, rows });
};

describe('a member that lies about its pages', () => {
  let city: TestCity;
  let clerk: WrongNode;
  let node: AsyncDisposable;
  let [lie, first, asked]: [Lie | undefined, TwinPage | undefined, number] = [undefined, undefined, 0];

  const begin = (told: Lie | undefined): void => {
    [lie, first, asked] = [told, undefined, 0];
  };
  const reply = withPages((page) => {
    if (!lie || (!first && page.rows.length === 0)) return page;
    first ??= page;
    asked += 1;
    return lie(first, asked);
  });

  beforeAll(async () => {
    city = await createTestCity({ bindings: ['http'], agencies: fourAgencies() });
    await city.active();
    const [behind, nowhere] = [`http://127.0.0.1:${await freePort()}`, `http://127.0.0.1:${await freePort()}`];
    await city.node('energy').close();
    // who never hears of its other address goes on speaking to the clerk
    node = await city.startAgain('energy', behind, { registry: nowhere });
    clerk = await wrongNode(city, 'energy', { reply, behind });
    await until(
      () => city.ask().then((found) => found.source('energy').status),
      (status) => status === 'ANSWERED',
      'an answer through the clerk',
    );
  });
  afterAll(async () => {
    await city.stop();
    await clerk[Symbol.asyncDispose]();
    await node[Symbol.asyncDispose]();
    await city[Symbol.asyncDispose]();
  });

  const valuesOf = async (term: string, signal?: AbortSignal) => {
    const bytes = await (await fetch(new URL(`/tiles/values?${asking}&term=${term}`, city.front.address), { signal: signal ?? null })).arrayBuffer();
    const headBytes = new DataView(bytes).getUint32(0, true);
    const { missing } = JSON.parse(new TextDecoder().decode(bytes.slice(4, 4 + headBytes)));
    return { missing, known: [...new Float32Array(bytes.slice(4 + headBytes))].filter((value) => !Number.isNaN(value)).length };
  };
  const sceneNow = () =>
    until(
      () => fetch(new URL(`/tiles/scene?${asking}`, city.front.address)).then(({ status }) => status),
      (status) => status === 200,
      'a scene',
    );

  it.each(Object.entries(lies))('%s: a walk ends there, it is named with what came and what would be accepted, and the others are there', async (_, wrong) => {
    begin(undefined);
    await sceneNow();
    begin(wrong.lie);
    const page = await city.ask();
    const after = await city.ask({ after: page.next });
    const { status, problem } = (page.source('energy').status === 'FAILED' ? page : after).source('energy');
    expect({ status, problem }).toMatchObject({ status: 'FAILED', problem: { kind: 'malformed', agency: agencyOfTest('energy'), accepted: /twins?/ } });
    expect(problem?.found).toMatch(wrong.found);
    expect(['front', 'water', 'fire'].map((name) => page.source(name).status)).toEqual(['ANSWERED', 'ANSWERED', 'ANSWERED']);
    begin(wrong.lie);
    expect((await valuesOf('city:load')).missing).toEqual([agencyOfTest('energy')]);
    begin(wrong.lie);
    expect(await valuesOf('city:waterLevel')).toEqual({ missing: [], known: 3 });
  });

  it('ever new pages: what is kept of it is deleted all the same once the agreement is over', async () => {
    begin(endless);
    const gone = new AbortController();
    const walking = valuesOf('city:load', gone.signal).catch(() => undefined);
    await until(
      () => asked,
      (count) => count > 50,
      'a walk that goes on and on',
    );
    city.front.orchestration.management.release(testFederationId, 'over');
    await until(
      () => readKept(city.folder, 'front').agreements,
      (mine) => mine.length > 0 && mine.every(({ deletedAt }) => deletedAt !== undefined),
      'deleted',
    );
    gone.abort();
    await walking;
  });
});
