import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSchema, parse, validate } from 'graphql';
import { describe, expect, it } from 'vitest';

const folder = join(import.meta.dirname, 'queries');
const schema = buildSchema(readFileSync(join(import.meta.dirname, '../../../server/schema.graphql'), 'utf8'));

describe('what the viewer asks', () => {
  it.each(readdirSync(folder))('%s is a question of the schema', (name) => {
    expect(validate(schema, parse(readFileSync(join(folder, name), 'utf8')))).toEqual([]);
  });
});
