/**
 * Readers: which reader reads which format. Feeds are recordings: tables, or features line by line.
 */
import { readCityjson } from './format/cityjson.ts';
import { readCityjsonSeq } from './format/cityjson-seq.ts';
import { readCsv } from './format/csv.ts';
import { readGeojson, readGeojsonLines } from './format/geojson.ts';
import type { Reader } from './record.ts';
import type { Source } from './source.ts';

const readFeed: Reader = (path, source, signal) =>
  (/\.(geojsonl|geojsonseq|geojson|ndjson|jsonl)(\.gz)?$/i.test(path) ? readGeojsonLines : readCsv)(path, source, signal);

const readers: Readonly<Record<Source['format'], Reader>> = {
  geojson: readGeojson,
  'geojson-lines': readGeojsonLines,
  cityjson: readCityjson,
  'cityjson-seq': readCityjsonSeq,
  csv: readCsv,
  feed: readFeed,
};

export const readerOf = (format: Source['format']): Reader | undefined => readers[format];
