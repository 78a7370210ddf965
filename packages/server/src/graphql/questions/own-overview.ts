/**
 * Own overview: the own twins counted in the cells of a grid, and the best names for what somebody types.
 */
import { Box, boxOfCell, expandKinds, isOverview, limits, wordsOfText } from '@cityweave/core';
import type { Named } from '../../store/store.ts';
import { badInput, createFaults } from '../fault.ts';
import type { Context } from '../room.ts';
import type { Objects } from '../schema/shapes.ts';
import { parseSize } from './asking.ts';
import { type FilterGiven, parseTerm, toFilter } from './filter.ts';
import { ownFilter } from './own-page.ts';
import { withinBound } from './within-bound.ts';

type Given<T> = T | null | undefined;

export type CellsArgs = { readonly box: readonly number[]; readonly level: number; readonly filter?: Given<FilterGiven> };

export const ownCells = async (context: Context, { box, level, filter }: CellsArgs): Promise<readonly Objects['Cell'][]> => {
  const faults = createFaults();
  const given = toFilter(filter, faults, context.room.vocabulary());
  const { data: area } = Box.safeParse(box);
  if (!area) faults.note({ argument: 'box', found: box, accepted: '[west, south, east, north] in degrees, south below north' });
  else if (!isOverview(area, level)) {
    const accepted = `a level from 0 to ${limits.cellLevelMax}, of which the box meets at most ${limits.cellsMax} cells`;
    faults.note({ argument: 'level', found: level, accepted, limit: limits.cellsMax });
  }
  const fault = faults.first();
  if (fault || !area) return Promise.reject(badInput(fault ?? { argument: 'box', found: box, accepted: 'a box' }));
  const cells = await withinBound(context, async (bounded) =>
    bounded.room.store.cells({ box: area, level, filter: await ownFilter(bounded, given) }, { signal: bounded.signal }),
  );
  return cells.map(({ count, ...cell }) => ({ count, box: boxOfCell(cell, level) }));
};

export type SearchArgs = { readonly text: string; readonly kinds?: Given<readonly string[]>; readonly first?: Given<number> };

export const ownSearch = (context: Context, { text, kinds, first }: SearchArgs): Promise<readonly Named[]> => {
  const faults = createFaults();
  const limit = parseSize(first, faults);
  const terms = kinds?.flatMap((kind) => parseTerm(kind, 'kinds', faults) ?? []);
  if (text.length > limits.filterTextCharactersMax)
    faults.note({
      argument: 'text',
      found: `${text.length} characters`,
      accepted: `at most ${limits.filterTextCharactersMax}`,
      limit: limits.filterTextCharactersMax,
    });
  if (wordsOfText(text).length === 0) faults.note({ argument: 'text', found: text, accepted: 'a letter or a digit at least' });
  const fault = faults.first();
  if (fault) return Promise.reject(badInput(fault));
  const { kinds: wanted } = expandKinds({ kinds: terms }, context.room.vocabulary());
  return withinBound(context, ({ room, signal }) => room.store.search(text, { kinds: wanted, limit }, { signal }));
};
