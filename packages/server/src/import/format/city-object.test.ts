import { describe, expect, it } from 'vitest';
import { importLimits } from '../limits.ts';
import type { SourceRecord } from '../record.ts';
import { createParents } from './city-object.ts';

const whole = (id: string): SourceRecord => ({ where: id, nativeId: id, columns: {} });
const ring = (vertices: number): number[][] => Array.from({ length: vertices }, (_, index) => [index, index % 2]);
const part = (parent: string, vertices = 4): SourceRecord => ({
  where: 'p',
  columns: {},
  parents: [parent],
  geometry: { type: 'Polygon', coordinates: [ring(vertices)] },
});

describe('objects that consist of parts', () => {
  it('wait for them up to a bound, beyond which they go in without a place', () => {
    const parents = createParents();
    let waiting = 0;
    for (let index = 0; index < importLimits.parentsWaitingMax; index += 1) if (!parents.take({ record: whole(`w${index}`), hasParts: true })) waiting += 1;
    expect(waiting).toBe(importLimits.parentsWaitingMax);
    expect(parents.take({ record: whole('beyond'), hasParts: true })).toMatchObject({ type: 'record', record: { nativeId: 'beyond' } });
    expect(parents.rest()).toHaveLength(importLimits.parentsWaitingMax);
  });

  it('stand where their parts stand, as far as these are kept', () => {
    const parents = createParents();
    parents.take({ record: whole('w'), hasParts: true });
    expect(parents.take({ record: part('w', importLimits.partVerticesMax), hasParts: false })).toMatchObject({ type: 'record' });
    parents.take({ record: part('w'), hasParts: false });
    parents.take({ record: part('w'), hasParts: false });
    expect(parents.rest()).toMatchObject([{ record: { geometry: { type: 'MultiPolygon', coordinates: { length: 2 } } } }]);
  });

  it('go in as they are where no part has a place', () => {
    const parents = createParents();
    parents.take({ record: whole('w'), hasParts: true });
    expect(parents.rest()).toEqual([{ type: 'record', record: whole('w') }]);
  });
});
