import { expect, test } from 'vitest';
import { limits } from '../../ground/limits.ts';
import { changedPaths } from './changed-paths.ts';

test('what changed is told by the paths of its attributes, as deep as they have names', () => {
  const before = { name: { en: 'Gauges', 'zh-Hant': 'a' }, data: { interval: 'PT1M', count: 3 }, bindings: [{ address: 'a' }], quality: { accuracy: 1 } };
  const after = { name: { en: 'Gauges', 'zh-Hant': 'b' }, data: { interval: 'PT30S', count: 3 }, bindings: [{ address: 'b' }], status: 'paused' };
  expect(changedPaths(before, after)).toEqual(['bindings', 'data.interval', 'name', 'quality', 'status']);
  expect(changedPaths(before, structuredClone(before))).toEqual([]);
});

test('beyond discoveryFieldsMax, and of what has no name, it is not told one by one', () => {
  const changed = (count: number) => changedPaths({}, Object.fromEntries(Array.from({ length: count }, (_, at) => [`a${at}`, at])));
  expect([changed(limits.discoveryFieldsMax)?.length, changed(limits.discoveryFieldsMax + 1)]).toEqual([limits.discoveryFieldsMax, undefined]);
  expect(changedPaths({}, { 'x:later': 1 })).toBeUndefined();
});
