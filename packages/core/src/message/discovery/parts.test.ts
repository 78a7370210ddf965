import { expect, test } from 'vitest';
import { limits } from '../../ground/limits.ts';
import { DiscoveryQuery } from './discovery-query.ts';
import { toldInParts, wholeOf } from './parts.ts';

const attributes = {
  name: { en: 'Gauges', de: 'Pegel' },
  quality: { accuracy: 0.9, completeness: 1 },
  bindings: [
    { protocol: 'http', address: 'http://a.example/' },
    { protocol: 'websocket', address: 'ws://a.example/' },
  ],
  version: '1',
};
const entry = { kind: 'feature', id: 'urn:dtf:feature:a.example:gauges', revision: 3, attributes };
const parts = (...fields: readonly string[]) => toldInParts([entry], fields)[0];

test('of an entry nothing is told but the attributes that are named, through lists to each of their members', () => {
  expect(parts('name.de', 'version')).toEqual({ ...entry, fields: ['name.de', 'version'], attributes: { name: { de: 'Pegel' }, version: '1' } });
  expect(parts('bindings.protocol')?.attributes).toEqual({ bindings: [{ protocol: 'http' }, { protocol: 'websocket' }] });
  expect(parts('quality.accuracy', 'quality')?.attributes).toEqual({ quality: attributes.quality });
});

test('a path that leads nowhere, or into what has no members, leaves nothing of it', () => {
  expect(parts('policy.price', 'toString', 'version.length')?.attributes).toEqual({});
  expect(parts('quality.latency')?.attributes).toEqual({ quality: {} });
});

test('entries are whole where nothing is named, and known from their parts', () => {
  expect(toldInParts([entry], undefined)).toEqual([entry]);
  expect(wholeOf([...toldInParts([entry], ['name']), entry])).toEqual([entry]);
});

test('at least one attribute is named, at most discoveryFieldsMax', () => {
  const accepts = (count: number): boolean => DiscoveryQuery.safeParse({ fields: Array.from({ length: count }, (_, at) => `name.x${at}`) }).success;
  expect([0, 1, limits.discoveryFieldsMax, limits.discoveryFieldsMax + 1].map(accepts)).toEqual([false, true, true, false]);
});
