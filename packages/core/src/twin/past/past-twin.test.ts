import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AgencyId, TermId, TwinId } from '../../ground/id.ts';
import { instantOfMs } from '../../ground/instant.ts';
import type { Twin } from '../twin.ts';
import type { Provenance, Reading } from '../value.ts';
import { isBy, seriesOf, standingSample, twinSeries } from './history.ts';
import { twinOfSamples, unchangedTwinAt } from './past-twin.ts';

const source = AgencyId.parse('urn:dtf:agency:water.example');
const minute = fc.nat(6).map((at) => instantOfMs(at * 60_000));
const flag = fc.constantFrom('SIMULATED', 'CARRIED');
const some = { requiredKeys: [] as [] };

const provenance: fc.Arbitrary<Provenance> = fc.record(
  { observedAt: minute, recordedAt: minute, source: fc.constant(source), isFileDate: fc.constant(true), flag, origin: fc.string() },
  { requiredKeys: ['observedAt', 'recordedAt', 'source'] },
);
const reading: fc.Arbitrary<Reading> = fc
  .tuple(fc.record({ observedAt: minute, recordedAt: minute, flag, unit: fc.constant('m'), datum: fc.constant('NAP') }, some), fc.jsonValue())
  .map(([said, value]) => ({ ...said, value: value as Reading['value'] })); // branding: what JSON can say

const twin: fc.Arbitrary<Twin> = fc
  .tuple(
    provenance,
    fc.dictionary(fc.constantFrom('city:level', 'city:use', 'city:height'), reading),
    fc.record({ position: fc.constant<[number, number]>([4, 45]), shaped: fc.constant(true), altIds: fc.constant([{ scheme: 'number', value: '7' }]) }, some),
    minute,
  )
  .map(([told, values, more, at]) => ({
    ...{ id: TwinId.parse('urn:dtf:twin:water.example:pumps/7'), agency: source, kind: TermId.parse('city:Pump'), name: { en: 'Pump 7' } },
    ...{ provenance: told, values, ...more, version: 3, createdAt: at, updatedAt: at },
  }));

test('a twin of which nothing else was ever said was what its own samples make of it, at every moment', () => {
  fc.assert(
    fc.property(twin, minute, minute, (one, valid, known) => {
      const moment = { valid, known };
      const held = seriesOf(one).flatMap((series) => standingSample(one, series) ?? []);
      const by = { held: held.filter((sample) => isBy(sample, moment)), first: standingSample(one, twinSeries) };
      expect(unchangedTwinAt(one, moment)).toEqual(twinOfSamples(one.id, by, one));
    }),
    { numRuns: 500 },
  );
});
