import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSchema, parse, validate } from 'graphql';
import { describe, expect, it } from 'vitest';
import { queries } from './queries.ts';
import { standing } from './standing.ts';

const schema = buildSchema(readFileSync(join(import.meta.dirname, '../../../server/schema.graphql'), 'utf8'));
const asked = Object.entries({ ...queries, standing }).map(([name, { text }]) => [name, text] as const);

describe('what the viewer asks', () => {
  it.each(asked)('%s is a question of the schema', (_name, text) => expect(validate(schema, parse(text))).toEqual([]));
  it('is every file of its questions', () => {
    const folder = join(import.meta.dirname, 'queries');
    const unasked = readdirSync(folder).filter((name) => !asked.some(([, text]) => text.startsWith(readFileSync(join(folder, name), 'utf8'))));
    expect(unasked).toEqual([]);
  });
});
