/**
 * Broker rule: a context broker that a city file runs beside its nodes, as the system of its own that an agency has: entities of NGSI-LD and, where there is one, their recorded day.
 */
import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import { fail, ok, problem, problemOfIssues, type Result, shorten } from '@cityweave/core';
import { z } from 'zod';
import { Attribute, entitiesMax } from '../broker/entities.ts';
import type { Recorded } from '../import/feed/recording.ts';
import type { FarFunction } from './far-function.ts';
import type { FarInterface } from './far-interface.ts';

export const BrokerRule = z.strictObject({
  id: z.string().regex(/^[a-z0-9][a-z0-9-]*$/, 'lower case letters, digits and hyphens'),
  /** JSON: a list of entities */
  entities: z.string(),
  /** JSON, or JSON in gzip: rows `[second of the day, entity, attribute, value, unitCode]`, played again every day */
  recording: z.string().optional(),
  port: z.int().min(0).max(65_535).default(0),
});
export type BrokerRule = z.infer<typeof BrokerRule>;

const FileEntity = z.object({ id: z.string().min(1), type: z.string().min(1) }).catchall(z.union([Attribute, z.string(), z.array(z.unknown())]));
const FileEntities = z.array(FileEntity).max(entitiesMax);

/** A day of a hundred sensors at one a minute. */
const rowsMax = 200_000;
const Row = z.tuple([z.number().min(0).max(86_400), z.string(), z.string(), z.json(), z.string().optional()]);
const FileRows = z.array(Row).max(rowsMax);

const readJson = async (path: string): Promise<Result<unknown>> => {
  const refuse = (found: string) => fail(problem('badConfiguration', { subject: shorten(path), found, accepted: 'a file of JSON' }));
  const bytes = await readFile(path).catch(() => undefined);
  if (!bytes) return refuse('no such file');
  try {
    return ok(JSON.parse((path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8')));
  } catch {
    return refuse('no JSON');
  }
};

const readAs = async <S extends z.ZodType>(path: string, schema: S): Promise<Result<z.infer<S>>> => {
  const raw = await readJson(path);
  if (!raw.ok) return raw;
  const parsed = schema.safeParse(raw.value);
  return parsed.success ? ok(parsed.data) : fail(problemOfIssues('badConfiguration', parsed.error, { where: shorten(path) }));
};

const toRecorded = ([second, key, attribute, value, unit]: z.infer<typeof Row>): Recorded => ({
  key,
  publishedMs: second * 1_000,
  lagMs: 0,
  readings: { [attribute]: { value, ...(unit !== undefined && { unit }) } },
});

export type LoadedBroker = Pick<BrokerRule, 'id' | 'port'> & { readonly entities: z.infer<typeof FileEntities>; readonly recording: readonly Recorded[] };

export const loadBroker = async ({ id, port, entities, recording }: BrokerRule): Promise<Result<LoadedBroker>> => {
  const read = await readAs(entities, FileEntities);
  if (!read.ok) return read;
  const rows = recording === undefined ? ok([]) : await readAs(recording, FileRows);
  return rows.ok ? ok({ id, port, entities: read.value, recording: rows.value.map(toRecorded).toSorted((a, b) => a.publishedMs - b.publishedMs) }) : rows;
};

/** `broker:ID/path`: at a broker of the same city file. */
const brokerAddress = /^broker:([a-z0-9-]+)(\/.*)$/;

export const brokerOf = (address: string): string | undefined => brokerAddress.exec(address)?.[1];

const atBroker = (address: string, origins: ReadonlyMap<string, string>): string => {
  const [, id = '', path = ''] = brokerAddress.exec(address) ?? [];
  const origin = origins.get(id);
  return origin === undefined ? address : `${origin}${path}`;
};

type Placed = { readonly interfaces: readonly FarInterface[]; readonly farFunctions: readonly FarFunction[] };

/** A node with the addresses that the brokers have now. */
export const reachedAt = <N extends Placed>(node: N, origins: ReadonlyMap<string, string>): N => ({
  ...node,
  interfaces: node.interfaces.map((given) => ({
    ...given,
    address: atBroker(given.address, origins),
    ...(given.history && { history: { address: atBroker(given.history.address, origins) } }),
  })),
  farFunctions: node.farFunctions.map((given) => ({ ...given, address: atBroker(given.address, origins) })),
});
