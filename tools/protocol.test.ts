/**
 * What others read of the protocol is what the code does: example messages, JSON Schema and description are made again and compared. `pnpm fixtures` renews them.
 */
import { createPublicKey, verify } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import * as core from '../packages/core/src/index.ts';
import { messageFiles } from './messages/files.ts';
import { publicKeyOf } from './messages/sign.ts';
import { describeBindings, describeSockets } from './protocol/bindings.ts';
import { describeProtocol } from './protocol/document.ts';
import { movesBeside, movesOfModel } from './protocol/moves.ts';
import { schemaOfMessages } from './protocol/schema.ts';

const root = join(import.meta.dirname, '..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const lying = globSync('fixtures/messages/*/*.json', { cwd: root })
  .map((path) => path.replaceAll('\\', '/'))
  .toSorted();
const validPaths = lying.filter((path) => path.includes('/valid/'));
const invalidPaths = lying.filter((path) => path.includes('/invalid/'));
const refusedPaths = lying.filter((path) => path.includes('/refused/'));

describe('the example messages', () => {
  test('are what is made of their content', () => {
    const files = messageFiles();
    expect(files.map(({ path }) => `fixtures/${path}`).toSorted()).toEqual(lying);
    expect(files.filter(({ path, text }) => text !== read(`fixtures/${path}`)).map(({ path }) => path)).toEqual([]);
  });

  test('are signed by their sender, unless an application speaks', () => {
    const verifies = (path: string): boolean => {
      const message = core.parseMessage(JSON.parse(read(path)));
      if (!message.ok) return false;
      const { source, security } = message.value.header;
      if (source.role === 'application') return security === undefined;
      const { x, kid } = publicKeyOf(source.id.split(':')[3] ?? '');
      const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
      const [head, , signature = ''] = (security?.signature ?? '').split('.');
      const payload = Buffer.from(core.signedText(message.value)).toString('base64url');
      return security?.keyId === kid && verify(null, Buffer.from(`${head}.${payload}`), key, Buffer.from(signature, 'base64url'));
    };
    expect(validPaths.filter((path) => !verifies(path))).toEqual([]);
  });
});

const schema = schemaOfMessages(core.catalogue, { header: core.Header, component: core.ComponentRef, result: core.MessageResult });

describe('the JSON Schema of the messages', () => {
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  const accepts = ajv.compile(schema);
  const definition = (path: string): string => {
    const name = basename(path).replace(/(--[a-z-]+)?(\.reply)?\.json$/, '');
    return path.endsWith('.reply.json') ? `${name}.reply` : `${name}.request`;
  };
  const fits = (path: string): boolean => {
    const message = JSON.parse(read(path));
    const name = message.data.action.result?.status === 'failure' ? 'failure' : definition(path);
    return ajv.getSchema(`${schema['$id']}#/$defs/${name}`)?.(message) === true;
  };

  test('is up to date', async () => {
    await expect(`${JSON.stringify(schema, null, 1)}\n`).toMatchFileSnapshot('../fixtures/schema/messages.schema.json');
  });

  test('accepts every valid message', () => expect(validPaths.filter((path) => !accepts(JSON.parse(read(path))))).toEqual([]));

  test('accepts what only a node refuses', () => expect(refusedPaths.filter((path) => !accepts(JSON.parse(read(path))))).toEqual([]));

  test('accepts what each notice is answered', () => {
    const notices = validPaths.map((path) => core.parseMessage(JSON.parse(read(path)))).flatMap((parsed) => (parsed.ok ? [parsed.value] : []));
    const answers = notices
      .filter(({ header }) => header.messageType === 'notification')
      .map((notice) => core.replyMessage(notice, core.ok({ parameters: {}, objects: [] }), { ...notice.header, source: notice.header.destination }));
    expect(answers.length).toBeGreaterThan(0);
    expect(answers.map((answer): boolean => accepts(answer))).not.toContain(false);
  });

  test('accepts each for the row that it is of', () => {
    const oneOfEach = [...new Map(validPaths.map((path) => [definition(path), path])).values()];
    expect(oneOfEach.filter((path) => !fits(path))).toEqual([]);
  });

  /** What a schema cannot say: the calendar, and how large a filter is in all. */
  const beyondStructure = [
    'malformed--day-that-does-not-exist',
    'badQuery--filter-nested-too-deep',
    'badQuery--filter-of-too-many-parts',
    'badQuery--condition-nested-too-deep',
  ];

  test('refuses every message that is structurally invalid', () => {
    const accepted = invalidPaths.filter((path) => accepts(JSON.parse(read(path)))).map((path) => basename(path, '.json'));
    expect(accepted.toSorted()).toEqual(beyondStructure.toSorted());
  });
});

describe('the description of the bindings', () => {
  const described = describeBindings(core.catalogue);

  test('is up to date', async () => {
    await expect(`${JSON.stringify(described, null, 1)}\n`).toMatchFileSnapshot('../fixtures/schema/bindings.openapi.json');
  });

  test('points only at definitions that the schema of the messages has', () => {
    const names = new Set(Object.keys(Object(schema)['$defs']));
    const pointed = [...JSON.stringify(described).matchAll(/messages\.schema\.json#\/\$defs\/([^"]+)"/g)].map(([, name = '']) => name);
    expect(pointed.length).toBeGreaterThan(core.rowNames.length);
    expect(pointed.filter((name) => !names.has(name))).toEqual([]);
  });

  test('over a WebSocket is up to date, with the same messages', async () => {
    const sockets = describeSockets(core.catalogue);
    await expect(`${JSON.stringify(sockets, null, 1)}\n`).toMatchFileSnapshot('../fixtures/schema/bindings.asyncapi.json');
    const definitions = (text: string): readonly string[] => [
      ...new Set([...text.matchAll(/messages\.schema\.json#\/\$defs\/([^"]+)"/g)].map(([, name = '']) => name)),
    ];
    expect(definitions(JSON.stringify(sockets)).toSorted()).toEqual(definitions(JSON.stringify(described)).toSorted());
    expect(sockets.info.description).toContain(/subprotocol = '([^']+)'/.exec(read('packages/server/src/protocol/web-socket.ts'))?.[1] ?? 'none');
  });

  test('names as said to a node what a node answers, and nothing that is said to applications', () => {
    const said = [...new Set([...JSON.stringify(described.paths).matchAll(/\$defs\/([^"]+)\.request"/g)].map(([, name = '']) => name))];
    const toApplications = core.rowNames.filter((name) => core.rowOf(name).role === 'application' && core.rowOf(name).messageType === 'notification');
    expect(toApplications.length).toBeGreaterThan(0);
    expect(core.rowNames.filter((name) => !said.includes(name))).toEqual(toApplications);
  });

  test('names the paths that a node serves', () => {
    const routes = [...read('packages/server/src/http.ts').matchAll(/'(GET|POST) (\/dtf\/[a-z]+|\/\.well-known\/jwks\.json)'/g)].map(
      ([, method = '', path = '']) => `${method.toLowerCase()} ${path}`,
    );
    const described_ = Object.entries(described.paths).flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method} ${path}`));
    expect(described_.toSorted()).toEqual(routes.toSorted());
  });
});

const statuses = new Map(
  [...(/const statusByProblem[^{]*= \{([\s\S]*?)\n\};/.exec(read('packages/server/src/http/reply.ts'))?.[1]?.matchAll(/(\w+): (\d{3})/g) ?? [])].map(
    ([, kind = '', status]) => [kind, Number(status)],
  ),
);

const limitNotes = Object.fromEntries(
  [...read('packages/core/src/ground/limits.ts').matchAll(/\/\*\* (.+?) \*\/\n {2}(\w+):/g)].map(([, note = '', name = '']) => [name, note]),
);

const lifecycles = [
  core.registryEntryLifecycle,
  core.candidateLifecycle,
  core.agreementLifecycle,
  core.federationLifecycle,
  core.memberLifecycle,
  core.communicationLifecycle,
  core.functionRunLifecycle,
];

describe('the description of the protocol', () => {
  test('shows every lifecycle that there is', () => {
    const defined = Object.entries(core).flatMap(([name, value]) => (name.endsWith('Lifecycle') && typeof value === 'object' ? [Object(value).name] : []));
    expect(lifecycles.map(({ name }) => name).toSorted()).toEqual(defined.toSorted());
  });

  test.each(lifecycles)('names of $name each move that the model has not, and none that it has', ({ name, next }) => {
    const inPairs = (moves: Readonly<Record<string, readonly string[]>> = {}) =>
      Object.entries(moves).flatMap(([from, to]) => to.map((state) => `${from} ${state}`));
    const [here, model, beside] = [inPairs(next), inPairs(movesOfModel[name]), Object.keys(movesBeside[name] ?? {})];
    expect(here.filter((move) => !model.includes(move)).toSorted()).toEqual(beside.toSorted());
    expect(model.filter((move) => !here.includes(move))).toEqual([]);
  });

  test('is up to date', async () => {
    const problems = Object.entries(core.problems).map(([kind, { code, retryable, sentence }]) => ({
      kind,
      code,
      retryable,
      status: statuses.get(kind) ?? 0,
      sentence: sentence({}),
      advice: core.advise(core.problem(kind as core.ProblemKind)),
    }));
    expect(problems.filter(({ status }) => status === 0)).toEqual([]);
    const text = describeProtocol({
      rows: core.catalogue,
      problems: problems.toSorted((a, b) => (a.code < b.code ? -1 : 1)),
      lifecycles,
      refusalsOfAll: core.refusalsOfAll,
      limits: core.limits,
      limitNotes,
      examples: validPaths.map((path) => basename(path)),
      textOf: (example) => read(`fixtures/messages/valid/${example}`),
    });
    await expect(text).toMatchFileSnapshot('../docs/protocol.md');
  });

  test('refuses only with problems that the table has', () => {
    const known = Object.keys(core.problems);
    expect(core.rowNames.flatMap((name) => core.rowOf(name).refusals).filter((kind) => !known.includes(kind))).toEqual([]);
  });

  test('names of each use of data or functions what may stand against it by its agreement', () => {
    const files = ['server/src/orchestration/agreement-in-force', 'server/src/orchestration/maintenance', 'core/src/federation/agreement-use'];
    const said = files.flatMap((file) => [...read(`packages/${file}.ts`).matchAll(/problem\('(\w+)'/g)].map(([, kind = '']) => kind));
    const told: readonly string[] = [...core.rowOf('digitalTwin.read.exchangeData').refusals, ...core.refusalsOfAll];
    expect(said.length).toBeGreaterThan(5);
    expect(said.filter((kind) => !told.includes(kind))).toEqual([]);
    for (const name of ['digitalTwin.subscribe.exchangeData', 'digitalTwin.invoke.feature', 'digitalTwin.query.feature'] as const)
      expect(core.rowOf(name).refusals).toEqual(expect.arrayContaining([...core.usingRefusals]));
  });

  test('names as what any message may be refused all that the desk refuses by itself', () => {
    const desk = ['exchange/answer', 'exchange/authorise', 'exchange/partner-keys', 'exchange/via', 'trust/signature', 'http', 'http/reply'].map((file) =>
      read(`packages/server/src/${file}.ts`),
    );
    const refusing = [...desk, read('packages/core/src/message/message.ts')].flatMap((text) => [...text.matchAll(/problem(?:OfIssues)?\('(\w+)'/g)]);
    const ofWhatIsNoMessage = ['badQuery', 'badConfiguration', 'notFound', 'unknownSubscription', 'unsupportedQueryForm'];
    const said = [...new Set(refusing.map(([, kind = '']) => kind))].filter((kind) => !ofWhatIsNoMessage.includes(kind));
    expect(said.length).toBeGreaterThan(10);
    expect(said.filter((kind) => !core.refusalsOfAll.some((common) => common === kind))).toEqual([]);
  });
});
