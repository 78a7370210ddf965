import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { StoreSettings, settleStore } from '../packages/server/src/config/store-settings.ts';
import { exists, list, read } from './architecture/repository.ts';
import { type ComposeFile, composeText, composeWith, mountsOf, portOf } from './compose/file.ts';

const password = 'chosen by whoever runs it';
const least = { NEO4J_PASSWORD: password, CITYWEAVE_NODE_FOLDER: './my-agency' };
const { services, volumes } = composeWith(least);
const code = composeText.replace(/^\s*#.*$/gm, '');
const variables = [...code.matchAll(/(?<!\$)\$\{(\w+)(:[-?])?([^}]*)\}/g)].map(([, name = '', kind = '', rest = '']) => ({ name, kind, rest }));
const steps = (services.node.build?.dockerfile_inline ?? '').trim().split('\n');

/** What is read of the file alone: `compose-run.test.ts` runs what it says. */
describe('compose.yaml', () => {
  it('has a default, or a sentence that says what to set, for every variable', () => {
    expect(variables.length).toBeGreaterThan(3);
    expect(variables.filter(({ kind, rest }) => kind === '' || rest === '')).toEqual([]);
    for (const name of Object.keys(least)) expect(() => composeWith({ ...least, [name]: '' })).toThrow(name);
  });
  it('has no default password', () => {
    const secret = variables.filter(({ name }) => /PASSWORD|AUTH|SECRET|KEY/.test(name));
    expect(secret.length).toBeGreaterThan(0);
    expect(secret.filter(({ kind }) => kind !== ':?')).toEqual([]);
    expect(services.neo4j.environment['NEO4J_AUTH']).toBe(`neo4j/${password}`);
  });
  it('tells operators of every variable', () => {
    const guide = read('docs/guide-operator.md');
    expect(variables.filter(({ name }) => !guide.includes(name))).toEqual([]);
  });
  it('starts the node when its store is healthy', () => {
    // that each service has a health check is among what the file is parsed by
    expect(services.node.depends_on).toEqual({ neo4j: { condition: 'service_healthy' } });
  });
  it('publishes on loopback only, where the node asks for it', () => {
    const published = Object.values<ComposeFile['services']['node']>(services).flatMap(({ ports = [] }) => ports.map(portOf));
    expect(published).toEqual([{ host: '127.0.0.1', port: 7687, within: 7687 }]);
    const asked = new URL(services.node.environment['NEO4J_URI'] ?? '');
    expect([asked.hostname, Number(asked.port)]).toEqual(['127.0.0.1', published[0]?.port]);
    expect(services.node.network_mode).toBe('host');
    expect(services.neo4j.healthcheck.test[1]).toContain(`bolt://localhost:${published[0]?.within}`);
  });
  it('keeps what must last in volumes that it declares', () => {
    const named = Object.values<ComposeFile['services']['node']>(services)
      .flatMap(mountsOf)
      .filter(({ source }) => !source.startsWith('.'));
    expect(named.map(({ source }) => source).toSorted()).toEqual(Object.keys(volumes).toSorted());
    const command = services.node.command ?? [];
    expect(mountsOf(services.node).find(({ target }) => target === command[command.indexOf('--state') + 1])?.source).toBe('node-state');
    expect(mountsOf(services.neo4j).find(({ target }) => target === '/data')?.source).toBe('neo4j-data');
  });
  it('has settings of a store that the node takes as they are', async () => {
    const { PORT, ...environment } = services.node.environment;
    expect(PORT).toBe('4100');
    const settled = await settleStore(StoreSettings.parse({}), environment);
    expect(settled).toMatchObject({ ok: true, value: { adapter: 'neo4j', uri: environment['NEO4J_URI'], username: 'neo4j', password } });
    // none of them says nothing: without it something else would be settled
    for (const name of Object.keys(environment)) expect(await settleStore(StoreSettings.parse({}), { ...environment, [name]: '' })).not.toEqual(settled);
  });
  it('runs Neo4j of the line that the store is made for', () => expect(services.neo4j.image).toBe('neo4j:5.26-community'));
});

describe('the image of a node in compose.yaml', () => {
  const workspace: { readonly catalog: Readonly<Record<string, string>> } = parse(read('pnpm-workspace.yaml'));
  const packages = list('packages/*/package.json').map((path): { readonly name: string; readonly scripts?: Readonly<Record<string, string>> } =>
    JSON.parse(read(path)),
  );

  it('brings the Node of the line that the workspace has', () => {
    const [, major] = /^FROM node:(\d+)-/.exec(steps[0] ?? '') ?? [];
    expect(workspace.catalog['node']?.split('.')[0]).toBe(major);
  });
  it('is made of files and scripts that are here, and leaves none of them out', () => {
    expect(steps.map((step) => step.split(' ')[0])).toEqual(['FROM', 'WORKDIR', 'COPY', 'RUN', 'RUN']);
    expect(exists('pnpm-lock.yaml') && steps[3]?.includes('--frozen-lockfile')).toBe(true);
    const [, name, script = ''] = /--filter (\S+) (\S+)$/.exec(steps[4] ?? '') ?? [];
    expect(packages.find((one) => one.name === name)?.scripts?.[script]).toBeDefined();
    const [program, main = ''] = services.node.command ?? [];
    expect(program).toBe('node');
    expect(exists(main)).toBe(true);
    const leftOut = read('.dockerignore').trim().split('\n');
    expect(leftOut.toSorted()).toEqual(['**/dist', '**/node_modules', '.cityweave', '.git']);
  });
});
