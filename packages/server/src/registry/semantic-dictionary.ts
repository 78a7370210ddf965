/**
 * Semantic dictionary (SD-FE, Y.4489 8.2.2): the dictionaries that the node was given and those that were registered, with their earlier versions and mappings.
 */
import {
  authorityOf,
  createVocabulary,
  type DictionaryId,
  fail,
  isLaterVersion,
  limits,
  mapTerm,
  mergePatch,
  ok,
  problem,
  problemOfIssues,
  type Request,
  type Result,
  SemanticDictionary,
  type TermId,
  type TwinId,
  type Vocabulary,
} from '@cityweave/core';
import type { AskedBy, Done, Saved } from '../exchange/answer.ts';
import type { RecordStore } from '../store/store.ts';
import { checkSize, type RegistryRoom, twinEntry } from './entry.ts';

type DictionaryEntry = { readonly revision: number; readonly owner: string; readonly dictionary: SemanticDictionary };

const noun = 'registry.dictionary';
/** what was current once, under id and version */
const versionNoun = 'registry.dictionaryVersion';

// branding below: only this file writes these nouns
const entryOf = (records: RecordStore, id: string): DictionaryEntry | undefined => records.get(noun, id) as DictionaryEntry | undefined;
const earlierOf = (records: RecordStore, id: string, version: string): SemanticDictionary | undefined =>
  records.get(versionNoun, `${id} ${version}`) as SemanticDictionary | undefined;
const registered = (records: RecordStore): readonly SemanticDictionary[] => records.list(noun).map(({ value }) => (value as DictionaryEntry).dictionary);

/** Looked up as one; made anew only when a dictionary was registered. */
export const withRegistered = (records: RecordStore, given: () => Vocabulary): (() => Vocabulary) => {
  let made: { readonly of: string; readonly vocabulary: Vocabulary } | undefined;
  return () => {
    const mine = registered(records);
    if (mine.length === 0) return given();
    const of = mine.map(({ id, version }) => `${id} ${version}`).join('\n');
    if (made?.of !== of) made = { of, vocabulary: createVocabulary([...given().dictionaries, ...mine]) };
    return made.vocabulary;
  };
};

/** Those named, or all where none is named; of an earlier version or with some terms alone where asked for. */
export const retrieveDictionaries = (
  room: RegistryRoom,
  { parameters, objects }: Request<'registry.retrieve.semanticDictionary'>,
): Done<'registry.retrieve.semanticDictionary'> => {
  const { dictionaries } = room.vocabulary();
  const found: SemanticDictionary[] = [];
  for (const id of objects.length === 0 ? dictionaries.map((dictionary) => dictionary.id) : objects.map((object) => object.id)) {
    const one = dictionaryOf(room, id, parameters.version);
    if (!one.ok) return one;
    found.push(one.value);
  }
  const { terms } = parameters;
  const unknown = terms?.find((term) => !found.some((dictionary) => dictionary.terms.some((known) => known.term === term)));
  if (unknown !== undefined) return fail(problem('unknownTerm', { subject: unknown }));
  const told = terms ? found.map((dictionary) => ({ ...dictionary, terms: dictionary.terms.filter(({ term }) => terms.includes(term)) })) : found;
  return ok({ reply: { parameters: {}, objects: told.map(({ id, ...attributes }) => ({ kind: 'semanticDictionary' as const, id, attributes })) } });
};

const dictionaryOf = ({ records, vocabulary }: RegistryRoom, id: DictionaryId, version?: string): Result<SemanticDictionary> => {
  const { dictionaries } = vocabulary();
  const current = dictionaries.find((dictionary) => dictionary.id === id);
  const found = version === undefined || current?.version === version ? current : earlierOf(records, id, version);
  if (found) return ok(found);
  return fail(
    problem('unknownDictionary', { subject: id, ...(version !== undefined && { found: version }), accepted: dictionaries.map((one) => one.id).join(', ') }),
  );
};

const warningsMax = 100;

/** Wider terms and synonyms that nobody knows: they are kept, and lead nowhere. */
const warningsOf = (room: RegistryRoom, { terms }: SemanticDictionary): readonly string[] => {
  const own = new Set<string>(terms.map(({ term }) => term));
  const named = terms.flatMap(({ broader = [], sameAs = [] }) => [...broader, ...sameAs]);
  return [...new Set(named)].filter((term) => !own.has(term) && !room.vocabulary().term(term)).slice(0, warningsMax);
};

/** A prefix belongs to one dictionary, a dictionary to the agency that issued its id, and there is an end to how many are kept. */
const checkDictionary = (room: RegistryRoom, { id, prefix, terms }: SemanticDictionary, by: AskedBy): Result<true> => {
  if (!twinEntry(room.records, by.sender)) return fail(problem('notRegistered', { subject: by.sender }));
  if (authorityOf(id) !== authorityOf(by.sender as TwinId)) return fail(problem('notAuthorised', { subject: id, accepted: 'a dictionary of the sender' })); // branding: it is registered
  const { dictionaries } = room.vocabulary();
  const other = dictionaries.find((dictionary) => dictionary.prefix === prefix && dictionary.id !== id);
  if (other) return fail(problem('refusedByRegistry', { subject: prefix, found: other.id, accepted: 'a prefix that no other dictionary has' }));
  const foreign = terms.find(({ term }) => !term.startsWith(`${prefix}:`));
  if (foreign) return fail(problem('invalid', { subject: foreign.term, accepted: `terms of the prefix ${prefix}` }));
  if (!entryOf(room.records, id) && dictionaries.length >= limits.dictionariesMax)
    return fail(problem('refusedByRegistry', { subject: 'dictionaries', limit: limits.dictionariesMax }));
  return ok(true);
};

type Accepted = Done<'registry.register.semanticDictionary'>;

const accept = (room: RegistryRoom, dictionary: SemanticDictionary, by: AskedBy): Accepted => {
  const checked = checkDictionary(room, dictionary, by);
  if (!checked.ok) return checked;
  const { id, version } = dictionary;
  const before = entryOf(room.records, id);
  if (before && !isLaterVersion(version, before.dictionary.version))
    return fail(problem('dictionaryConflict', { subject: id, found: version, accepted: `later than ${before.dictionary.version}` }));
  const value: DictionaryEntry = { revision: (before?.revision ?? 0) + 1, owner: by.sender, dictionary };
  const earlier: readonly Saved[] = before ? [{ noun: versionNoun, id: `${id} ${before.dictionary.version}`, value: before.dictionary }] : [];
  const warnings = warningsOf(room, dictionary);
  return ok({
    reply: { parameters: { ...(warnings.length > 0 && { warnings: [...warnings] }) }, objects: [{ kind: 'semanticDictionary', id, revision: value.revision }] },
    save: [{ noun, id, value }, ...earlier],
  });
};

export const registerDictionary = (
  room: RegistryRoom,
  { objects: [{ id, attributes }] }: Request<'registry.register.semanticDictionary'>,
  by: AskedBy,
): Accepted => accept(room, { ...attributes, id }, by);

export const updateDictionary = (
  room: RegistryRoom,
  { parameters, objects: [{ id, attributes }] }: Request<'registry.update.semanticDictionary'>,
  by: AskedBy,
): Done<'registry.update.semanticDictionary'> => {
  const before = entryOf(room.records, id);
  if (!before) return fail(problem('unknownDictionary', { subject: id }));
  if (before.owner !== by.sender) return fail(problem('notAuthorised', { subject: id, accepted: 'its owner' }));
  if (before.revision !== parameters.baseRevision) return fail(problem('revisionConflict', { subject: id, limit: before.revision }));
  const merged = SemanticDictionary.safeParse({ ...Object(mergePatch(before.dictionary, attributes)), id });
  if (!merged.success) return fail(problemOfIssues('invalid', merged.error, { where: id }));
  const sized = checkSize(id, merged.data);
  return sized.ok ? accept(room, merged.data, by) : sized;
};

/** R12: each term with what corresponds to it; `strict` refuses where nothing does. */
export const mapTerms = (room: RegistryRoom, { parameters }: Request<'registry.map.semanticDictionary'>): Done<'registry.map.semanticDictionary'> => {
  const { toDictionary, fromDictionary, from = [], strict = false } = parameters;
  const target = dictionaryOf(room, toDictionary);
  if (!target.ok) return target;
  const source = fromDictionary === undefined ? ok(undefined) : dictionaryOf(room, fromDictionary);
  if (!source.ok) return source;
  const terms: readonly TermId[] = [...from, ...(source.value?.terms ?? []).map(({ term }) => term)];
  const vocabulary = room.vocabulary();
  const unknown = from.find((term) => !vocabulary.term(term));
  if (unknown !== undefined) return fail(problem('unknownTerm', { subject: unknown }));
  const mappings = [...new Set(terms)].map((term) => mapTerm(term, { vocabulary, dictionary: target.value }));
  const missing = mappings.find(({ relation }) => relation === 'none');
  if (strict && missing) return fail(problem('noMapping', { subject: missing.from, accepted: `terms that correspond to one of ${toDictionary}` }));
  return ok({ reply: { parameters: { mappings }, objects: [] } });
};
