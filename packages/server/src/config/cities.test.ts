import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { agencyIdOf, cityDictionary, isUnit, type TermId } from '@cityweave/core';
import { type DocumentNode, type OperationDefinitionNode, parse as parseGraphQL } from 'graphql';
import { describe, expect, it } from 'vitest';
import { parse as parseYaml } from 'yaml';
import type { Source } from '../import/source.ts';
import { CityFile, type NodeFile } from './node-file.ts';

const fixtures = join(import.meta.dirname, '../../../../fixtures');
const cityNames = readdirSync(join(fixtures, 'cities')).filter((name) => name.endsWith('.yaml'));
const questionNames = readdirSync(join(fixtures, 'questions')).filter((name) => name.endsWith('.graphql'));

/** `${NAME:-default}` of the environment, as on a machine that sets none. */
const withDefaults = (text: string): string => text.replace(/\$\{\w+(?::-([^}]*))?\}/g, (_, otherwise: string | undefined) => otherwise ?? '');

const parseCity = (name: string) => CityFile.safeParse(parseYaml(withDefaults(readFileSync(join(fixtures, 'cities', name), 'utf8')), { merge: true }));
const parsed = new Map(cityNames.map((name) => [name, parseCity(name)]));

const readCity = (name: string): CityFile => {
  const city = parsed.get(name);
  return city?.success ? city.data : CityFile.parse(undefined);
};
const readQuestion = (name: string): DocumentNode => parseGraphQL(readFileSync(join(fixtures, 'questions', name), 'utf8'));

const nodesOf = (city: CityFile): readonly NodeFile[] => city.nodes.flatMap((node) => ('agency' in node ? [node] : []));

const known = new Set<string>(cityDictionary.terms.map(({ term }) => term));

/** Every text of a value that names a term of the shared vocabulary. */
const sharedTerms = (value: unknown): readonly string[] => {
  if (typeof value === 'string') return value.startsWith('city:') ? [value] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, part]) => [...sharedTerms(name), ...sharedTerms(part)]);
};

const schemesOf = (node: NodeFile | undefined): ReadonlySet<string> =>
  new Set([...(node?.sources ?? []), ...(node?.interfaces ?? [])].flatMap(({ identifiers }) => identifiers.map(({ scheme }) => scheme)));

const kindsOf = ({ kind }: Source): readonly TermId[] =>
  typeof kind === 'string' ? [kind] : [...Object.values(kind.kinds), ...(kind.otherwise ? [kind.otherwise] : [])];

const operationOf = (document: DocumentNode): OperationDefinitionNode | undefined =>
  document.definitions.find((definition): definition is OperationDefinitionNode => definition.kind === 'OperationDefinition');

describe.each(cityNames)('the city file %s', (name) => {
  it('is one that a city can be run from', () => {
    expect(parsed.get(name)?.error?.issues ?? []).toEqual([]);
  });

  it('uses only terms that the shared vocabulary has, and units that UCUM has', () => {
    const city = readCity(name);
    expect(sharedTerms(city).filter((term) => !known.has(term))).toEqual([]);
    const units = nodesOf(city).flatMap(({ sources }) => sources.flatMap(({ properties }) => properties.flatMap(({ unit }) => unit ?? [])));
    expect(units.filter((unit) => !isUnit(unit))).toEqual([]);
  });

  it('names each agency, and each source of an agency, once', () => {
    const nodes = nodesOf(readCity(name));
    expect(new Set(nodes.map(({ agency }) => agency)).size).toBe(nodes.length);
    for (const { sources } of nodes) expect(new Set(sources.map(({ id }) => id)).size).toBe(sources.length);
  });

  it('joins only to identifiers that the other agency declares', () => {
    const nodes = nodesOf(readCity(name));
    const byAgency = new Map(nodes.map((node) => [agencyIdOf(node.agency), node]));
    const dangling = nodes.flatMap((node) => [
      ...node.sources.flatMap(({ joins }) => joins.filter(({ agency, scheme }) => !schemesOf(byAgency.get(agency)).has(scheme))),
      ...node.sources.flatMap(({ links }) => links.filter(({ scheme }) => !schemesOf(node).has(scheme))),
    ]);
    expect(dangling).toEqual([]);
  });

  it('forms each federation around an agency that it has', () => {
    const city = readCity(name);
    const authorities = nodesOf(city).map(({ agency }) => agency);
    for (const { initiator } of city.federations) if (city.nodes.length === authorities.length) expect(authorities).toContain(initiator);
  });

  it('gives every source of open data its attribution and its licence, and lets the city run without it', () => {
    const fetched = nodesOf(readCity(name)).flatMap(({ sources }) => sources.filter(({ path }) => path.includes('shared/data')));
    expect(fetched.filter(({ attribution, licence, optional }) => !(attribution && licence && optional))).toEqual([]);
  });
});

describe.each(questionNames)('the question %s', (name) => {
  it('is GraphQL that says first what is asked and of whom', () => {
    expect(readFileSync(join(fixtures, 'questions', name), 'utf8')).toMatch(/^#[\s\S]*?Asked of: /);
    expect(operationOf(readQuestion(name))?.operation).toBe('query');
  });

  it('can be asked of some city as it is: its file has a default for every variable that has none of its own', () => {
    const declared = operationOf(readQuestion(name))?.variableDefinitions ?? [];
    const wanted = declared.filter(({ defaultValue }) => defaultValue === undefined).map(({ variable }) => variable.name.value);
    const able = cityNames.filter((city) => wanted.every((variable) => Object.hasOwn(readCity(city).variables, variable)));
    expect(able).not.toEqual([]);
  });
});

describe('the city of Cambridge', () => {
  const nodes = nodesOf(readCity('cambridge.yaml'));
  const sources = nodes.flatMap((node) => node.sources);

  it('has 67 layers, 4 tables and one 3D model, kept by 25 agencies', () => {
    expect(sources.filter(({ format }) => format === 'geojson')).toHaveLength(67);
    expect(sources.filter(({ format }) => format === 'csv')).toHaveLength(4);
    expect(sources.filter(({ format }) => format === 'cityjson')).toHaveLength(1);
    expect(nodes).toHaveLength(25);
  });

  it('makes no key of what is made anew at every publication, and keeps no names of editors', () => {
    expect(sources.filter(({ key }) => key.columns.some((column) => /^(GlobalID|OBJECTID)$/i.test(column)))).toEqual([]);
    expect(sources.flatMap(({ properties }) => properties.filter(({ column }) => /user|editor/i.test(column)))).toEqual([]);
  });

  it('asks its flood question only of kinds that its agencies keep', () => {
    const kept = new Set<string>(sources.flatMap(kindsOf));
    const { kinds } = readCity('cambridge.yaml').variables;
    expect(Array.isArray(kinds) && kinds.filter((kind) => !kept.has(kind))).toEqual([]);
  });
});
