/**
 * Typed kinds: a kind of a dictionary that declares its properties becomes a GraphQL type of its name, with those properties as fields.
 */
import type { Term, TermId, Vocabulary } from '@cityweave/core';

export type TypedField = { readonly name: string; readonly term: Term };
export type TypedKind = { readonly name: string; readonly term: Term; readonly fields: readonly TypedField[] };

export type TypedKinds = {
  readonly kinds: readonly TypedKind[];
  /** the type of a kind's twins */
  readonly typeOf: (kind: string) => string;
  readonly termOf: (type: string, field: string) => TermId | undefined;
};

export const genericTwin = 'GenericTwin';
export const genericFederatedTwin = 'GenericFederatedTwin';

/** Fields that every twin has: a property of such a name gets the suffix `Value`. */
const fieldsOfTwin = new Set([
  'id',
  'kind',
  'name',
  'agency',
  'position',
  'geometry',
  'property',
  'properties',
  'links',
  'sameAs',
  'altIds',
  'objectOfInterest',
  'version',
  'updatedAt',
  'createdAt',
]);

const localOf = (term: string): string => term.slice(term.indexOf(':') + 1);
const prefixOf = (term: string): string => term.slice(0, term.indexOf(':'));

/** A text as a GraphQL name: what is no letter, digit or underscore separates words. */
const words = (text: string): readonly string[] => text.split(/[^A-Za-z0-9]+/).filter(Boolean);
const upper = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);
const lower = (word: string): string => word.charAt(0).toLowerCase() + word.slice(1);
const pascal = (text: string): string => words(text).map(upper).join('');
const started = (name: string, otherwise: string): string => (/^[A-Za-z]/.test(name) ? name : `${otherwise}${name}`);

const typeName = (term: string, taken: ReadonlySet<string>): string => {
  const plain = started(pascal(localOf(term)), 'Kind');
  if (!taken.has(plain)) return plain;
  if (!taken.has(`${plain}Twin`)) return `${plain}Twin`;
  return `${pascal(prefixOf(term))}${plain}Twin`;
};

const fieldName = (term: string, taken: ReadonlySet<string>): string => {
  const plain = started(lower(pascal(localOf(term))), 'property');
  const own = fieldsOfTwin.has(plain) ? `${plain}Value` : plain;
  return taken.has(own) ? lower(`${pascal(prefixOf(term))}${upper(own)}`) : own;
};

const fieldsOf = ({ properties = [] }: Term, vocabulary: Vocabulary): readonly TypedField[] => {
  const taken = new Set<string>();
  return properties.flatMap((id) => {
    const term = vocabulary.term(id);
    const name = fieldName(id, taken);
    if (!term || taken.has(name)) return [];
    taken.add(name);
    return [{ name, term }];
  });
};

/** `reserved` are the names of the schema's own types. */
export const createTypedKinds = (vocabulary: Vocabulary, reserved: ReadonlySet<string>): TypedKinds => {
  const taken = new Set(reserved);
  const declared = vocabulary.dictionaries.flatMap(({ terms }) => terms).filter(({ role, properties = [] }) => role === 'kind' && properties.length > 0);
  const kinds = declared.flatMap((term): readonly TypedKind[] => {
    const name = typeName(term.term, taken);
    if (taken.has(name)) return [];
    taken.add(name);
    return [{ name, term, fields: fieldsOf(term, vocabulary) }];
  });
  const types = new Map<string, string>(kinds.map(({ term, name }) => [term.term, name]));
  const terms = new Map(kinds.flatMap(({ name, fields }) => fields.map((field) => [`${name} ${field.name}`, field.term.term] as const)));
  return { kinds, typeOf: (kind) => types.get(kind) ?? genericTwin, termOf: (type, field) => terms.get(`${type} ${field}`) };
};
