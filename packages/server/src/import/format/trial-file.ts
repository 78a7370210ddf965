/**
 * Trial file: what tests of readers stand on: files in a directory of their own, read to the end by the reader of their format.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Authority, assert, type Instant, instantOfMs, type Problem } from '@cityweave/core';
import type { z } from 'zod';
import { type Adaptation, createAdaptation } from '../adapt/adapt.ts';
import { readerOf } from '../readers.ts';
import type { ReaderItem, Refusal, SourceRecord } from '../record.ts';
import { Source } from '../source.ts';

/** The folder of the real data, where there is one. */
export const citiesFolder = process.env['DATA'] ?? '../shared/data';
export const hasCities = existsSync(join(citiesFolder, 'manifest.json'));

export type ManifestRow = {
  readonly path: string;
  readonly features?: number;
  readonly rows?: number;
  readonly city_objects?: Readonly<Record<string, number>>;
};

export const manifestRows = (): readonly ManifestRow[] => (hasCities ? JSON.parse(readFileSync(join(citiesFolder, 'manifest.json'), 'utf8')) : []);

export type Declaration = Partial<z.input<typeof Source>>;

export const declare = (given: Declaration = {}): Source => Source.parse({ id: 'things', format: 'geojson', path: 'file', kind: 'city:Building', ...given });

export type Reading = {
  readonly records: readonly SourceRecord[];
  readonly refused: readonly Refusal[];
  readonly header: Extract<ReaderItem, { readonly type: 'header' }> | undefined;
  readonly fault: Problem | undefined;
};

/** Everything a reader gives, each item in its place. */
export const readAll = async (path: string, source: Source, signal = new AbortController().signal): Promise<Reading> => {
  const records: SourceRecord[] = [];
  const refused: Refusal[] = [];
  let header: Reading['header'];
  let fault: Problem | undefined;
  for await (const item of readerOf(source.format)?.(path, source, signal) ?? []) {
    assert(fault === undefined, 'a fault is the last item');
    if (item.type === 'record') records.push(item.record);
    else if (item.type === 'refused') refused.push(item.refusal);
    else if (item.type === 'fault') fault = item.problem;
    else header = item;
  }
  return { records, refused, header, fault };
};

export const trialInstant: Instant = instantOfMs(Date.UTC(2026, 4, 4, 12));

export const adaptationOf = (source: Source, header: Reading['header'] = { type: 'header' }): Adaptation => {
  const authority = Authority.parse('works.example');
  const adaptation = createAdaptation(source, { authority, recordedAt: trialInstant, fileChangedAt: trialInstant, origin: 'file', header });
  assert(adaptation.ok, 'the source can be adapted');
  return adaptation.value;
};

export type TrialFolder = { readonly write: (name: string, content: string | Buffer) => string; readonly [Symbol.dispose]: () => void };

export const createTrialFolder = (): TrialFolder => {
  const folder = mkdtempSync(join(tmpdir(), 'cityweave-format-'));
  return {
    write: (name, content) => {
      writeFileSync(join(folder, name), content);
      return join(folder, name);
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
};
