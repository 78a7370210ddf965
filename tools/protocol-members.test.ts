/**
 * Nothing that a message may carry is dropped in silence: something is done with it, or the page of the protocol says that it is carried only, or left out, and why.
 */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import * as core from '../packages/core/src/index.ts';
import { attributesByKind, carried } from './protocol/attributes.ts';
import { attributePathsOf, pathsOf } from './protocol/kinds.ts';
import { membersOf, wordsOf } from './protocol/members.ts';
import { neededHere, parametersByNumber } from './protocol/parameters.ts';
import { schemaOfMessages } from './protocol/schema.ts';

const root = join(import.meta.dirname, '..');
const schema = schemaOfMessages(core.catalogue, { header: core.Header, component: core.ComponentRef, result: core.MessageResult });

describe('members of messages', () => {
  const sources = globSync('packages/{core,server,viewer}/src/**/*.{ts,tsx}', { cwd: root }).filter((path) => !/\.(test|contract)\.|\/trial-/.test(path));
  const used = new Set(sources.flatMap((path) => [...wordsOf(readFileSync(join(root, path), 'utf8'))]));

  // by name: of two members of one name it is enough that one is used
  test('are each done something with, but for those that are said to be carried only', () => {
    const unused = [...new Set(membersOf(schema))].filter((name) => !used.has(name));
    expect(unused.toSorted()).toEqual(Object.keys(carried).toSorted());
  });

  test('a member that is declared and named in prose alone counts as unused', () => {
    const code =
      "/** heeded */\nexport const Made = openObject({ heeded: z.string(), within: z.array(openObject({ deep: z.int() })) });\nconst say = 'heeded so';";
    expect(['heeded', 'within', 'deep', 'say'].map((name) => wordsOf(code).has(name))).toEqual([false, false, false, true]);
    expect(wordsOf(`${code} made.heeded`).has('heeded')).toBe(true);
  });
});

describe('attributes of the kinds of objects', () => {
  const json = (noun: z.ZodType) => JSON.parse(JSON.stringify(z.toJSONSchema(noun, { io: 'input', unrepresentable: 'any' })));
  /** what no message carries as an object of its own: kept by its twin, or told within another object */
  const nouns: Readonly<Record<string, z.ZodType>> = { candidateFeature: core.Candidate, communicationStatus: core.CommunicationStatus };
  const pathsIn = (kind: string): ReadonlySet<string> => {
    const noun = nouns[kind];
    return noun ? new Set(pathsOf(json(noun))) : attributePathsOf(JSON.parse(JSON.stringify(schema)), kind);
  };

  test.each(Object.entries(attributesByKind))('%s has those that stand here, and not those that are left out', (kind, { here, leftOut }) => {
    const paths = pathsIn(kind);
    const places = here.map((attribute) => (typeof attribute === 'string' ? attribute : attribute[1]));
    expect(places.filter((path) => !paths.has(path))).toEqual([]);
    expect(Object.keys(leftOut).filter((path) => paths.has(path))).toEqual([]);
  });
});

describe('what messages carry', () => {
  const json = (content: z.ZodType) => JSON.parse(JSON.stringify(z.toJSONSchema(content, { io: 'input', unrepresentable: 'any' })));
  const pathsOfNumber = (number: string): ReadonlySet<string> => {
    const names = core.rowNames.filter((name) => core.rowOf(name).label.split(', ').includes(number));
    return new Set(names.flatMap((name) => [...pathsOf(json(core.rowOf(name).request)), ...pathsOf(json(core.rowOf(name).reply))]));
  };
  const places = (name: string): readonly string[] => [`parameters.${name}`, `objects.attributes.${name}`];

  test.each(Object.entries(parametersByNumber))('in %s has its place here, or is left out', (number, { here, leftOut }) => {
    const paths = pathsOfNumber(number);
    const lacks = here.filter((one) => !(typeof one === 'string' ? places(one) : [one[1]]).some((path) => paths.has(path)));
    expect(lacks).toEqual([]);
    expect(Object.keys(leftOut).filter((name) => places(name).some((path) => paths.has(path)))).toEqual([]);
  });

  /** The same without what stands at a path. */
  const without = (value: unknown, [name = '', ...rest]: readonly string[]): unknown => {
    if (Array.isArray(value)) return value.map((part, at) => (String(at) === name ? without(part, rest) : part));
    const { [name]: found, ...others } = Object(value);
    return rest.length === 0 ? others : { ...others, [name]: without(found, rest) };
  };

  test.each(Object.keys(neededHere))('is refused without %s', (place) => {
    const [row = '', path = ''] = place.split(' ');
    const { data } = JSON.parse(readFileSync(join(root, `fixtures/messages/valid/${row}.json`), 'utf8'));
    const content = { parameters: data.action.parameters, objects: data.objects };
    const { request } = core.isRowName(row) ? core.rowOf(row) : expect.unreachable(row);
    expect(request.safeParse(content).success).toBe(true);
    expect(request.safeParse(without(content, path.split('.'))).success).toBe(false);
  });
});
