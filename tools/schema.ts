/**
 * Writes packages/server/schema.graphql: the schema of a node that knows no dictionary but the built-in one, sorted and described throughout.
 */
import { writeFile } from 'node:fs/promises';
import { printBuiltIn } from '../packages/server/src/graphql/schema/schema.ts';

const path = new URL('../packages/server/schema.graphql', import.meta.url);

await writeFile(path, printBuiltIn());
