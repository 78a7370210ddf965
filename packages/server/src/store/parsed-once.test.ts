import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { parsedOnce } from './parsed-once.ts';

const parse = parsedOnce(z.object({ name: z.string() }));

describe('a record that is parsed once', () => {
  it('is the same when it is asked for again', () => {
    const record = { name: 'a', more: 1 };
    expect(parse(record)).toEqual({ name: 'a' });
    expect(parse(record)).toBe(parse(record));
  });
  it('is another where it was written again', () => expect(parse({ name: 'a' })).not.toBe(parse({ name: 'a' })));
  it('is nothing where it does not fit, or is not there', () => {
    expect([parse({ name: 1 }), parse(undefined), parse(null), parse('a')]).toEqual([undefined, undefined, undefined, undefined]);
  });
});
