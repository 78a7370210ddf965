#!/usr/bin/env node
/**
 * Main: arguments and environment in, exit code out; nothing else. Compiled code is kept, so that the second start, and every thread, loads faster.
 */
import { enableCompileCache, getCompileCacheDir } from 'node:module';

enableCompileCache();
const kept = getCompileCacheDir();
if (kept !== undefined) process.env['NODE_COMPILE_CACHE'] ??= kept;

const { runCommand } = await import('./cli/cityweave.ts');

process.exit(await runCommand(process.argv.slice(2), process.env));
