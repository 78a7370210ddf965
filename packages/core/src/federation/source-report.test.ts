import { describe, expect, test } from 'vitest';
import { agencyIdOfName, termOf } from '../twin/trial-twin.ts';
import { describeSource, isWhole, SourceReport, SourceStatus } from './source-report.ts';
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
