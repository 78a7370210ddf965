/**
 * Why nothing is listed.
 */
import { expect, it } from 'vitest';
import type { SourceStatus } from '../../graphql/answers.ts';
import { noFilter } from '../state/person.ts';
import { nothingOf } from './use-listed.ts';

const asked = (...statuses: readonly SourceStatus[]) => statuses.map((status, at) => ({ agency: { id: `${at}`, name: `${at}` }, status }));
const then = { filter: noFilter, question: undefined, asOf: '2020-01-01T00:00:00Z' };

it('that nothing was known at a time is said only where all who tell the past told all', () => {
  expect(nothingOf(then, asked('ANSWERED', 'WITHHELD'))).toBe('nothingThen');
  for (const status of ['LATE', 'FAILED', 'PARTIAL'] as const) expect(nothingOf(then, asked('ANSWERED', status))).toBe('nothingToldThen');
});

it('who takes part over a bridge is not asked of the past: where nobody else is there, nothing was told', () => {
  expect(nothingOf(then, asked('ANSWERED', 'NOT_ASKED'))).toBe('nothingThen');
  expect(nothingOf(then, asked('NOT_ASKED'))).toBe('nothingToldThen');
});

it('of now, or of what is looked for, it is said that nothing fits; where somebody has not told all, nothing of those who answered', () => {
  expect(nothingOf({ ...then, asOf: undefined }, asked('ANSWERED', 'NOT_ASKED'))).toBe('nothingListed');
  for (const status of ['LATE', 'FAILED', 'PARTIAL'] as const)
    expect(nothingOf({ ...then, asOf: undefined }, asked('ANSWERED', status))).toBe('nothingListedThere');
  expect(nothingOf({ ...then, filter: { ...noFilter, kinds: ['city:Park'] } }, asked('ANSWERED'))).toBe('nothingListed');
});
