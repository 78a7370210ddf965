/**
 * Candidate selection: of two that offer what is needed the one that can be talked to directly is invited; what an adaptor would make of the other was asked before. Kept to be read.
 */
import { expect, it } from 'vitest';
import { createTestCity, valueOf } from '../city.ts';
import { type TestAgency, twinOfTest } from '../city-files.ts';
import { bridgedAgencies, gaugeFeatures } from '../far/bridged-city.ts';
import { startFarServer } from '../far/interface.ts';
import { listen } from '../transcript.ts';

const water: TestAgency = { name: 'water', kind: 'city:RiverGauge', twins: [{ key: 'gauge', at: [0.2, 0.4], values: { waterLevel: 2 } }] };

const flow = [
  ...['discover.digitalTwin', 'discover.feature', 'discover.communicationAdaptor', 'configure.adaptationProfile'],
  ...['request.federation', 'confirm.federation'],
];

it('who can be talked to directly goes before who takes an adaptor, and what would be lost by it is known before', async () => {
  await using river = await startFarServer(gaugeFeatures);
  using transcript = listen();
  transcript.note('front needs river gauges of one agency; water says them as the exchange has them, river in words and a form of its own');
  // the transcript hears what goes over HTTP
  const agencies = bridgedAgencies({ river, grid: river }).filter(({ name }) => name !== 'grid');
  await using city = await createTestCity({ agencies: [...agencies, water], needs: [{ kind: 'city:RiverGauge', one: true }], bindings: ['http'] });
  await city.active();
  transcript.note('water is chosen; river stays the runner-up');
  expect(city.federation().candidates?.map(({ twinId, state }) => [twinId, state])).toEqual([
    [twinOfTest('water'), 'CONNECTED'],
    [twinOfTest('river'), 'SHORTLISTED'],
  ]);
  const [direct, bridged] = valueOf(await city.front.orchestration.discover({ needs: city.federation().needs }));
  expect(direct?.evidence).toContainEqual({ part: 'adaptation', why: 'direct: the same protocol, format and dictionary' });
  expect(bridged?.evidence).toContainEqual({ part: 'adaptation', why: 'over an adaptor: 2 properties exact, 1 not quite, 0 lost' });
  await expect(`${transcript.lines(flow).join('\n')}\n`).toMatchFileSnapshot('../../../../fixtures/transcripts/5-candidate-selection.txt');
});
