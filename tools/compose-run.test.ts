import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { composeWith, mountsOf } from './compose/file.ts';
import { fetchJars, jarsFolder, missing } from './neo4j/jars.ts';
import { type Running, start, stop } from './neo4j/server.ts';

const root = join(import.meta.dirname, '..');
const lacking = missing().join(' and ');
if (lacking && process.env['NEO4J_TESTS'] === 'required') throw new Error(`NEO4J_TESTS says required, and there is no Neo4j: ${lacking}`);

/** `NEO4J_server_memory_heap_max__size` of the image is `server.memory.heap.max_size`. */
const settingsOf = (environment: Readonly<Record<string, string>>): readonly string[] =>
  Object.entries(environment)
    .filter(([name]) => name !== 'NEO4J_AUTH')
    .map(
      ([name, value]) =>
        `${name
          .replace(/^NEO4J_/, '')
          .replaceAll('__', '\0')
          .replaceAll('_', '.')
          .replaceAll('\0', '_')}=${value}`,
    );

/** As the image does of NEO4J_AUTH before its first start. */
const setPassword = (home: string, password: string): number | null => {
  const tool = ['-cp', join(jarsFolder, '*'), 'org.neo4j.cli.AdminTool', 'dbms', 'set-initial-password', password];
  return spawnSync('java', tool, { env: { ...process.env, NEO4J_HOME: home, NEO4J_CONF: join(home, 'conf') }, stdio: 'ignore' }).status;
};

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return typeof address === 'object' && address ? address.port : 0;
};

const nodeFile = `
agency: water.town.example
name: { en: Water }
roles: [registry, twin]
listen: { port: "\${PORT}" }
sources:
  - { id: gauges, format: csv, path: gauges.csv, kind: city:Tree, key: { columns: [ref] }, name: '{ref}', position: { x: x, y: y }, otherColumns: drop }
`;

/** Resolves with what the node says once it is ready. */
const untilReady = async (child: ChildProcess): Promise<string> => {
  const errors: string[] = [];
  child.stderr?.on('data', (chunk) => errors.push(String(chunk)));
  if (child.stdout) for await (const line of createInterface({ input: child.stdout })) if (line === 'ready') return line;
  throw new Error(`the node ended: ${errors.join('')}`);
};

const millisecondsOf = (period: string): number => Number(/^(\d+)s$/.exec(period)?.[1]) * 1_000;

/** Its services as processes, with its commands and environments: the folders of their volumes, and the two ports, are those of this test. */
describe.skipIf(lacking !== '')(`what compose.yaml runs${lacking && ` (skipped: ${lacking} is missing)`}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'cityweave-compose-'));
  const home = join(folder, 'neo4j');
  const agency = join(folder, 'agency');
  let server: Running | undefined;
  let node: ChildProcess | undefined;
  let services: ReturnType<typeof composeWith>['services'];

  const environmentOfNode = () => ({ ...services.node.environment, NEO4J_URI: `bolt://127.0.0.1:${server?.port}` });

  /** As on the machine: what is mounted is where it comes from. */
  const commandOfNode = (): readonly string[] => {
    const mounts = mountsOf(services.node).map(({ source, target }) => ({ target, source: source.startsWith('/') ? source : join(folder, source) }));
    return (services.node.command ?? []).map((word) =>
      mounts.reduce((said, { source, target }) => (said.startsWith(target) ? said.replace(target, source) : said), word),
    );
  };

  /** The command of the node's health check, as it is. */
  const healthOfNode = (): number | null => {
    const [how, program, ...rest] = services.node.healthcheck.test;
    expect([how, program]).toEqual(['CMD', 'node']);
    return spawnSync(process.execPath, rest, { env: { ...process.env, ...environmentOfNode() }, timeout: millisecondsOf(services.node.healthcheck.timeout) })
      .status;
  };

  beforeAll(async () => {
    services = composeWith({
      NEO4J_PASSWORD: 'of this test only',
      CITYWEAVE_NODE_FOLDER: agency,
      CITYWEAVE_PORT: `${await freePort()}`,
      NEO4J_HEAP: '512m',
      NEO4J_PAGECACHE: '64m',
    }).services;
    expect(fetchJars()).toBe('');
    mkdirSync(agency);
    writeFileSync(join(agency, 'node.yaml'), nodeFile);
    writeFileSync(join(agency, 'gauges.csv'), 'ref,x,y\nA,4.1,52.1\nB,4.2,52.2\n');
    mkdirSync(join(home, 'conf'), { recursive: true });
    expect(setPassword(home, services.neo4j.environment['NEO4J_AUTH']?.replace('neo4j/', '') ?? '')).toBe(0);
    const settings = ['dbms.security.auth_enabled=true', ...settingsOf(services.neo4j.environment)];
    const started = await start({ home, port: 0, settings, measured: false });
    server = 'running' in started ? started.running : expect.fail(started.failed);
  }, 180_000);
  afterAll(async () => {
    node?.kill('SIGKILL');
    await stop(home);
    rmSync(folder, { recursive: true, force: true });
  });

  it('is a Neo4j that knows all of its settings', () => expect(server?.pid).toBeGreaterThan(0));
  it('is a node that is not healthy before it runs', () => expect(healthOfNode()).toBe(1));
  it('is a node that does not start with another password', async () => {
    const [, ...args] = commandOfNode();
    const env = { ...process.env, ...environmentOfNode(), NEO4J_PASSWORD: 'another one' };
    const { status, stderr } = spawnSync(process.execPath, args, { cwd: root, env, encoding: 'utf8' });
    expect([status, stderr]).toEqual([1, expect.stringContaining('NEO4J_PASSWORD')]);
  });
  it('is a node that becomes healthy, has what its folder holds, and stops within its grace', async () => {
    const [program, ...args] = commandOfNode();
    expect(program).toBe('node');
    node = spawn(process.execPath, args, { cwd: root, env: { ...process.env, ...environmentOfNode() }, stdio: ['ignore', 'pipe', 'pipe'] });
    expect(await untilReady(node)).toBe('ready');
    expect(healthOfNode()).toBe(0);
    const question = {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ twins(filter: { kinds: ["city:Tree"] }) { nodes { name } } }' }),
    };
    const answer = await fetch(`http://127.0.0.1:${services.node.environment['PORT']}/graphql`, question);
    expect(await answer.json()).toEqual({ data: { twins: { nodes: [{ name: 'A' }, { name: 'B' }] } } });
    const over = once(node, 'exit');
    node.kill('SIGTERM');
    const late = setTimeout(() => node?.kill('SIGKILL'), millisecondsOf(services.node.stop_grace_period));
    expect(await over).toEqual([0, null]);
    clearTimeout(late);
  });
});
