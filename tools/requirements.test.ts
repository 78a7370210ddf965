/**
 * The page of requirements cannot lie: what it names is there, every row has its number, and the page is what the tables say. `pnpm fixtures` renews it.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import * as core from '../packages/core/src/index.ts';
import { describeRequirements, type Traced } from './requirements/document.ts';
import { entities } from './requirements/entities.ts';
import { messagesOfModel, tracedMessages } from './requirements/messages.ts';
import { type Proof, proofsOf, requirements } from './requirements/requirements.ts';

const root = join(import.meta.dirname, '..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

const roomByRole: Readonly<Record<string, string>> = {
  registry: 'packages/server/src/registry/registry.ts',
  digitalTwin: 'packages/server/src/orchestration/orchestration.ts',
  communicationAdaptor: 'packages/server/src/adaptor/adaptor.ts',
  application: 'packages/server/src/orchestration/orchestration.ts',
};

const rowsOf = (number: string): readonly string[] => core.rowNames.filter((name) => core.rowOf(name).label.split(', ').includes(number));

const messages: Traced['messages'] = Object.entries(tracedMessages).map(([number, traced]) => {
  const rows = rowsOf(number);
  const [first] = rows;
  return { ...traced, number, rows, room: first && roomByRole[first.split('.')[0] ?? ''] };
});

const described = [...Object.entries(requirements), ...Object.entries(entities)];
const all: readonly (readonly [string, Proof])[] = [...described, ...Object.entries(tracedMessages)].flatMap(([name, traced]) =>
  proofsOf(traced).map((proof) => [name, proof] as const),
);

/** A test that may be left out, for want of data or of a server, shows nothing. */
const mayBeSkipped = ([file]: Proof): boolean => /\.(skipIf|runIf|skip|todo)\b/.test(read(file));

/** A test of exactly this title, written as a call or, for a table of cases, on a line of its own. */
const hasTest = ([file, title]: Proof): boolean => {
  if (!existsSync(join(root, file))) return false;
  const text = read(file);
  return [`it('${title}'`, `test('${title}'`, `)(\n    '${title}'`].some((form) => text.includes(form));
};

describe('what the model asks for', () => {
  test('is met in a file that is there, and shown by a test of that title, or it says why not', () => {
    expect(described.filter(([, { home }]) => !existsSync(join(root, home))).map(([name]) => name)).toEqual([]);
    expect(described.filter(([, { proof, unmet }]) => (proof === undefined) === (unmet === undefined)).map(([name]) => name)).toEqual([]);
    expect(all.filter(([, proof]) => !hasTest(proof)).map(([name, proof]) => `${name}: ${proof.join(' ')}`)).toEqual([]);
  });

  test('is shown by tests that run wherever the suite runs', () => {
    expect(all.filter(([, proof]) => mayBeSkipped(proof)).map(([name]) => name)).toEqual([]);
  });

  test('is numbered without a gap, and so are the messages', () => {
    expect(Object.keys(requirements)).toEqual(Array.from({ length: 41 }, (_, at) => `RQ-${String(at + 1).padStart(2, '0')}`));
    const between = (letter: string, to: number) => Array.from({ length: to }, (_, at) => `${letter}${at + 1}`);
    const numbered = [...between('R', 14), 'T6a', ...between('T', 16), ...between('A', 8), ...between('P', 4)];
    expect(numbered).toHaveLength(43);
    expect(Object.keys(messagesOfModel).toSorted()).toEqual(numbered.toSorted());
  });

  test('is shown of each message by a test of its own', () => {
    const titles = Object.values(tracedMessages).map(({ proof }) => proof.join(' '));
    expect(titles.filter((title, at) => titles.indexOf(title) !== at)).toEqual([]);
  });

  test('names the number of every row, and every room answers its rows', () => {
    expect(
      core.rowNames.filter(
        (name) =>
          !core
            .rowOf(name)
            .label.split(', ')
            .every((number) => number in tracedMessages),
      ),
    ).toEqual([]);
    const roomOfRow = (name: string): string | undefined => roomByRole[name.split('.')[0] ?? ''];
    const unanswered = messages.flatMap(({ rows }) => rows.filter((name) => !read(roomOfRow(name) ?? '').includes(`'${name}'`)));
    expect(unanswered).toEqual([]);
  });

  test('allows a message only in states that the lifecycles have', () => {
    const states: Readonly<Record<string, readonly string[]>> = {
      'registry entry': core.registryEntryLifecycle.states,
      agreement: core.agreementLifecycle.states,
      federation: core.federationLifecycle.states,
      connection: core.communicationLifecycle.states,
      'function run': core.functionRunLifecycle.states,
    };
    const wrong = core.rowNames.flatMap((name) =>
      Object.entries(core.rowOf(name).allowed).flatMap(([lifecycle, named]) =>
        named.filter((state) => !states[lifecycle]?.includes(state)).map((state) => `${name}: ${state}`),
      ),
    );
    expect(wrong).toEqual([]);
  });

  test('is written down as it is', async () => {
    await expect(describeRequirements({ requirements, entities, messages })).toMatchFileSnapshot('../docs/requirements.md');
  });
});
