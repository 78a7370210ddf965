/**
 * A node for tests of GraphQL: a real store and real records in a folder of its own, asked without a socket.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cityDictionary, createVocabulary, type TwinInput } from '@cityweave/core';
import { NodeFile } from '../config/node-file.ts';
import { systemDeps } from '../deps.ts';
import { createEvents } from '../events.ts';
import { createImportThreads } from '../import/threads.ts';
import { createRoom, open } from '../node-room.ts';
import { createOrchestration } from '../orchestration/orchestration.ts';
import { createStoreThreads } from '../store/sqlite-threads.ts';
import { createGraphql, type Graphql, type GraphqlRoom } from './endpoint.ts';

export type TrialAnswer = {
  readonly status: number;
  readonly data: Record<string, unknown> | null | undefined;
  readonly errors: readonly { readonly message: string; readonly extensions?: Record<string, unknown> }[];
};

export type TrialNode = AsyncDisposable & {
  readonly room: GraphqlRoom;
  readonly graphql: Graphql;
  /** what went to the log as a bug of our own */
  readonly defects: readonly unknown[];
  readonly ask: (query: string, variables?: Record<string, unknown>) => Promise<TrialAnswer>;
  readonly put: (twins: readonly TwinInput[]) => Promise<void>;
};

const vocabulary = createVocabulary([cityDictionary]);

const endpoint = 'http://node.example/graphql';

const askOf =
  (graphql: Graphql) =>
  async (query: string, variables: Record<string, unknown> = {}): Promise<TrialAnswer> => {
    const headers = { 'content-type': 'application/json', accept: 'application/graphql-response+json' };
    const response = await graphql.fetch(new Request(endpoint, { method: 'POST', headers, body: JSON.stringify({ query, variables }) }));
    const { data, errors = [] } = await response.json();
    return { status: response.status, data, errors };
  };

const openRoom = async (directory: string, threads: { store: ReturnType<typeof createStoreThreads>; imports: ReturnType<typeof createImportThreads> }, more: Partial<GraphqlRoom>) => {
  const deps = systemDeps();
  const node = NodeFile.parse({ agency: 'own.example', name: { en: 'Own', de: 'Eigene' }, roles: ['registry', 'twin'] });
  const options = { node, directory, deps, logLevel: 'silent' as const, production: false, vocabulary, examples: [], threads };
  const opened = await open(options);
  if (!opened.ok) return Promise.reject(new Error(opened.problem.kind));
  const defects: unknown[] = [];
  const stop = new AbortController();
  const events = { ...createEvents({ agency: 'own', level: 'silent' }), defect: (_where: string, cause: unknown) => void defects.push(cause) };
  const room = createRoom(options, opened.value, { events, address: () => 'http://127.0.0.1:1', signal: stop.signal });
  const graphqlRoom: GraphqlRoom = { ...room, orchestration: createOrchestration(room), production: false, examples: [], ...more };
  const close = async () => {
    stop.abort();
    await room.protocol.close();
    await opened.value.store.close();
    opened.value.records.close();
    opened.value.unlock();
  };
  return { room: graphqlRoom, defects, close };
};

export const createTrialNode = async (more: Partial<GraphqlRoom> = {}): Promise<TrialNode> => {
  const directory = await mkdtemp(join(tmpdir(), 'cityweave-graphql-'));
  const deps = systemDeps();
  const threads = { store: createStoreThreads({ writers: 1, readers: 1, timers: deps.timers }), imports: createImportThreads() };
  const { room, defects, close } = await openRoom(directory, threads, more);
  const graphql = createGraphql(room);
  return {
    room,
    graphql,
    defects,
    ask: askOf(graphql),
    put: async (twins) => {
      await room.store.apply(
        twins.map((twin) => ({ op: 'putTwin', twin })),
        { at: deps.clock.now() },
      );
    },
    [Symbol.asyncDispose]: async () => {
      await close();
      await threads.imports[Symbol.asyncDispose]();
      await threads.store.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
};
