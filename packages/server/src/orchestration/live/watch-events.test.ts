/**
 * A watch ends where what is told of a federation does not: pages that go on without a twin, and ever more twins to whose places a filter relates.
 */
import { type FederatedFilter, limits, ok } from '@cityweave/core';
import { expect, it } from 'vitest';
import { systemDeps } from '../../deps.ts';
import { type Desk, snapshot, type WatchEvent } from './watch-events.ts';
import { createChangeQueue, createHeld } from './watch-state.ts';

type Page = { readonly rows: readonly object[]; readonly next: string | undefined };

/** A watch of a federation that answers its pages by number, from 1 on; the last event, and how often it was asked. */
const watch = async (filter: FederatedFilter, pageOf: (page: number) => Page): Promise<{ readonly last: WatchEvent | undefined; readonly asked: number }> => {
  let asked = 0;
  const orchestration = {
    federation: () => ({}),
    ask: async () => {
      asked += 1;
      return ok({ ...pageOf(asked), sources: [], rules: {} });
    },
  };
  const desk = {
    ...{ orchestration, room: { deps: systemDeps() }, watched: { federation: 'f', filter, everyMs: 0, signal: new AbortController().signal } },
    ...{ sources: { reached: new Map() }, queue: createChangeQueue(), held: createHeld(), related: new Set(), missing: new Set() },
  } as unknown as Desk; // branding: what a snapshot looks at
  let last: WatchEvent | undefined;
  for await (const event of snapshot(desk, true)) last = event;
  return { last, asked };
};

const failedAt = (limit: number, subject: string) => ({ type: 'failed', problem: { kind: 'tooMany', subject, limit } });

it('a snapshot is of walkPagesMax pages at most, whatever they hold', { timeout: 60_000 }, async () => {
  const most = limits.walkPagesMax;
  const pagesOf = (pages: number) => watch({}, (page) => ({ rows: [], next: page < pages ? 'on' : undefined }));
  expect(await pagesOf(most)).toMatchObject({ asked: most, last: { type: 'snapshot', complete: true } });
  expect(await pagesOf(most + 1)).toMatchObject({ asked: most, last: failedAt(most, 'pages of one walk') });
});

it('a filter relates to the places of subscriptionTwinsMax twins at most', async () => {
  const most = limits.subscriptionTwinsMax;
  const relating: FederatedFilter = { relates: [{ relation: 'within', to: {} }] };
  const rowsOf = (from: number, to: number) => Array.from({ length: to - from }, (_, at) => ({ twin: { representations: [{ id: String(from + at) }] } }));
  const twins = (count: number) => watch(relating, (page) => (page === 1 ? { rows: rowsOf(0, count), next: undefined } : { rows: [], next: undefined }));
  expect(await twins(most)).toMatchObject({ asked: 2, last: { type: 'snapshot' } });
  expect(await twins(most + 1)).toMatchObject({ asked: 1, last: failedAt(most, 'twins of a subscription') });
});
