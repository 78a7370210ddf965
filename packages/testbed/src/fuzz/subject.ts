/**
 * Subject: a small city to be fuzzed: real nodes over real sockets in a federation, one of them an adaptor, one with a function; what they said to one another, and the
 * keys under which they said it.
 */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { canonicalJson, polygonOfBox } from '@cityweave/core';
import { fixturesFolder, openNodeKeys, openRecordStore, signText, systemDeps } from '@cityweave/server';
import { askGraphql, createTestCity, present, type TestCity, valueOf } from '../city.ts';
import { authorityOfTest, type TestAgency, twinOfTest } from '../city-files.ts';
import { bridgedAgencies, gaugeFeatures } from '../far/bridged-city.ts';
import { startFarServer } from '../far/interface.ts';
import type { Json } from './mutate.ts';

export type Recorded = { readonly to: string; readonly value: Json };

type Key = Parameters<typeof signText>[1];

export type Subject = AsyncDisposable & {
  readonly city: TestCity;
  /** what was said while the federation formed and was used, and to whom */
  readonly said: readonly [Recorded, ...Recorded[]];
  /** a message as somebody would say it now who holds the key of its sender */
  readonly signed: (value: Json, messageId: string) => string;
};

export const valuesOf = ({ said: [first, ...more] }: Subject): readonly [Json, ...Json[]] => [first.value, ...more.map(({ value }) => value)];

/** Every message that this process sends over HTTP while `run` runs. */
const record = async (run: () => Promise<unknown>): Promise<readonly Recorded[]> => {
  const said: Recorded[] = [];
  const created = (event: unknown): void => {
    const { request } = event as { request: { origin?: unknown; body?: unknown } }; // branding: what the channel carries
    const body = typeof request.body === 'string' || request.body instanceof Uint8Array ? Buffer.from(request.body).toString() : '';
    if (body.startsWith('{"data"')) said.push({ to: String(request.origin), value: JSON.parse(body) });
  };
  subscribe('undici:request:create', created);
  await run().finally(() => unsubscribe('undici:request:create', created));
  return said;
};

const examplesFolder = join(fixturesFolder, 'messages', 'valid');

/** Who would say it to whom, by the role that hears it. */
const endsOf = (role: string): readonly [from: string, to: string] => {
  if (role === 'registry') return ['energy', 'front'];
  return ['front', role === 'communicationAdaptor' ? 'between' : 'energy'];
};

/** The example messages, as one node of the city would say them to the other. */
const examples = (city: TestCity): readonly Recorded[] =>
  readdirSync(examplesFolder)
    .filter((file) => !file.includes('.reply'))
    .map((file) => {
      const { header, ...message } = JSON.parse(readFileSync(join(examplesFolder, file), 'utf8'));
      const [from, to] = endsOf(header.destination.role);
      const destination = { ...header.destination, id: twinOfTest(to) };
      return { to: city.node(to).address, value: { ...message, header: { ...header, source: { ...header.source, id: twinOfTest(from) }, destination } } };
    });

const keyOf = async (folder: string, name: string): Promise<Key> => {
  const records = valueOf(openRecordStore({ directory: join(folder, 'state', authorityOfTest(name)), clock: systemDeps().clock }));
  const keys = await openNodeKeys(records, twinOfTest(name) as Parameters<typeof openNodeKeys>[1]); // branding: a twin's id as the city makes it
  records.close();
  return keys.current();
};

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

const sign = (value: Json, messageId: string, keys: ReadonlyMap<string, Key>): string => {
  const header = isObject(value) ? value['header'] : undefined;
  if (!isObject(value) || !isObject(header)) return JSON.stringify(value);
  const sender = isObject(header['source']) ? String(header['source']['id']) : '';
  const key = keys.get(sender) ?? [...keys.values()][0];
  if (!key) return JSON.stringify(value);
  const security = { scheme: 'jws', keyId: key.keyId };
  const said = { ...value, header: { ...header, messageId, timestamp: systemDeps().clock.now(), security } };
  const { via: _, ...signed } = { via: undefined, ...said.header };
  const signature = signText(canonicalJson({ ...said, header: signed }), key);
  return JSON.stringify({ ...said, header: { ...said.header, security: { ...security, signature } } });
};

/** What is said to it and by it goes over HTTP, so that it can be recorded. */
const energy: TestAgency = {
  name: 'energy',
  kind: 'city:Substation',
  twins: [1, 2, 3].map((n) => ({ key: `station-${n}`, at: [0.3, 0.1 * n], values: { load: 100 * n } })),
  node: { bindings: ['http'], functions: ['exposure'] },
};

const invoke = `mutation ($feature: ID!, $inputs: JSON!) { invokeFeature(feature: $feature, inputs: $inputs, deadline: "PT20S") { __typename } }`;
const area = polygonOfBox([0, 0, 1, 1]);

/** The city forms, over the adaptor too, is asked, and computes. */
const use = async (city: TestCity): Promise<void> => {
  await city.active();
  await city.ask({ count: true, terms: ['city:waterLevel'], order: { by: 'name' } as never });
  await city.ask({ filter: { kinds: ['city:RiverGauge'] as never } });
  const feature = `urn:dtf:feature:${authorityOfTest('energy')}:city%3AExposure`;
  await askGraphql(city.front.address, invoke, { feature, inputs: { area: { geometry: area } } });
};

export const createSubject = async (): Promise<Subject> => {
  const river = await startFarServer(gaugeFeatures);
  const agencies = [...bridgedAgencies({ river, grid: { origin: river.address } }).filter(({ name }) => name !== 'grid'), energy];
  const needs = [{ kind: 'city:RiverGauge' }, { kind: 'city:Substation' }, { kind: 'city:Exposure' }];
  let city: TestCity | undefined;
  const said = await record(async () => {
    city = await createTestCity({ agencies, needs });
    await use(city);
  });
  const made = present(city, 'city');
  const names = agencies.map(({ name }) => name);
  const keys = new Map(await Promise.all(names.map(async (name) => [twinOfTest(name), await keyOf(made.folder, name)] as const)));
  const [first, ...more] = said;
  return {
    city: made,
    said: [present(first, 'message'), ...more, ...examples(made)],
    signed: (value, messageId) => sign(value, messageId, keys),
    [Symbol.asyncDispose]: async () => {
      await made[Symbol.asyncDispose]();
      await river[Symbol.asyncDispose]();
    },
  };
};
