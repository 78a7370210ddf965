/**
 * The schema as it is committed: up to date, sorted, described throughout, and a subgraph that composes.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { cityDictionary, createVocabulary, DictionaryId, type Term, TermId } from '@cityweave/core';
import { composeServices } from '@theguild/federation-composition';
import { type GraphQLSchema, isEnumType, isInputObjectType, isInterfaceType, isObjectType, isSpecifiedScalarType, parse, validate } from 'graphql';
import { describe, expect, test } from 'vitest';
import { subgraphSdl } from '../operations/subgraph.ts';
import { createSchema, printSdl } from './schema.ts';

const fixtures = new URL('../../../../../fixtures/', import.meta.url);
const schema = createSchema(createVocabulary([cityDictionary]));

const undescribed = (given: GraphQLSchema): readonly string[] =>
  Object.values(given.getTypeMap())
    .filter((type) => !type.name.startsWith('__') && !isSpecifiedScalarType(type))
    .flatMap((type) => {
      const own = type.description ? [] : [type.name];
      if (isEnumType(type)) return [...own, ...type.getValues().flatMap((value) => (value.description ? [] : [`${type.name}.${value.name}`]))];
      if (isInputObjectType(type))
        return [...own, ...Object.values(type.getFields()).flatMap((field) => (field.description ? [] : [`${type.name}.${field.name}`]))];
      if (!isObjectType(type) && !isInterfaceType(type)) return own;
      const fields = Object.values(type.getFields());
      return [
        ...own,
        ...fields.flatMap((field) => [
          ...(field.description ? [] : [`${type.name}.${field.name}`]),
          ...field.args.flatMap((arg) => (arg.description ? [] : [`${type.name}.${field.name}(${arg.name})`])),
        ]),
      ];
    });

describe('the schema', () => {
  test('is the committed one: `pnpm schema` writes it', async () => {
    await expect(printSdl(schema)).toMatchFileSnapshot('../../../schema.graphql');
  });

  test('describes every type, field, argument and value', () => {
    expect(undescribed(schema)).toEqual([]);
  });

  test('names the specification of every scalar of its own', () => {
    for (const name of ['DateTime', 'Duration', 'GeoJSON', 'JSON', 'URI'])
      expect(schema.getType(name)).toMatchObject({ specifiedByURL: expect.stringContaining('https://') });
  });

  test.each(['questions', 'subscriptions'])('answers all saved %s', (kind) => {
    const folder = new URL(`${kind}/`, fixtures);
    const names = readdirSync(folder).filter((file) => file.endsWith('.graphql'));
    expect(names.length).toBeGreaterThan(0);
    for (const name of names)
      expect(validate(schema, parse(readFileSync(new URL(name, folder), 'utf8'))).map(({ message }) => `${name}: ${message}`)).toEqual([]);
  });

  test('is a subgraph that composes, its twins known by their ids', () => {
    const typeDefs = parse(subgraphSdl(schema));
    const composed = composeServices([{ name: 'planning', typeDefs, url: 'http://planning.example/graphql' }]);
    expect(composed.errors ?? []).toEqual([]);
    expect(subgraphSdl(schema)).toContain('type Building implements Node & Twin @key(fields: "id")');
    expect(subgraphSdl(schema)).not.toContain('_entities');
  });
});

const term = (id: string, more: Partial<Term> = {}): Term => ({ term: TermId.parse(id), role: 'kind', label: { en: id }, ...more });
const dictionary = (prefix: string, terms: readonly Term[]) => ({
  id: DictionaryId.parse(`urn:dtf:dictionary:test.example:${prefix}`),
  version: '1',
  prefix,
  name: { en: prefix },
  terms,
});

describe('typed kinds', () => {
  const id = (text: string) => TermId.parse(text);
  const other = dictionary('test', [
    term('test:Federation', { properties: [id('test:name'), id('test:is-open'), id('city:height')] }),
    term('test:Building', { properties: [id('test:load')] }),
    term('test:name', { role: 'property', dataType: 'text' }),
    term('test:is-open', { role: 'property', dataType: 'boolean' }),
    term('test:load', { role: 'property', dataType: 'number', unit: 'kW' }),
  ]);
  const sdl = printSdl(createSchema(createVocabulary([cityDictionary, other])));

  test('a kind named like a type of the schema, or like another kind, gets the suffix Twin', () => {
    expect(sdl).toContain('type FederationTwin implements Node & Twin');
    expect(sdl).toContain('type BuildingTwin implements Node & Twin');
    expect(sdl).toContain('type Building implements Node & Twin');
  });

  test('a property named like a field of every twin gets the suffix Value', () => {
    expect(sdl).toMatch(/type FederationTwin[^}]*\n {2}isOpen: Boolean\n/);
    expect(sdl).toMatch(/type FederationTwin[^}]*\n {2}nameValue: String\n/);
    expect(sdl).toMatch(/type FederationTwin[^}]*\n {2}height: Float\n/);
  });
});
