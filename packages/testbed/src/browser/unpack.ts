/**
 * Unpack: a program that unpacks the browser of the package registry, its fonts, its software renderer and the libraries that a bare system lacks
 * into the folder that the environment names as the temporary one.
 */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import chromium, { inflate } from '@sparticuz/chromium';

// the package unpacks its third archive by itself only where it believes to be at its makers' host
await chromium.executablePath();
await inflate(join(fileURLToPath(import.meta.resolve('@sparticuz/chromium')), '../../bin/al2023.tar.br'));
