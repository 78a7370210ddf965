/**
 * What a search says while somebody is late or silent.
 */
import { describe, expect, it } from 'vitest';
import type { SourceStatus } from '../../graphql/answers.ts';
import { asksAgainMax } from '../state/answer.ts';
import { findingAfter } from './use-found.ts';

const asking = { twins: [], state: 'asking', missing: [], isWhole: true } as const;
const twin = { id: 'urn:dtf:twin:a.example:x', name: 'X', kind: { id: 'city:Building', label: 'Building' }, position: null, address: null };
const page = (status: SourceStatus, nodes: readonly (typeof twin)[] = []) => ({
  nodes: nodes.map((node) => ({ ...node, representations: [], properties: [] })),
  sources: [{ agency: { id: 'a', name: 'A' }, status }],
});

describe('a search', () => {
  it('that nothing came of goes on as long as who was too late is asked again', () => {
    expect(findingAfter(asking, page('LATE'), 0)).toEqual(asking);
    expect(findingAfter(asking, page('LATE'), asksAgainMax - 1)).toEqual(asking);
    expect(findingAfter(asking, page('LATE'), asksAgainMax)).toMatchObject({ state: 'found', missing: ['A'] });
    expect(findingAfter(asking, page('FAILED'), 0)).toMatchObject({ state: 'found', missing: ['A'] });
    expect(findingAfter(asking, page('ANSWERED'), 0)).toMatchObject({ state: 'found', missing: [] });
  });
  it('has found nothing in the whole federation only where nobody told a part alone', () => {
    expect(findingAfter(asking, page('ANSWERED'), 0).isWhole).toBe(true);
    expect(findingAfter(asking, page('PARTIAL'), 0)).toMatchObject({ state: 'found', missing: [], isWhole: false });
    expect(findingAfter(asking, page('FAILED'), 0).isWhole).toBe(false);
  });
  it('keeps what was found where a later try finds nothing of a part of them, and not where all answered', () => {
    const found = findingAfter(asking, page('LATE', [twin]), 0);
    for (const status of ['LATE', 'FAILED', 'PARTIAL'] as const)
      expect(findingAfter(found, page(status), 1)).toMatchObject({ state: 'found', twins: [{ name: 'X' }], isWhole: false });
    expect(findingAfter(found, page('ANSWERED'), 1)).toMatchObject({ state: 'found', twins: [], isWhole: true });
  });
  it('shows what some found, also where it is not answered the next time', () => {
    const found = findingAfter(asking, page('LATE', [twin]), 0);
    expect(found).toMatchObject({ state: 'found', twins: [{ name: 'X' }], missing: ['A'] });
    expect(findingAfter(found, undefined, 1)).toBe(found);
    expect(findingAfter(asking, undefined, 0)).toMatchObject({ state: 'refused' });
  });
});
