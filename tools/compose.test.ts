import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { read } from './architecture/repository.ts';

type Service = {
  readonly image?: string;
  readonly build?: unknown;
  readonly environment: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly volumes: readonly string[];
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly depends_on?: Readonly<Record<string, unknown>>;
};

const text = read('compose.yaml');
const compose: { readonly services: Readonly<Record<string, Service>>; readonly volumes: Readonly<Record<string, unknown>> } = parse(text);
const services = Object.entries(compose.services);
const code = text.replace(/^\s*#.*$/gm, '');
const variables = [...code.matchAll(/(?<!\$)\$\{(\w+)(:[-?])?([^}]*)\}/g)].map(([, name = '', kind = '', rest = '']) => ({ name, kind, rest }));

/** The text of the file only: nothing here starts a container. */
describe('compose.yaml', () => {
  it('has a default, or a sentence that says what to set, for every variable', () => {
    expect(variables.length).toBeGreaterThan(3);
    expect(variables.filter(({ kind, rest }) => kind === '' || rest === '')).toEqual([]);
  });
  it('has no default password', () => {
    const secret = variables.filter(({ name }) => /PASSWORD|AUTH|SECRET|KEY/.test(name));
    expect(secret.length).toBeGreaterThan(0);
    expect(secret.filter(({ kind }) => kind !== ':?')).toEqual([]);
    expect(compose.services['neo4j']?.environment['NEO4J_AUTH']).toMatch(/^neo4j\/\$\{NEO4J_PASSWORD:\?/);
  });
  it('tells operators of every variable', () => {
    const guide = read('docs/guide-operator.md');
    expect(variables.filter(({ name }) => !guide.includes(name))).toEqual([]);
  });
  it('looks after the health of each service, and starts the node when its store is healthy', () => {
    expect(services.filter(([, { healthcheck }]) => !healthcheck?.test.length).map(([name]) => name)).toEqual([]);
    expect(compose.services['node']?.depends_on).toEqual({ neo4j: { condition: 'service_healthy' } });
  });
  it('publishes on loopback only, and keeps what must last in volumes that it declares', () => {
    expect(services.flatMap(([, { ports = [] }]) => ports).filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([]);
    const named = services.flatMap(([, { volumes }]) => volumes.flatMap((volume) => /^([\w-]+):/.exec(volume)?.[1] ?? []));
    expect(named.toSorted()).toEqual(Object.keys(compose.volumes).toSorted());
  });
  it('runs Neo4j of the line that the store is made for', () => expect(compose.services['neo4j']?.image).toBe('neo4j:5.26-community'));
  it('names the settings that the node reads', () => {
    const settings = read('packages/server/src/config/store-settings.ts');
    const own = Object.keys(compose.services['node']?.environment ?? {}).filter((name) => name !== 'PORT');
    expect(own.filter((name) => !settings.includes(`'${name}'`))).toEqual([]);
  });
});
