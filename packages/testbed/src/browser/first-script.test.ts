/**
 * The first script: all that the page loads before somebody does anything, as it is built. Set-up has built it.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';

const built = join(import.meta.dirname, '../../../viewer/dist');
const kilobytesMax = 275;

it('is at most 275 KB, compressed', () => {
  const page = readFileSync(join(built, 'index.html'), 'utf8');
  const scripts = new Set([...page.matchAll(/(?:src|href)="\/(assets\/[^"]+\.js)"/g)].map(([, path]) => path ?? ''));
  expect(scripts.size).toBeGreaterThan(0);
  const bytes = [...scripts].reduce((sum, path) => sum + gzipSync(readFileSync(join(built, path)), { level: 9 }).length, 0);
  expect(bytes / 1_000).toBeLessThanOrEqual(kilobytesMax);
});
