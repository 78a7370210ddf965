import { expect, test } from 'vitest';
import { z } from 'zod';
import { acceptedBy, placedIssue } from './accepted.ts';

const acceptedFor = (schema: z.ZodType, value: unknown): string => {
  const [first] = schema.safeParse(value).error?.issues ?? [];
  if (!first) return expect.unreachable('it fits');
  const { issue, path } = placedIssue(first);
  return `${path.map(String).join('/')}: ${acceptedBy(issue)}`;
};

const thing = z.strictObject({ name: z.string().min(2).max(4), parts: z.array(z.int()).max(1), at: z.url().optional(), kind: z.enum(['a', 'b']).optional() });

test('what would be accepted is said in our words, with its bound', () => {
  expect(acceptedFor(thing, undefined)).toBe(': an object');
  expect(acceptedFor(thing, { name: 7, parts: [] })).toBe('name: a text');
  expect(acceptedFor(thing, { name: 'x', parts: [] })).toBe('name: at least 2 characters');
  expect(acceptedFor(thing, { name: 'xxxxx', parts: [] })).toBe('name: at most 4 characters');
  expect(acceptedFor(thing, { name: 'xx', parts: [1, 2] })).toBe('parts: at most 1 item');
  expect(acceptedFor(thing, { name: 'xx', parts: [1.5] })).toBe('parts/0: a whole number');
  expect(acceptedFor(thing, { name: 'xx', parts: [], at: 'here' })).toBe('at: a URL');
  expect(acceptedFor(thing, { name: 'xx', parts: [], kind: 'c' })).toBe('kind: a, b');
  expect(acceptedFor(thing, { name: 'xx', parts: [], more: 1 })).toBe(': no member more');
  expect(acceptedFor(z.number().positive().max(9), 0)).toBe(': a number above 0');
  expect(acceptedFor(z.number().max(9), 10)).toBe(': a number of at most 9');
  expect(acceptedFor(z.number().multipleOf(5), 3)).toBe(': a multiple of 5');
  expect(acceptedFor(z.tuple([z.string()]), [])).toBe(': at least 1 item');
  expect(acceptedFor(z.record(z.string().regex(/^\w+:/, 'prefix:name'), z.int()), { Bus: 1 })).toBe('Bus: a member whose name is prefix:name');
});

test("a schema's own words go before ours", () => {
  expect(acceptedFor(z.string().regex(/^urn:/, 'a URN'), 'x')).toBe(': a URN');
  expect(acceptedFor(z.string({ error: 'the name of a street' }), undefined)).toBe(': the name of a street');
});

test('of alternatives the one that fits furthest is spoken of', () => {
  const either = z.union([z.object({ a: z.string(), b: z.string() }), z.object({ c: z.object({ d: z.number() }) })]);
  expect(acceptedFor(either, { a: 'x' })).toBe('b: a text');
  expect(acceptedFor(either, { c: { d: 'x' } })).toBe('c/d: a number');
  expect(acceptedFor(z.discriminatedUnion('on', [z.object({ on: z.literal('x') }), z.object({ on: z.literal('y') })]), { on: 'z' })).toBe('on: x, y');
});
