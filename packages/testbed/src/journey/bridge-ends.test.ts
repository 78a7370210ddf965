/**
 * How bridges end, and begin again: one that its adaptor put to rest because nobody used it is set up again by its consumer; one whose federation is over is taken down by
 * its owner where its consumer is gone.
 */
import { addMs, limits } from '@cityweave/core';
import { type Deps, startBroker, systemDeps } from '@cityweave/server';
import { describe, expect, it } from 'vitest';
import { askGraphql, createTestCity, present, readRecords, type TestCity, until } from '../city.ts';
import { testFederationId } from '../city-files.ts';
import { bridgedAgencies, bridgedNeeds, gaugeFeatures, transformers } from '../far/bridged-city.ts';
import { startFarServer } from '../far/interface.ts';

type KeptBridge = {
  readonly revision: number;
  readonly resting?: boolean;
  readonly connection: { readonly state: string };
  readonly owner: { readonly id: string };
};

/** What the adaptor remembers of its bridges, by their owners. */
const bridgesOf = ({ folder }: TestCity): Readonly<Record<string, KeptBridge>> => {
  const kept = readRecords(folder, 'between', 'bridge').map((value) => value as KeptBridge); // branding: as the adaptor writes them
  return Object.fromEntries(kept.map((bridge) => [bridge.owner.id.split(':')[3]?.split('.')[0] ?? '', bridge]));
};

/** The clock of a machine that was away for longer than a bridge may be idle, when the adaptor looks for what nobody uses. */
const idleDeps = () => {
  const system = systemDeps();
  let aheadMs = 0;
  const looks: (() => void)[] = [];
  const deps: Deps = {
    ...system,
    clock: { ...system.clock, now: () => addMs(system.clock.now(), aheadMs) },
    timers: {
      after: (ms, run) => {
        if (ms !== limits.bridgeIdleMs / 8) return system.timers.after(ms, run);
        looks.push(run);
        return () => undefined;
      },
    },
  };
  return {
    deps,
    away: () => {
      aheadMs = limits.bridgeIdleMs + 1_000;
      for (const look of looks.splice(0)) look();
    },
    back: () => {
      aheadMs = 0;
    },
  };
};

describe('a bridge', () => {
  it('that its adaptor put to rest because nobody used it is set up again by its consumer', async () => {
    await using river = await startFarServer(gaugeFeatures);
    await using grid = await startBroker({ entities: transformers, deps: systemDeps() });
    await using city = await createTestCity({ agencies: bridgedAgencies({ river, grid }), needs: bridgedNeeds });
    await city.active();
    const { address } = city.node('between');
    await city.node('between').close();
    const { deps, away, back } = idleDeps();
    await using _again = await city.startAgain('between', address, { deps });
    const isAnswered = (found: Awaited<ReturnType<TestCity['ask']>>): boolean =>
      ['river', 'grid'].every((name) => ['ANSWERED', 'WITHHELD'].includes(found.source(name).status));
    await until(() => city.ask({ deadlineMs: 2_000 }), isAnswered, 'answered by the adaptor that was started again');
    const before = bridgesOf(city);
    away();
    await until(
      () => bridgesOf(city),
      (bridges) => Object.values(bridges).every(({ resting, revision }) => resting || revision > 1),
      'at rest',
    );
    back();
    await until(() => city.ask({ deadlineMs: 2_000 }), isAnswered, 'answered again');
    const after = bridgesOf(city);
    for (const name of ['river', 'grid']) {
      expect(present(after[name], name).connection.state).toBe('CONNECTED');
      expect(present(after[name], name).revision).toBeGreaterThan(present(before[name], name).revision);
    }
  });

  it('of a federation that is over is taken down by its owner, where its consumer is gone', async () => {
    await using river = await startFarServer(gaugeFeatures);
    await using grid = await startBroker({ entities: transformers, deps: systemDeps() });
    await using city = await createTestCity({ agencies: bridgedAgencies({ river, grid }), needs: bridgedNeeds });
    await city.active();
    const release = `mutation { releaseFederation(federation: "${testFederationId}", reason: "done", grace: "PT8S") { __typename } }`;
    expect((await askGraphql(city.front.address, release)).errors).toBeUndefined();
    await until(city.federation, ({ members }) => members.every(({ state }) => state === 'LEAVING'), 'told');
    await city.front.close();
    await until(
      () => bridgesOf(city),
      (bridges) => Object.values(bridges).every(({ connection }) => connection.state === 'CLOSED'),
      'taken down',
    );
  });
});
