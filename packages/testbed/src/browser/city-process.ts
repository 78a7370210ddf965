/**
 * City process: a city file run by a process of its own, so that it and whoever looks at it do not wait for one another.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export type CityProcess = AsyncDisposable & { readonly address: string };

const program = fileURLToPath(new URL('run-city.ts', import.meta.url));

/** `state`: a folder that stays; a new one that goes with the city where there is none. */
export const startCity = async (file: string, state?: string): Promise<CityProcess> => {
  const env = { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), 'cityweave-test-compiled') };
  const child = spawn(process.execPath, [program, file, ...(state ? [state] : [])], { stdio: ['pipe', 'pipe', 'inherit'], env });
  const over = once(child, 'exit');
  for await (const line of createInterface({ input: child.stdout })) {
    const { address } = JSON.parse(line);
    if (typeof address !== 'string') continue;
    return {
      address,
      [Symbol.asyncDispose]: async () => {
        child.stdin.end();
        await over;
      },
    };
  }
  throw new Error(`${file} ended before it could be asked`);
};
