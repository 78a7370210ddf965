import { describe, expect, test } from 'vitest';
import { addMs } from '../ground/instant.ts';
import { limits } from '../ground/limits.ts';
import { polygonOfBox } from '../ground/place/parts.ts';
import { cityDictionary } from '../twin/city/city-dictionary.ts';
import { createVocabulary } from '../twin/semantic-dictionary.ts';
import { agencyIdOfName, termOf } from '../twin/trial-twin.ts';
import type { Twin } from '../twin/twin.ts';
import { addChecks, checkRows, describeSource, isWhole, SourceReport, SourceStatus } from './source-report.ts';
import { start } from './trial-federation.ts';

const report = (given: Partial<SourceReport>): SourceReport => ({ agency: agencyIdOfName('water'), status: 'ANSWERED', rows: 1, ...given });

describe('a source report', () => {
  test('says in a sentence why something is missing, and nothing where nothing is', () => {
    expect(describeSource(report({}))).toBe('');
    expect(describeSource(report({ status: 'LATE', latencyMs: 2000 }))).toBe('did not answer within the deadline (PT2S)');
    expect(describeSource(report({ status: 'NOT_ASKED', why: 'it keeps no twins of these kinds' }))).toBe('it keeps no twins of these kinds');
    expect(describeSource(report({ status: 'WITHHELD', withheld: { terms: [termOf('city:owner')] } }))).toBe('kept back by its policy: city:owner');
    expect(describeSource(report({ status: 'FAILED', problem: { kind: 'interrupted' }, since: start, nextProbeAt: start }))).toBe(
      `the link is interrupted; silent since ${start}; tried again at ${start}`,
    );
  });

  test('is whole where all was told or nothing could be', () => expect(SourceStatus.options.filter(isWhole)).toEqual(['ANSWERED', 'NOT_ASKED']));
  test('never counts less than nothing', () => expect(SourceReport.safeParse(report({ rows: -1 })).success).toBe(false));
});

describe('the checks of what a source gave', () => {
  const vocabulary = createVocabulary([cityDictionary]);
  const reading = (value: unknown, more: object = {}) => ({ value, ...more });
  const twin = (values: object, at: readonly [number, number] = [0.5, 0.5]): Twin =>
    ({ position: at, provenance: { observedAt: start, recordedAt: start, source: agencyIdOfName('water') }, values }) as unknown as Twin; // branding: no more of a twin is looked at
  const check = (...twins: readonly Twin[]) =>
    checkRows(
      twins.map((one) => ({ twin: one })),
      { vocabulary, coverage: polygonOfBox([0, 0, 1, 1]), now: start },
    );

  test('count what is of another kind, in no unit of its term, outside and from the future, and nothing else', () => {
    const good = twin({ 'city:height': reading(12, { unit: 'm' }), 'town:word': reading('x') });
    expect(check(good)).toEqual({ values: 2, schema: 0, unit: 0, space: 0, time: 0 });
    expect(check(twin({ 'city:height': reading('high', { unit: 'm' }) })).schema).toBe(1);
    expect(check(twin({ 'city:height': reading(12, { unit: 'kW' }) }), twin({ 'city:height': reading(12, { unit: 'cm' }) })).unit).toBe(1);
    expect(check(twin({}, [2, 2])).space).toBe(1);
    expect(check(twin({ 'city:height': reading(1, { observedAt: addMs(start, limits.clockToleranceMs + 1) }) })).time).toBe(1);
    expect(check(twin({ 'city:height': reading(1, { observedAt: addMs(start, limits.clockToleranceMs) }) })).time).toBe(0);
  });

  test('of two parts of one source are added', () => {
    const [one, both] = [check(twin({ 'city:height': reading('high') })), check(twin({ 'city:height': reading('high') }), twin({}, [2, 2]))];
    expect(addChecks(one, both)).toEqual({ values: 2, schema: 2, unit: 0, space: 1, time: 0 });
    expect([addChecks(one, undefined), addChecks(undefined, both), addChecks(undefined, undefined)]).toEqual([one, both, undefined]);
  });
});
