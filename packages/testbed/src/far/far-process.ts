/**
 * Far process: the river authority's own system as a process of its own, and what is asked of it directly, in its own words.
 */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { ended, untilReady } from '../processes.ts';

export type FarJob = { readonly jobID: string; readonly status: string; readonly progress: number };

export type FarProcess = AsyncDisposable & {
  /** of the process itself */
  readonly address: string;
  /** what it computes at once, asked by nobody but the test */
  readonly compute: (inputs: Readonly<Record<string, unknown>>) => Promise<Readonly<Record<string, never>>>;
  readonly jobs: () => Promise<readonly FarJob[]>;
  readonly kill: () => Promise<void>;
};

const program = fileURLToPath(new URL('process-server.ts', import.meta.url));

export const startFarProcess = async (): Promise<FarProcess> => {
  const child = spawn(process.execPath, [program], { stdio: ['ignore', 'pipe', 'pipe'] });
  const origin = await untilReady(child, 'the process server');
  const address = `${origin}/processes/flood-wave`;
  const kill = (): Promise<void> => ended(child, 'SIGKILL');
  return {
    address,
    compute: async (inputs) => {
      const response = await fetch(`${address}/execution`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ inputs }),
      });
      return response.json();
    },
    jobs: async () => (await (await fetch(`${origin}/jobs`)).json()).jobs,
    kill,
    [Symbol.asyncDispose]: kill,
  };
};
