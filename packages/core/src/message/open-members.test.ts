import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { agreementText } from '../federation/agreement.ts';
import { canonicalJson } from '../ground/json.ts';
import { isRowName, type RowName } from './catalogue.ts';
import { parseMessage, parseReply, parseRequest } from './message.ts';

type Members = Readonly<Record<string, unknown>>;
type Path = readonly (string | number)[];

const folder = join(import.meta.dirname, '../../../../fixtures/messages/valid');
const read = (path: string): Members => JSON.parse(readFileSync(join(folder, path), 'utf8'));
const isList = Array.isArray;
const isMembers = (value: unknown): value is Members => typeof value === 'object' && value !== null && !isList(value);

const nameIn = (path: string): RowName => {
  const name = basename(path).replace(/(--[a-z-]+)?(\.reply)?\.json$/, '');
  return isRowName(name) ? name : expect.unreachable(`no row ${name}`);
};

const partsOf = (value: unknown): readonly (readonly [string | number, unknown])[] =>
  isList(value) ? value.map((part, index) => [index, part] as const) : isMembers(value) ? Object.entries(value) : [];

/** Every object within, by its path. */
const objectsIn = (value: unknown, path: Path = []): readonly Path[] => [
  ...(isMembers(value) ? [path] : []),
  ...partsOf(value).flatMap(([key, part]) => objectsIn(part, [...path, key])),
];

const later = 'x:later';
const more = { of: ['a later version', 1] };

const withMore = (value: unknown, [key, ...rest]: Path): unknown => {
  if (key === undefined) return { ...Object(value), [later]: more };
  if (isList(value)) return value.map((part, index) => (index === key ? withMore(part, rest) : part));
  return { ...Object(value), [key]: withMore(Object(value)[key], rest) };
};

const at = (value: unknown, path: Path): unknown => path.reduce<unknown>((part, key) => Object(part)[key], value);

/** Names by which a record is kept rather than members of an object: texts by language, schemas, inputs, codes; there any name is known. Of a problem and of a public key only what is known is taken. */
const isRecord =
  /\.(name|label|description|definition|title|reason|schema|inputs|outputs|authoritative|tolerance|methods|units|areas|stages|identified|codes|facts|problem|keys|filter)(\.|$)/;
/** Twins and what is asked of them have words of their own, which the dictionary and the version of the query tell. */
const isOfTwins = /\.(query|page|rows|where|samples|content|series|history)(\.|$)/;
/** A patch is what it makes of attributes: see the registry. */
const isPatch = (name: RowName): boolean => name.startsWith('registry.update.');

const placesIn = (path: string): readonly Path[] => {
  const { action, objects } = read(path)['data'] as { readonly action: Members; readonly objects: readonly unknown[] }; // branding: an example is a message
  const all = objectsIn({ parameters: action['parameters'] ?? {}, objects }).filter((place) => place.length > 0);
  return all.filter((place) => ![isRecord, isOfTwins].some((form) => form.test(`.${place.join('.')}.`)));
};

const parsedWith = (path: string, place: Path): unknown => {
  const raw = read(path);
  const data = raw['data'] as { readonly action: Members; readonly objects: unknown }; // branding: as above
  const changed = withMore({ parameters: data.action['parameters'] ?? {}, objects: data.objects }, place) as { parameters: unknown; objects: unknown }; // branding: the same with one more
  const message = parseMessage({ ...raw, data: { action: { ...data.action, parameters: changed.parameters }, objects: changed.objects } });
  if (!message.ok) return message.problem;
  const parsed = path.endsWith('.reply.json') ? parseReply(nameIn(path), message.value) : parseRequest(nameIn(path), message.value);
  return parsed.ok ? at(parsed.value, [...place, later]) : parsed.problem;
};

const isFailure = (path: string): boolean => JSON.stringify(read(path)).includes('"status":"failure"');

describe('members that this version does not know are kept', () => {
  const examples = globSync('*.json', { cwd: folder }).filter((path) => !isPatch(nameIn(path)) && !isFailure(path));

  test.each(examples)('in %s, wherever an object stands', (path) => {
    const lost = placesIn(path).flatMap((place) => {
      const kept = parsedWith(path, place);
      return canonicalJson(kept ?? null) === canonicalJson(more) ? [] : [`${place.join('.')}: ${JSON.stringify(kept)}`];
    });
    expect(lost).toEqual([]);
  });
});

test('terms of an agreement are hashed as they were said, with what this version does not know of them', () => {
  const raw = read('digitalTwin.request.federation.json');
  const { action, objects } = raw['data'] as { readonly action: Members; readonly objects: readonly unknown[] }; // branding: as above
  const area = { type: 'Polygon', bbox: [0, 0, 1, 1], coordinates: [[[0, 0], [1, 0], [1, 1], [0, 0]]] }; // biome-ignore format: a ring
  const terms = { ...Object(at(objects, [1, 'attributes', 'terms'])), area, [later]: more };
  const changed = [objects[0], { ...Object(objects[1]), attributes: { ...Object(at(objects, [1, 'attributes'])), terms } }];
  const message = parseMessage({ ...raw, data: { action, objects: changed } });
  const parsed = message.ok ? parseRequest('digitalTwin.request.federation', message.value) : message;
  expect(parsed.ok && agreementText(parsed.value.objects[1].attributes.terms)).toBe(canonicalJson(terms));
});
