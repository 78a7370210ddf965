/**
 * State column: one property of all that is drawn as it is now, with the version in which each row changed last, so that anybody can be told what is new to them.
 */
import { type Instant, type StateHead, type StateValues, sceneLimits, stateFlags, type TermId, type TwinId, type TwinRow, valueOf } from '@cityweave/core';
import type { RowReading } from './readings.ts';
import type { Held } from './scenes.ts';
import { type Column, createColumn, putValue } from './values.ts';

export type StateColumn = {
  readonly epoch: string;
  readonly revision: string;
  readonly term: TermId;
  readonly version: () => number;
  /** another number where the head is another */
  readonly headVersion: () => number;
  readonly head: () => StateHead;
  /** values as they are now */
  readonly take: (rows: readonly TwinRow[]) => void;
  /** what a source said of all of it, or of a page: of what was heard of since the column began, that is older */
  readonly tell: (readings: readonly RowReading[]) => void;
  /** twins that are gone, or say nothing of it any more */
  readonly lose: (ids: readonly TwinId[]) => void;
  /** agency by its index in the scene */
  readonly setSilent: (agency: number, since: Instant | undefined) => void;
  /** Rows of these stretches that changed after `told`, from `from` on; `next` is where to go on, undefined at the end. */
  readonly changedAfter: (told: number, ranges: readonly Range[], from: number) => { readonly changed: StateValues; readonly next: number | undefined };
};

export type Range = readonly [number, number];

type Filled = Column & {
  readonly observed: Float64Array;
  readonly flags: Uint8Array;
  readonly versions: Uint32Array;
  readonly isOwn: Uint8Array;
  /** of whom something was heard as it happened: of the twin that is drawn, of another one in its row */
  readonly heard: Uint8Array;
};

const heardOf = { own: 1, other: 2 } as const;

const hear = ({ heard }: Filled, row: number, of: keyof typeof heardOf): void => {
  heard[row] = (heard[row] ?? 0) | heardOf[of];
};

const wasHeard = ({ heard }: Filled, { row, isOwn }: RowReading): boolean => ((heard[row] ?? 0) & (isOwn ? heardOf.own : heardOf.other)) !== 0;

const create = (rows: number, unit: string | undefined): Filled => ({
  ...createColumn(rows, unit),
  observed: new Float64Array(rows).fill(Number.NaN),
  flags: new Uint8Array(rows),
  versions: new Uint32Array(rows),
  isOwn: new Uint8Array(rows),
  heard: new Uint8Array(rows),
});

const secondsOf = (at: Instant): number => Date.parse(at) / 1_000;

type Put = Pick<RowReading, 'row' | 'isOwn' | 'observed'> & Parameters<typeof putValue>[2];

/** The agency whose twin is drawn decides; the others fill what it leaves open. */
const putRow = (filled: Filled, { row, isOwn, observed, ...value }: Put): number | undefined => {
  if (!isOwn && filled.isOwn[row] === 1) return undefined;
  filled.values[row] = Number.NaN;
  putValue(filled, row, value);
  filled.observed[row] = observed;
  filled.flags[row] = (value.flag === 'MISSING' ? stateFlags.missing : 0) + (value.flag === 'CARRIED' ? stateFlags.carried : 0);
  filled.isOwn[row] = isOwn ? 1 : 0;
  return row;
};

/** Of several who share a row the one that was true last stands; what came with a page stands when all of it is told. */
const stands = ({ values, observed, isOwn }: Filled, reading: RowReading): boolean => {
  const before = observed[reading.row] ?? Number.NaN;
  const isSame = before === reading.observed && !Number.isNaN(values[reading.row]);
  return isOwn[reading.row] === Number(reading.isOwn) && (before > reading.observed || isSame);
};

/** What was heard is later than what its source said when all of it was asked, whenever each of them was true. */
const tellRow = (filled: Filled, reading: RowReading): number | undefined =>
  wasHeard(filled, reading) || stands(filled, reading) ? undefined : putRow(filled, reading);

const takeRow = ({ filled, held, term }: { readonly filled: Filled; readonly held: Held; readonly term: TermId }, { twin }: TwinRow): number | undefined => {
  const row = held.rows.rowOf(twin.id);
  const reading = Object.hasOwn(twin.values, term) ? twin.values[term] : undefined;
  if (row === undefined || !reading) return undefined;
  const { value, unit, flag, observedAt } = valueOf(reading, twin.provenance);
  const isOwn = held.rows.idOf(row) === twin.id;
  hear(filled, row, isOwn ? 'own' : 'other');
  return putRow(filled, { row, isOwn, observed: secondsOf(observedAt), value, unit, flag });
};

/** Only what the twin that is drawn said can be lost; then others may fill it. What was not known yet is not told any more. */
const loseRow = ({ filled, held }: { readonly filled: Filled; readonly held: Held }, id: TwinId): number | undefined => {
  const row = held.rows.rowOf(id);
  if (row === undefined || held.rows.idOf(row) !== id) return undefined;
  hear(filled, row, 'own');
  if (filled.isOwn[row] === 0) return undefined;
  filled.isOwn[row] = 0;
  if (Number.isNaN(filled.values[row])) return undefined;
  filled.values[row] = Number.NaN;
  filled.flags[row] = stateFlags.missing;
  return row;
};

const collectAfter = (filled: Filled, told: number, { ranges, from }: { readonly ranges: readonly Range[]; readonly from: number }) => {
  const rows: number[] = [];
  let next: number | undefined;
  for (const [first, last] of ranges) {
    for (let row = Math.max(first, from); row <= last && row < filled.versions.length; row += 1) {
      if ((filled.versions[row] ?? 0) <= told) continue;
      if (rows.length >= sceneLimits.stateRowsMax) {
        next = row;
        break;
      }
      rows.push(row);
    }
    if (next !== undefined) break;
  }
  const changed: StateValues = {
    rows: Uint32Array.from(rows),
    values: Float32Array.from(rows, (row) => filled.values[row] ?? Number.NaN),
    observed: Float64Array.from(rows, (row) => filled.observed[row] ?? Number.NaN),
    flags: Uint8Array.from(rows, (row) => filled.flags[row] ?? 0),
  };
  return { changed, next };
};

type Followed = { readonly term: TermId /** of its numbers; undefined: the first that is said */; readonly unit: string | undefined; readonly epoch: string };

export const createStateColumn = (held: Held, { term, unit, epoch }: Followed): StateColumn => {
  const filled = create(held.built.scene.rows, unit);
  const silent = new Map<number, Instant>();
  const revision = held.built.scene.rowsRevision;
  let [version, headVersion] = [0, 1];
  const note = (rows: readonly (number | undefined)[]): void => {
    const met = rows.filter((row) => row !== undefined);
    if (met.length === 0) return;
    version += 1;
    for (const row of met) filled.versions[row] = version;
  };
  /** A new text, or the first unit, is told with the head. */
  const put = (rows: () => readonly (number | undefined)[]): void => {
    const [texts, known] = [filled.categories.size, filled.unit];
    note(rows());
    if (texts !== filled.categories.size || known !== filled.unit) headVersion += 1;
  };
  return {
    ...{ epoch, revision, term },
    version: () => version,
    headVersion: () => headVersion,
    head: () => {
      const categories = [...filled.categories.keys()];
      const told = [...silent].map(([agency, since]) => ({ agency, since }));
      return { term, epoch, revision, silent: told, ...(filled.unit !== undefined && { unit: filled.unit }), ...(categories.length > 0 && { categories }) };
    },
    take: (rows) => put(() => rows.map((row) => takeRow({ filled, held, term }, row))),
    tell: (readings) => put(() => readings.map((reading) => tellRow(filled, reading))),
    lose: (ids) => note(ids.map((id) => loseRow({ filled, held }, id))),
    setSilent: (agency, since) => {
      if (silent.has(agency) === (since !== undefined)) return;
      if (since === undefined) silent.delete(agency);
      else silent.set(agency, since);
      headVersion += 1;
    },
    changedAfter: (told, ranges, from) => collectAfter(filled, told, { ranges, from }),
  };
};
