/**
 * Colouring: the city by agency, by kind, or by the values of a property as they come. React hears when the legend is another, never of a value.
 */
import { useEffect } from 'react';
import { create } from 'zustand';
import type { City, Colouring, Staged, Stop, Values } from '../../scene/staged.ts';
import { toHistogram } from '../state/histogram.ts';
import { readPastColumn } from '../state/past-column.ts';
import { usePerson } from '../state/person.ts';
import { rowsOf } from './rows.ts';

export type Legend = {
  readonly term: string;
  readonly unit: string | undefined;
  /** the texts of categories, by their numbers */
  readonly categories: readonly string[] | undefined;
  readonly stops: readonly Stop[];
  readonly from: number;
  readonly to: number;
  readonly known: number;
  readonly unknown: number;
};

export const useLegend = create<{ readonly legend: Legend | undefined }>()(() => ({ legend: undefined }));

/** Numbers on both sides of nothing are told apart from nothing on. */
const colouringOf = ({ values, categories }: Values): Extract<Colouring, { by: 'values' }> | undefined => {
  const spread = toHistogram(values, 1);
  if (!spread) return undefined;
  if (categories) return { by: 'values', values, from: 0, to: Math.max(0, categories.length - 1), ramp: 'categories' };
  const { min, max } = spread;
  const isBothSides = min < 0 && max > 0;
  const far = Math.max(-min, max);
  return { by: 'values', values, from: isBothSides ? -far : min, to: isBothSides ? far : max, ramp: isBothSides ? 'diverging' : 'sequential' };
};

const toLegend = (city: City, column: Values, { from, to }: Extract<Colouring, { by: 'values' }>): Legend => {
  const spread = toHistogram(column.values, 1);
  const { term, unit, categories } = column;
  return { term, unit, categories, stops: city.legend(), from, to, known: spread?.known ?? 0, unknown: spread?.unknown ?? 0 };
};

/** The first column that knows anything colours the city; after that the scene keeps it up to date by itself. */
const follow = ({ city }: Staged, term: string): (() => void) => {
  let isColoured = false;
  const look = (): void => {
    const column = city.live.column();
    const colouring = isColoured || column?.term !== term ? undefined : colouringOf(column);
    if (!(column && colouring)) return;
    isColoured = true;
    city.colourBy(colouring);
    useLegend.setState({ legend: toLegend(city, column, colouring) });
  };
  const stop = city.live.onChanged(look);
  city.live.follow(term);
  return () => {
    stop();
    city.live.follow(undefined);
    city.colourBy({ by: 'kind' });
    useLegend.setState({ legend: undefined });
  };
};

/** As it was: read once, and nothing is followed. */
const showPast = (staged: Staged, asked: { readonly term: string; readonly asOf: string }): (() => void) => {
  const { city } = staged;
  let isWanted = true;
  void readPastColumn({ rows: rowsOf(staged), ...asked }).then((column) => {
    const colouring = column && colouringOf(column);
    if (!(isWanted && column && colouring)) return;
    city.colourBy(colouring);
    useLegend.setState({ legend: toLegend(city, column, colouring) });
  });
  return () => {
    isWanted = false;
    city.colourBy({ by: 'kind' });
    useLegend.setState({ legend: undefined });
  };
};

export const useColouring = (staged: Staged | undefined): void => {
  const colour = usePerson((state) => state.colour);
  const asOf = usePerson((state) => state.asOf);
  useEffect(() => {
    if (!staged || colour === undefined) return undefined;
    if (colour !== 'agency' && asOf !== undefined) return showPast(staged, { term: colour, asOf });
    if (colour !== 'agency') return follow(staged, colour);
    staged.city.colourBy({ by: 'agency' });
    return () => staged.city.colourBy({ by: 'kind' });
  }, [staged, colour, asOf]);
};
