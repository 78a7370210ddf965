#!/usr/bin/env node
/**
 * Main: arguments and environment in, exit code out; nothing else.
 */
import { runCommand } from './cli/cityweave.ts';

process.exit(await runCommand(process.argv.slice(2), process.env));
