/**
 * Colouring: the city by agency, by kind, or by the values of a property as they come. React hears when the legend is another, never of a value.
 */
import { useEffect } from 'react';
import { create } from 'zustand';
import type { City, Staged, Stop, ToldValues, Values } from '../../scene/staged.ts';
import { toColoured } from '../state/colours.ts';
import { columnOf, useColumns, wantColumns } from '../state/columns.ts';
import { type IsMeant, useDrawn } from '../state/drawn.ts';
import { inUnitOf } from '../state/in-unit.ts';
import { usePerson, type Watch } from '../state/person.ts';
import { rowsOf } from './rows.ts';

export type Legend = {
  readonly term: string;
  readonly unit: string | undefined;
  /** the texts of categories, by their numbers */
  readonly categories: readonly string[] | undefined;
  readonly stops: readonly Stop[];
  /** the least and the most of all: the stops may not reach as far */
  readonly min: number;
  readonly max: number;
  readonly known: number;
  readonly unknown: number;
  /** what was told of all twins, where it was */
  readonly told: ToldValues | undefined;
};

export const useLegend = create<{ readonly legend: Legend | undefined }>()(() => ({ legend: undefined }));

/** What was told of all twins; where that is refused, or is in another unit than what is heard, what was heard first. */
const basisOf = (staged: Staged, term: string, heard: Values | undefined): Values | undefined => {
  const { read } = useColumns.getState();
  const all = columnOf({ read }, term, staged.city.scene().rowsRevision);
  const isOther = heard?.unit !== undefined && all?.unit !== undefined && heard.unit !== all.unit;
  return isOther || read.get(term)?.state === 'refused' ? heard : all;
};

const heardOf = ({ live }: City, term: string): Values | undefined => {
  const heard = live.column();
  return heard?.term === term ? heard : undefined;
};

/** Follows a property; where what is heard of it is in another unit than its bounds, they are told once more, in that one. */
const createFollowing = ({ live }: City, term: string, watch: Watch | undefined) => {
  let [unit, isOver] = [watch?.unit, false];
  const inUnitHeard = async (heard: string): Promise<void> => {
    const inUnit = await inUnitOf(heard, [watch?.unit]);
    const [least, most] = [watch?.least, watch?.most].map((bound) => (bound === undefined ? undefined : inUnit(bound, watch?.unit)));
    if (!isOver) live.follow(term, { ...watch, least, most });
  };
  live.follow(term, watch);
  return {
    hear: (heard: string | undefined): void => {
      if (unit === undefined || heard === undefined || heard === unit) return;
      unit = heard;
      void inUnitHeard(heard);
    },
    stop: (): void => {
      isOver = true;
      live.follow(undefined);
    },
  };
};

/** Coloured anew where more is told of all twins, there are more texts, or others are meant; in between, the scene keeps it up to date by itself. */
const colourBy = (staged: Staged, term: string, { isFollowed, watch }: { readonly isFollowed: boolean; readonly watch: Watch | undefined }): (() => void) => {
  const { city } = staged;
  const following = isFollowed ? createFollowing(city, term, watch) : undefined;
  let shown: { readonly basis: Values; readonly categories: number; readonly isMeant: IsMeant | undefined } | undefined;
  const look = (): void => {
    const heard = following && heardOf(city, term);
    following?.hear(heard?.unit);
    const basis = basisOf(staged, term, heard);
    const categories = heard?.categories?.length ?? 0;
    const { isMeant } = useDrawn.getState();
    const isSame = shown?.categories === categories && shown.isMeant === isMeant && (shown.basis === basis || basis === heard);
    const coloured = basis && !isSame ? toColoured({ all: basis, heard, isMeant }) : undefined;
    if (!(basis && coloured)) return;
    shown = { basis, categories, isMeant };
    city.colourBy(coloured.colouring);
    const { colouring: _colouring, ...legend } = coloured;
    useLegend.setState({ legend: { term, stops: city.legend(), told: 'missing' in basis ? (basis as ToldValues) : undefined, ...legend } });
  };
  wantColumns(rowsOf(staged), [term]);
  const stops = [useColumns.subscribe(look), useDrawn.subscribe(look), city.live.onChanged(look)];
  look();
  return () => {
    for (const stop of stops) stop();
    following?.stop();
    city.colourBy({ by: 'kind' });
    useLegend.setState({ legend: undefined });
  };
};

/** Where nothing can be drawn, nothing is coloured; what can be said of its values is told all the same. */
const tellOf = (federation: string, term: string): (() => void) => {
  const look = (): void => {
    const column = columnOf(useColumns.getState(), term, undefined);
    const told = column && toColoured({ all: column });
    if (!(column && told) || useLegend.getState().legend?.told === column) return;
    const { colouring: _colouring, ...legend } = told;
    useLegend.setState({ legend: { term, stops: [], told: column, ...legend } });
  };
  wantColumns({ federation }, [term]);
  const stop = useColumns.subscribe(look);
  look();
  return () => {
    stop();
    useLegend.setState({ legend: undefined });
  };
};

/** `undrawable`: no scene will come */
export const useColouring = (staged: Staged | undefined, undrawable: boolean): void => {
  const federation = usePerson((state) => state.federation);
  const colour = usePerson((state) => state.colour);
  const asOf = usePerson((state) => state.asOf);
  const watch = usePerson((state) => state.watch);
  useEffect(() => {
    if (colour === undefined) return undefined;
    if (!staged) return undrawable && federation !== undefined && colour !== 'agency' ? tellOf(federation, colour) : undefined;
    // as it was, it is told once, and nothing is followed
    if (colour !== 'agency') return colourBy(staged, colour, { isFollowed: asOf === undefined, watch: watch?.term === colour ? watch : undefined });
    staged.city.colourBy({ by: 'agency' });
    return () => staged.city.colourBy({ by: 'kind' });
  }, [staged, undrawable, federation, colour, asOf, watch]);
};
