/**
 * States of one property: asked of all sources side by side, and not of who was asked for the same values just before.
 */
import { type AgencyId, Authority, agencyIdOf, createStateReader, type Federation, instantOfMs, ok, type StateFrame, TermId, TwinRow } from '@cityweave/core';
import { afterEach, describe, expect, it } from 'vitest';
import { systemDeps } from '../deps.ts';
import type { SourceEvent } from '../orchestration/live/live.ts';
import type { WalkedSource } from '../orchestration/utilization/walking.ts';
import { createReadings, readingLimits } from './readings.ts';
import type { Held } from './scenes.ts';
import { createStates } from './states.ts';

const term = TermId.parse('city:load');
const federation = { id: 'urn:dtf:federation:a.example:f' } as Federation; // branding: only its id is read
const agencyOf = (at: number): AgencyId => agencyIdOf(Authority.parse(`a${at}.example`));
const idOf = (at: number): string => `urn:dtf:twin:a${at}.example:things/1`;

const rowOf = (at: number, value: number, observedMs: number): TwinRow => {
  const observedAt = instantOfMs(observedMs);
  const provenance = { observedAt, recordedAt: observedAt, source: agencyOf(at) };
  const times = { version: 1, createdAt: observedAt, updatedAt: observedAt };
  return TwinRow.parse({
    twin: { id: idOf(at), agency: agencyOf(at), kind: 'city:Substation', name: {}, values: { [term]: { value, unit: 'kW' } }, provenance, ...times },
  });
};

/** Sources of a twin each, whose value is their number; whoever is closed has not answered yet. */
const createCity = (count: number) => {
  const [walks, gates] = [new Array<number>(count).fill(0), Array.from({ length: count }, () => Promise.withResolvers<void>())];
  const sources = gates.map(
    (gate, at): WalkedSource => ({
      ...{ agency: agencyOf(at), name: {}, steadyUnder: 'agreed', seq: async () => ok(1) },
      walk: async (_query, take) => {
        walks[at] = (walks[at] ?? 0) + 1;
        await gate.promise;
        take([rowOf(at, at, 1_000)]);
        return ok(1);
      },
    }),
  );
  const ids = sources.map((_, at) => idOf(at));
  const scene = { rows: count, rowsRevision: 'r1', agencies: sources.map(({ agency }) => ({ id: agency })) };
  const rows = { rowOf: (id: string) => (ids.includes(id) ? ids.indexOf(id) : undefined), idOf: (row: number) => ids[row] };
  return { walks, gates, sources, held: { built: { scene }, rows } as unknown as Held }; // branding: what is read here
};

describe('states of a property', () => {
  let stop = new AbortController();
  afterEach(() => {
    stop.abort();
    stop = new AbortController();
  });

  const watch = async ({ sources, held }: ReturnType<typeof createCity>, readings = createReadings()) => {
    const heard: ((event: SourceEvent) => Promise<void>)[] = [];
    const states = createStates({
      deps: systemDeps(),
      scenes: { of: async () => ok(held) } as never, // branding: what is read here
      vocabulary: () => ({ term: () => ({ unit: 'kW' }) }) as never, // branding: as above
      ...{ federation: () => federation, sources: () => sources, readings, signal: stop.signal },
      follow: (_federation, take) => void heard.push(take),
      failed: (cause) => {
        throw cause;
      },
    });
    const opened = await states.open({ federation: federation.id, term, ranges: [[0, 1_000]] }, stop.signal);
    const [values, told]: [Map<number, number>, number[]] = [new Map(), []];
    const read = createStateReader((bytes) => new TextDecoder().decode(bytes));
    const take = (frame: StateFrame): void => {
      if (!('changed' in frame)) return;
      told.push(...frame.changed.rows);
      for (const [at, row] of [...frame.changed.rows].entries()) values.set(row, frame.changed.values[at] ?? Number.NaN);
    };
    const follow = async (): Promise<void> => {
      if (!opened.ok) return;
      for await (const bytes of opened.value) {
        const frames = read(bytes);
        if (frames.ok) for (const frame of frames.value) take(frame);
      }
    };
    void follow();
    return { values, told, hear: heard[0] ?? expect.fail('nobody listens') };
  };

  it.each([0, 1])('are asked of sourcesAtOnce side by side, so that who is silent keeps nobody else waiting: of %i more the last waits', async (more) => {
    const city = createCity(readingLimits.sourcesAtOnce + more);
    const { values } = await watch(city);
    await expect.poll(() => city.walks.filter((count) => count === 1).length).toBe(readingLimits.sourcesAtOnce);
    for (const { resolve } of city.gates.slice(1)) resolve();
    await expect.poll(() => values.size, { timeout: 5_000 }).toBe(city.sources.length - 1);
    city.gates[0]?.resolve();
    await expect.poll(() => [...values].toSorted(([a], [b]) => a - b), { timeout: 5_000 }).toEqual(city.sources.map((_, at) => [at, at]));
  });

  it('come from what was just told for a column, and are walked once with one that is asked for at the same time', async () => {
    const [city, readings] = [createCity(2), createReadings()];
    const asked = { held: city.held, federation, sources: city.sources, term, signal: stop.signal };
    const column = readings.of(asked);
    const { values } = await watch(city, readings);
    for (const { resolve } of city.gates) resolve();
    await column;
    await expect.poll(() => values.size, { timeout: 5_000 }).toBe(2);
    const again = await watch(city, readings);
    await expect.poll(() => again.values.size, { timeout: 5_000 }).toBe(2);
    expect(city.walks).toEqual([1, 1]);
  });

  it('that were heard while a source was asked stay, also what was lost, and corrected to the same time or an earlier one', async () => {
    const city = createCity(5);
    const { values, hear } = await watch(city);
    const changed = (at: number, value: number, observedMs: number): SourceEvent => {
      const rows = [rowOf(at, value, observedMs)];
      return { type: 'changed', agency: agencyOf(at), seq: 2, ids: rows.map(({ twin }) => twin.id), rows };
    };
    await hear(changed(0, 70, 2_000));
    await hear(changed(1, 71, 1_000));
    await hear(changed(2, 72, 500));
    await hear({ ...changed(3, 73, 2_000), rows: [] } as SourceEvent); // branding: the twin is gone
    for (const { resolve } of city.gates) resolve();
    await expect.poll(() => values.get(4), { timeout: 5_000 }).toBe(4);
    expect([0, 1, 2, 3].map((at) => values.get(at))).toEqual([70, 71, 72, undefined]);
  });

  it('come page by page, before their source has told all of them, and once', async () => {
    const city = createCity(3);
    const [[source], [gate]] = [city.sources, city.gates];
    if (!(source && gate)) return expect.fail('a source and its gate');
    const walk: WalkedSource['walk'] = async (_query, take) => {
      take([rowOf(0, 70, 1_000), rowOf(1, 71, 1_000)]);
      await gate.promise;
      take([rowOf(2, 72, 1_000)]);
      return ok(1);
    };
    const { values, told } = await watch({ ...city, sources: [{ ...source, walk }] });
    await expect.poll(() => [values.get(0), values.get(1)], { timeout: 5_000 }).toEqual([70, 71]);
    gate.resolve();
    await expect.poll(() => values.get(2), { timeout: 5_000 }).toBe(72);
    expect(told).toEqual([0, 1, 2]);
  });

  it('that the twin that is drawn loses, or never said, are filled by another one in its row', async () => {
    const city = createCity(2);
    const [own, other] = [idOf(0), idOf(1)];
    const held = { ...city.held, rows: { rowOf: () => 0, idOf: () => own } } as unknown as Held; // branding: both are one row
    const { values, hear } = await watch({ ...city, held });
    const lost = { type: 'changed', agency: agencyOf(0), seq: 2, ids: [own], rows: [] } as unknown as SourceEvent; // branding: an identifier of a test
    city.gates[1]?.resolve();
    await expect.poll(() => values.get(0), { timeout: 5_000 }).toBe(1);
    await hear(lost);
    const said = { type: 'changed', agency: agencyOf(0), seq: 3, ids: [own], rows: [rowOf(0, 70, 2_000)] } as unknown as SourceEvent; // branding: as above
    await hear(said);
    await expect.poll(() => values.get(0), { timeout: 5_000 }).toBe(70);
    await hear(lost);
    await expect.poll(() => values.get(0), { timeout: 5_000 }).toBeNaN();
    await hear({ type: 'changed', agency: agencyOf(1), seq: 2, ids: [other], rows: [rowOf(1, 71, 500)] } as unknown as SourceEvent); // branding: as above
    await expect.poll(() => values.get(0), { timeout: 5_000 }).toBe(71);
  });
});
