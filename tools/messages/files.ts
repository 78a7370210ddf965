/**
 * The example messages as files: valid ones by row, invalid ones by the problem that must result.
 */
import { adaptorExamples, bridgeExamples } from './adaptor.ts';
import { applicationExamples } from './application.ts';
import { type Component, type Ends, type Example, type Examples, type Message, replyOf, requestOf } from './example.ts';
import { functionExamples } from './function.ts';
import { invalidMessages } from './invalid.ts';
import { logExamples } from './log.ts';
import { registryExamples } from './registry.ts';
import { spoiltForNodes, spoiltForParsers } from './systematic.ts';
import { type Agency, federationId, planning, registry, water } from './town.ts';
import { twinExamples } from './twin.ts';

export type MessageFile = { readonly path: string; readonly text: string };

const component = ({ twin, address }: Agency, role: string): Component => ({ id: twin, role, endpoint: address });
const floodDesk: Component = { id: 'urn:example:application:flood-desk', role: 'application' };

type Role = { readonly role: string; readonly examples: Examples; readonly endsOf: (example: Example) => Ends };

const roles: readonly Role[] = [
  {
    role: 'registry',
    examples: registryExamples,
    endsOf: ({ from = water, to = registry }) => ({ source: component(from, 'digitalTwin'), destination: component(to, 'registry') }),
  },
  {
    role: 'digitalTwin',
    examples: { ...twinExamples, ...functionExamples, ...bridgeExamples, ...logExamples },
    endsOf: ({ from = planning, to = water }) => ({ source: component(from, 'digitalTwin'), destination: component(to, 'digitalTwin'), federationId }),
  },
  {
    role: 'communicationAdaptor',
    examples: adaptorExamples,
    endsOf: ({ from = planning, to = registry }) => ({
      source: component(from, 'digitalTwin'),
      destination: component(to, 'communicationAdaptor'),
      federationId,
    }),
  },
  {
    role: 'application',
    examples: applicationExamples,
    endsOf: ({ from }) =>
      from ? { source: component(from, 'digitalTwin'), destination: floodDesk } : { source: floodDesk, destination: component(planning, 'digitalTwin') },
  },
];

const fileOf = (path: string, message: unknown): MessageFile => ({ path: `messages/${path}.json`, text: `${JSON.stringify(message, null, 2)}\n` });

const filesOfRole = ({ role, examples, endsOf }: Role): readonly MessageFile[] =>
  Object.entries(examples).flatMap(([name, example]) => {
    const ends = endsOf(example);
    const request = fileOf(`valid/${role}.${name}`, requestOf(name, example, ends));
    return example.reply || example.failure ? [request, fileOf(`valid/${role}.${name}.reply`, replyOf(name, example, ends))] : [request];
  });

/** A valid message by role and name, as the invalid ones are made of it. */
const messageOf = (key: string): Message => {
  const [role = '', ...rest] = key.split('.');
  const found = roles.find((one) => one.role === role);
  const name = rest.join('.');
  const example = found?.examples[name] ?? { request: {} };
  return found ? requestOf(name, example, found.endsOf(example)) : { header: {}, data: { action: {}, objects: [] } };
};

/** One request of every row, spoilt in the ways that are the same for all. */
const systematic = (): readonly MessageFile[] =>
  roles.flatMap(({ role, examples, endsOf }) =>
    Object.entries(examples)
      .filter(([name]) => !name.includes('--'))
      .flatMap(([name, example]) => {
        const message = requestOf(name, example, endsOf(example));
        const row = `${role}.${name}`;
        const invalid = spoiltForParsers(row, message).map((file) => fileOf(`invalid/${file.name}`, file.message));
        return [...invalid, ...spoiltForNodes(row, message).map((file) => fileOf(`refused/${file.name}`, file.message))];
      }),
  );

export const messageFiles = (): readonly MessageFile[] => [
  ...roles.flatMap(filesOfRole),
  ...systematic(),
  ...Object.entries(invalidMessages).map(([name, { of, spoil }]) => fileOf(`invalid/${name}`, spoil(messageOf(of)))),
];
