/**
 * In unit: numbers in the unit in which they are compared. The table of units comes when two of them differ, and not with the page.
 */
import { useEffect } from 'react';
import { create } from 'zustand';

type Convert = typeof import('@cityweave/core/quantity')['convert'];
type Unit = string | null | undefined;

/** Undefined where the number has none in the wanted unit. One of which no unit is told counts as told in the wanted one. */
export type InUnit = (value: number, unit: Unit) => number | undefined;

const useUnits = create<{ readonly convert: Convert | undefined }>()(() => ({ convert: undefined }));

const bringUnits = async (): Promise<Convert | undefined> => {
  const brought = await import('@cityweave/core/quantity').catch(() => undefined);
  if (brought) useUnits.setState({ convert: brought.convert });
  return brought?.convert;
};

const isOther = (unit: Unit, wanted: Unit): boolean => (unit ?? wanted) !== (wanted ?? unit);

const toInUnit =
  (wanted: Unit, convert: Convert | undefined): InUnit =>
  (value, unit) => {
    if (!(unit && wanted) || unit === wanted) return value;
    const converted = convert?.(value, unit, wanted);
    return converted?.ok ? converted.value : undefined;
  };

/** For numbers in these units. */
export const inUnitOf = async (wanted: Unit, units: readonly Unit[]): Promise<InUnit> =>
  toInUnit(wanted, units.some((unit) => isOther(unit, wanted)) ? await bringUnits() : undefined);

/** For numbers in that unit; until the table is here, they have none in another one. */
export const useInUnit = (wanted: Unit, unit: Unit): InUnit => {
  const convert = useUnits((state) => state.convert);
  const isNeeded = isOther(unit, wanted);
  useEffect(() => {
    if (isNeeded) void bringUnits();
  }, [isNeeded]);
  return toInUnit(wanted, convert);
};
