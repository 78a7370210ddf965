/**
 * Chromium: a real browser with a software renderer, from the package registry alone; `CHROMIUM` names another one that stands in.
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type Browser, chromium } from 'playwright-core';

const switches = [
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--ignore-gpu-blocklist',
  '--use-gl=angle',
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
];

const versionOf = async (): Promise<string> => {
  const text = await readFile(join(createRequire(import.meta.url).resolve('@sparticuz/chromium'), '../../package.json'), 'utf8');
  return String(JSON.parse(text).version);
};

/** The package's own list names folders of its makers' host; without it every text would be blank. */
const fontList = (folder: string): string => `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig><dir>${join(folder, 'fonts')}</dir><dir>/usr/share/fonts</dir><cachedir>${join(folder, 'font-cache')}</cachedir></fontconfig>
`;

/** Whole or not there: two that unpack at once do not read each other's halves. */
const unpackTo = async (folder: string): Promise<void> => {
  const part = await mkdtemp(`${folder}-`);
  await promisify(execFile)(process.execPath, [fileURLToPath(new URL('unpack.ts', import.meta.url))], { env: { ...process.env, TMPDIR: part } });
  await writeFile(join(part, 'fonts.conf'), fontList(folder));
  await mkdir(join(part, 'font-cache'), { recursive: true });
  await rename(part, folder).catch(() => rm(part, { recursive: true, force: true }));
};

export type Placed = { readonly executablePath: string; readonly env: Readonly<Record<string, string>> };

/** Where the browser is, unpacked once a version. */
export const placeChromium = async (): Promise<Placed> => {
  const { CHROMIUM } = process.env;
  if (CHROMIUM) return { executablePath: CHROMIUM, env: {} };
  const folder = join(tmpdir(), `cityweave-chromium-${await versionOf()}`);
  if (!existsSync(join(folder, 'chromium'))) await unpackTo(folder);
  const env = { LD_LIBRARY_PATH: join(folder, 'al2023/lib'), FONTCONFIG_FILE: join(folder, 'fonts.conf'), HOME: folder };
  return { executablePath: join(folder, 'chromium'), env };
};

export const launchChromium = async (more: readonly string[] = []): Promise<Browser> => {
  const { executablePath, env } = await placeChromium();
  return chromium.launch({ executablePath, args: [...switches, ...more], env: { ...process.env, ...env } });
};
