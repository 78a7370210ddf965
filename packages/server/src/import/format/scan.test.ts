import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { importLimits } from '../limits.ts';
import { createScanner, parseJson, type ScanItem, type ScanPlan } from './scan.ts';

const scan = (text: string, plan: ScanPlan, chunkBytes: number): readonly ScanItem[] => {
  const scanner = createScanner(plan);
  const bytes = Buffer.from(text);
  const items: ScanItem[] = [];
  for (let at = 0; at < bytes.length; at += chunkBytes) items.push(...scanner.push(bytes.subarray(at, at + chunkBytes)));
  return [...items, ...scanner.end()];
};
const plan: ScanPlan = { streamed: new Set(['list', 'object']), wanted: new Set(['kept']) };
const values = (items: readonly ScanItem[]) => items.flatMap((item) => (item.type === 'value' ? [[item.member, item.key, parseJson(item.bytes)]] : []));

describe('a scan', () => {
  it('gives what JSON.parse gives, however the text is cut into chunks and laid out', () => {
    const json = fc.jsonValue({ maxDepth: 5, noUnicodeString: false });
    const document = fc.record({ kept: json, passed: json, list: fc.array(json), object: fc.dictionary(fc.string(), json) });
    fc.assert(
      fc.property(document, fc.integer({ min: 1, max: 40 }), fc.constantFrom(undefined, 1, '\t'), (given, chunkBytes, space) => {
        const text = JSON.stringify(given, null, space);
        const read = JSON.parse(text);
        const expected = [
          ['kept', undefined, read.kept],
          ...read.list.map((value: unknown, index: number) => ['list', index, value]),
          ...Object.entries(read.object).map(([name, value]) => ['object', name, value]),
        ];
        expect(values(scan(text, plan, chunkBytes))).toEqual(expected);
      }),
    );
  });

  it('ends with a fault wherever a document is cut off', () => {
    const text = JSON.stringify({ kept: { a: ['\\"', 1] }, list: [1, 'x', { b: null }] });
    for (let length = 0; length < text.length; length += 1)
      expect(scan(text.slice(0, length), plan, 7).at(-1)).toMatchObject({ type: 'fault', problem: { found: 'cut off' } });
    expect(scan(text, plan, 7).at(-1)).toMatchObject({ type: 'value' });
  });

  it('ends with a fault where brackets, commas or colons stand wrong', () => {
    for (const text of ['{"list":[1,]}', '{"list":[1}', '{"list":[,]}', '{,}', '{"a" 1}', '{"a":}', '{"a":1 "b":2}', '{1:2}', '[]', '1', '{}}', '{} x'])
      expect(scan(text, plan, 3).at(-1)?.type).toBe('fault');
    for (const text of ['{}', ' {"list":[]} ', '{"list":5}', '{"object":"x","kept":-1.5e3}'])
      expect(scan(text, plan, 3).filter(({ type }) => type === 'fault')).toEqual([]);
  });

  it('names an element larger than allowed, and goes on behind it', () => {
    const small: ScanPlan = { ...plan, elementBytesMax: 10 };
    const items = scan('{"list":["12345678","123456789",3],"object":{"a":"123456789"}}', small, 4);
    expect(items.map(({ type }) => type)).toEqual(['enter', 'value', 'tooLarge', 'value', 'enter', 'tooLarge']);
  });

  it('reads a whole member up to its bound', () => {
    const member = (bytes: number): string => `{"kept":"${'x'.repeat(bytes - 2)}"}`;
    expect(scan(member(importLimits.memberBytesMax), plan, 1_000_000)).toMatchObject([{ type: 'value' }]);
    expect(scan(member(importLimits.memberBytesMax + 1), plan, 1_000_000)).toMatchObject([{ type: 'tooLarge', member: 'kept' }]);
  });
});
