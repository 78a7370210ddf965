/**
 * Intervals (check 11): three twins that measure every second, every ten seconds and every minute, brought into one grid of slots by the target between them.
 */
import { addMs, Instant } from '@cityweave/core';
import { type Actor, memberAt, type Raw } from '../actor.ts';
import { isSuccess, type Stage, type Told } from '../stage.ts';
import type { Finding } from '../vector.ts';
import { convertedPage, disconnect, type Ends, isClose, overBridge, readThrough, recordOf } from './adapting.ts';

const epoch = Instant.parse('2026-01-15T17:00:00.000Z');
const slotSeconds = 10;
const slots = [0, 1, 2, 3, 4, 5] as const;
const lastSecond = slotSeconds * slots.length - 1;
/** what is older at the end of a slot is missing there */
const maxAgeSeconds = 30;
const metresPerFoot = 0.3048;

type Expected = { readonly flag: string; readonly feet?: number; readonly age?: number };
type Gauge = { readonly everySeconds: number; readonly nr: string; readonly slot: (k: number) => Expected };

/** Each tells as many feet as seconds have gone by. */
const gauges: readonly Gauge[] = [
  { everySeconds: 1, nr: 'P-1', slot: (k) => ({ flag: 'MEASURED', feet: slotSeconds * k + 4.5, age: 1 }) },
  { everySeconds: 10, nr: 'P-10', slot: (k) => ({ flag: 'MEASURED', feet: slotSeconds * k, age: slotSeconds }) },
  {
    everySeconds: 60,
    nr: 'P-60',
    slot: (k) => {
      const age = slotSeconds * (k + 1);
      return age > maxAgeSeconds ? { flag: 'MISSING' } : { flag: k === 0 ? 'MEASURED' : 'CARRIED', feet: 0, age };
    },
  },
];

/** As the clock on the owner's wall says: noon in New York and so many seconds. */
const takenAt = (second: number): string => `2026-01-15 12:00:${String(second).padStart(2, '0')}`;

const recordsOf = ({ everySeconds, nr }: Gauge): readonly Raw[] =>
  Array.from({ length: Math.floor(lastSecond / everySeconds) + 1 }, (_, at) => recordOf(nr, at * everySeconds, takenAt(at * everySeconds)));

const query = {
  page: { first: gauges.length },
  history: { series: 'city:waterLevel', from: epoch, to: addMs(epoch, 1_000 * lastSecond), first: 1 },
  align: { epoch, slot: `PT${slotSeconds}S`, method: 'mean', maxAge: `PT${maxAgeSeconds}S`, unit: 'm' },
};

const faultOfSlot = (found: unknown, k: number, { flag, feet, age }: Expected): string | undefined => {
  const at = addMs(epoch, 1_000 * slotSeconds * k);
  if (memberAt(found, 'slot') !== k || memberAt(found, 'at') !== at) return `slot ${k} is not the one that begins at ${at}`;
  if (memberAt(found, 'flag') !== flag) return `slot ${k} is ${String(memberAt(found, 'flag'))}, it should be ${flag}`;
  const value = memberAt(found, 'value');
  const isRight = feet === undefined ? value === undefined : isClose(value, feet * metresPerFoot);
  if (!isRight) return `slot ${k} says ${JSON.stringify(value)}, it should say ${feet === undefined ? 'nothing' : `${feet * metresPerFoot} m`}`;
  return memberAt(found, 'age') === age ? undefined : `slot ${k} is ${String(memberAt(found, 'age'))} s old at its end, it should be ${age}`;
};

const faultOfGauge = (rows: readonly unknown[], { nr, slot }: Gauge): string | undefined => {
  const row = rows.find((one) => String(memberAt(one, 'twin.id')).endsWith(`/${nr}`));
  const told = memberAt(row, 'slots');
  if (!Array.isArray(told) || told.length !== slots.length) return `${nr} has not the ${slots.length} slots that were asked for`;
  const fault = slots.map((k) => faultOfSlot(told[k], k, slot(k))).find((one) => one !== undefined);
  return fault && `${nr}: ${fault}`;
};

const faultOfGrid = (told: Told): string | undefined => {
  const rows = memberAt(convertedPage(told), 'rows');
  if (!isSuccess(told) || !Array.isArray(rows)) return `no slots were told: ${told.code ?? 'no answer'}`;
  return gauges.map((gauge) => faultOfGauge(rows, gauge)).find((one) => one !== undefined);
};

const find = async (ends: Ends): Promise<Finding> => {
  const fault = faultOfGrid(await readThrough(ends, query));
  await disconnect(ends);
  return fault === undefined ? { outcome: 'passed' } : { outcome: 'failed', why: fault };
};

export const alignThree = (stage: Stage, consumer: Actor): Promise<Finding> =>
  overBridge(stage, consumer, { find, kept: { records: gauges.map(({ nr }) => recordOf(nr, 0, takenAt(0))), past: gauges.flatMap(recordsOf) } });
