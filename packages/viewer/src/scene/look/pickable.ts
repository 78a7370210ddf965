/**
 * Pickable: which rows a pick may find: what is shown, and of that what somebody is asked to pick from.
 */
import type { Appearance } from './appearance.ts';
import type { RowKinds } from './state-texture.ts';

type Wanted = ((agency: number, kind: number) => boolean) | undefined;

export type Pickable = {
  readonly from: (isWanted: Wanted) => void;
  /** what is shown is another; tells it on */
  readonly refresh: () => void;
};

const maskUnwanted = (mask: Uint8Array, { firstRow, rows, agency, kinds }: RowKinds, isWanted: NonNullable<Wanted>): void => {
  for (let at = 0; at < rows; at += 1) if (!isWanted(agency, typeof kinds === 'number' ? kinds : (kinds[at] ?? 0))) mask[firstRow + at] = 1;
};

type Room = {
  readonly appearance: Appearance;
  readonly kinds: () => readonly RowKinds[];
  readonly tell: (mask: Uint8Array<ArrayBuffer>) => void;
};

export const createPickable = ({ appearance, kinds, tell }: Room): Pickable => {
  let wanted: Wanted;
  const refresh = (): void => {
    const mask = appearance.state.hidden();
    if (wanted) for (const each of kinds()) maskUnwanted(mask, each, wanted);
    tell(mask);
  };
  return {
    refresh,
    from: (isWanted) => {
      wanted = isWanted;
      refresh();
    },
  };
};
