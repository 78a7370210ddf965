/**
 * Makes the sample city again: `node tools/fixtures.ts` writes what lies below fixtures/agencies, the same bytes each time.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { sampleCityFiles } from './sample-city/files.ts';

const target = join(import.meta.dirname, '..', 'fixtures');
const files = sampleCityFiles();

rmSync(join(target, 'agencies'), { recursive: true, force: true });
for (const { path, bytes } of files) {
  mkdirSync(dirname(join(target, path)), { recursive: true });
  writeFileSync(join(target, path), bytes);
  process.stdout.write(`${path} ${bytes.length}\n`);
}
