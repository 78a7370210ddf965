import { describe, expect, it } from 'vitest';
import type { Built } from './built.ts';
import { createRowIndex, keptBeside, partsDrawn } from './row-index.ts';

const [a, b, c] = ['a', 'b', 'c'].map((name) => `urn:dtf:agency:${name}.example`);
const idOf = (agency: string, key: number): string => `urn:dtf:twin:${agency}.example:things/${key}`;

/** Agency a draws its 1 and 2, agency b its 3. */
const built = (standIn: readonly (readonly [string, string])[]): Built =>
  ({
    scene: {
      agencies: [a, b, c].map((id) => ({ id })),
      layers: [
        { agency: 0, firstRow: 0, rows: 2 },
        { agency: 1, firstRow: 2, rows: 1 },
      ],
    },
    layers: [{ ids: [idOf('a', 1), idOf('a', 2)] }, { ids: [idOf('b', 3)] }],
    standIn,
  }) as unknown as Built; // branding: as much of one as is read

const kept = (...standIn: readonly (readonly [string, string])[]) => keptBeside(built(standIn), createRowIndex(built(standIn)));

describe('parts that are drawn', () => {
  it('are told each with the row of its whole, whoever draws that; what has no row, and what is one with its whole, is left out', () => {
    const index = createRowIndex(built([[idOf('c', 4), idOf('b', 3)]]));
    const wholes: Built['wholes'] = [
      [idOf('a', 2), idOf('c', 4)],
      [idOf('a', 1), idOf('a', 9)],
      [idOf('a', 8), idOf('a', 1)],
      [idOf('b', 3), idOf('c', 4)],
    ];
    expect(partsDrawn({ wholes }, index)).toEqual([1, 2]);
  });
});

describe('who keeps what another one draws', () => {
  it('is told agency by agency, each row once and in order', () => {
    const shared = [
      [idOf('b', 9), idOf('a', 2)],
      [idOf('b', 8), idOf('a', 1)],
      [idOf('b', 7), idOf('a', 1)],
      [idOf('c', 1), idOf('b', 3)],
      [idOf('c', 2), idOf('a', 2)],
    ] as const;
    expect(kept(...shared)).toEqual([[], [0, 1], [1, 2]]);
  });
  it('is nobody where one agency keeps a thing twice, or nothing is shared', () => {
    expect(kept([idOf('a', 7), idOf('a', 1)])).toEqual([[], [], []]);
    expect(kept()).toEqual([[], [], []]);
  });
});
