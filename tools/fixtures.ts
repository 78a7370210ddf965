/**
 * Makes the fixtures again that are made: what the sample city's agencies publish, and the example messages; the same bytes each time.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { messageFiles } from './messages/files.ts';
import { sampleCityFiles } from './sample-city/files.ts';

const target = join(import.meta.dirname, '..', 'fixtures');
const files = [...sampleCityFiles(), ...messageFiles().map(({ path, text }) => ({ path, bytes: Buffer.from(text) }))];

for (const folder of ['agencies', 'messages']) rmSync(join(target, folder), { recursive: true, force: true });
for (const { path, bytes } of files) {
  mkdirSync(dirname(join(target, path)), { recursive: true });
  writeFileSync(join(target, path), bytes);
  process.stdout.write(`${path} ${bytes.length}\n`);
}
