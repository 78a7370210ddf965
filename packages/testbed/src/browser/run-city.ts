/**
 * Run city: a program that runs a city file on free ports, says the address of its front as one line of JSON once everybody can be asked, and ends with its input.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCity, loadCity, loadExamples } from '@cityweave/server';
import { valueOf } from '../city.ts';

const [file = '', kept] = process.argv.slice(2);
const state = kept ?? mkdtempSync(join(tmpdir(), 'cityweave-browser-'));
const stop = new AbortController();
process.stdin.resume().once('end', () => stop.abort());

const loaded = valueOf(await loadCity(file, process.env));
const city = valueOf(await createCity({ city: loaded, state, logLevel: 'silent', freePorts: true, examples: await loadExamples(loaded) }));
if (await city.active(stop.signal)) {
  await city.joined(stop.signal);
  process.stdout.write(`${JSON.stringify({ address: city.front.address })}\n`);
}
if (!stop.signal.aborted) await new Promise((resolve) => stop.signal.addEventListener('abort', resolve, { once: true }));
await city.close();
if (!kept) rmSync(state, { recursive: true, force: true });
