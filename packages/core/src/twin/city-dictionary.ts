/**
 * The built-in vocabulary of cities: a table. `kind`, `property` and `link` rows; agencies add their own dictionaries beside it.
 */
import type { DictionaryId, TermId } from '../ground/id.ts';
import type { SemanticDictionary, Term } from './semantic-dictionary.ts';

const id = (name: string): TermId => `city:${name}` as TermId; // branding: every row's term is made here
const ids = (names: string): readonly TermId[] => names.split(' ').filter(Boolean).map(id);

type Options = { readonly broader?: string; readonly properties?: string; readonly definition?: string };
const kind = (name: string, label: string, { broader = '', properties = '', definition }: Options = {}): Term => ({
  term: id(name),
  role: 'kind',
  label: { en: label },
  ...(definition && { definition: { en: definition } }),
  broader: ids(broader),
  properties: ids(properties),
});
const property = (name: string, label: string, dataType: NonNullable<Term['dataType']>, unit?: string, definition?: string): Term => ({
  term: id(name),
  role: 'property',
  label: { en: label },
  dataType,
  ...(unit && { unit }),
  ...(definition && { definition: { en: definition } }),
});
const link = (name: string, label: string): Term => ({ term: id(name), role: 'link', label: { en: label } });
const domain = (name: string, label: string): Term => ({ term: id(name), role: 'domain', label: { en: label }, broader: name === 'domain' ? [] : ids('domain') });

const terms: readonly Term[] = [
  domain('domain', 'City domain'),
  domain('planning', 'Planning'),
  domain('safety', 'Safety'),
  domain('water', 'Water'),
  domain('energy', 'Energy'),
  domain('mobility', 'Mobility'),

  kind('AgencyTwin', 'Agency', { definition: 'The twin of the whole domain of an agency' }),
  kind('Building', 'Building', { properties: 'height storeys use yearOfConstruction address' }),
  kind('FloodZone', 'Flood zone', { properties: 'returnPeriod', definition: 'An area that is flooded once in a return period' }),

  property('height', 'Height above ground', 'number', 'm'),
  property('storeys', 'Storeys', 'number'),
  property('use', 'Use', 'text'),
  property('yearOfConstruction', 'Year of construction', 'number'),
  property('address', 'Address', 'text'),
  property('returnPeriod', 'Return period', 'number', 'a', 'Mean time between two floods of this extent'),

  link('sameAs', 'is the same object as'),
  link('partOf', 'is part of'),
  link('feeds', 'feeds'),
  link('connectsTo', 'connects to'),
  link('locatedIn', 'is located in'),
];

export const cityDictionary: SemanticDictionary = {
  id: 'urn:dtf:dictionary:cityweave.example:city' as DictionaryId, // branding: written here once
  version: '1.0.0',
  prefix: 'city',
  name: { en: 'City' },
  terms,
};
