/**
 * Semantic dictionary (SD-FE, Y.4489 8.2.2): the dictionaries that the node was given and those that were registered, with their earlier versions and mappings.
 */
import {
  authorityOf,
  createVocabulary,
  type DictionaryId,
  fail,
  fittingMessage,
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
import { checkSize, type RegistryRoom, registeredNow, twinEntry } from './entry.ts';
import { askerOf, askPeers, type Cut, describeCut, toldCut } from './peer-registries.ts';

type DictionaryEntry = {
  readonly revision: number;
  readonly owner: string;
  readonly dictionary: SemanticDictionary;
  /** versions before it that are kept, the last one last */
  readonly earlier?: readonly string[] | undefined;
};

const noun = 'registry.dictionary';
/** what was current once, under id and version */
const versionNoun = 'registry.dictionaryVersion';
const versionId = (id: string, version: string): string => `${id} ${version}`;

// branding below: only this file writes these nouns
const entryOf = (records: RecordStore, id: string): DictionaryEntry | undefined => records.get(noun, id) as DictionaryEntry | undefined;
const earlierOf = (records: RecordStore, id: string, version: string): SemanticDictionary | undefined =>
  records.get(versionNoun, versionId(id, version)) as SemanticDictionary | undefined;
const registered = (records: RecordStore): readonly SemanticDictionary[] => records.list(noun).map(({ value }) => (value as DictionaryEntry).dictionary);

/** With their earlier versions those of twins that are forgotten: nobody could change them any more. */
export const forgetDictionaries = ({ records }: Pick<RegistryRoom, 'records'>): void => {
  for (const { id, value } of records.list(noun)) {
    const { owner, earlier = [] } = value as DictionaryEntry;
    if (twinEntry(records, owner)) continue;
    for (const version of earlier) records.remove(versionNoun, versionId(id, version));
    records.remove(noun, id);
  }
};

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

type Retrieving = Request<'registry.retrieve.semanticDictionary'>;

const keptHere = (room: RegistryRoom, { parameters: { version }, objects }: Retrieving): readonly SemanticDictionary[] =>
  (objects.length === 0 ? room.vocabulary().dictionaries : objects).flatMap(({ id }) => {
    const one = dictionaryOf(room, id, version);
    return one.ok ? [one.value] : [];
  });

type Elsewhere = { readonly dictionaries: readonly SemanticDictionary[]; readonly cut: readonly Cut[] };

const nowhere: Elsewhere = { dictionaries: [], cut: [] };

/** Those that peers have, named or all; nobody else's terms where some are named. */
const askElsewhere = async (room: RegistryRoom, { parameters, objects }: Retrieving, by: AskedBy): Promise<Elsewhere> => {
  const asker = await askerOf(room, by, parameters.forwarding);
  const { replies, cut } = await askPeers(room, { name: 'registry.retrieve.semanticDictionary', parameters, objects, asker });
  return { dictionaries: replies.flatMap((reply) => reply.objects.map(({ id, attributes }) => ({ ...attributes, id }))), cut };
};

/** The first of each: what is kept here before what a peer has. */
const firstOfEach = (all: readonly SemanticDictionary[]): readonly SemanticDictionary[] =>
  [...new Map(all.toReversed().map((dictionary) => [dictionary.id, dictionary])).values()].toReversed();

const namesOf = (dictionaries: readonly SemanticDictionary[]): string => dictionaries.map(({ id }) => id).join(', ') || 'none is known here';

/** What was named and is not there; a registry that is asked by a peer tells what it has. */
const checkFound = (
  room: RegistryRoom,
  { parameters: { terms, version, forwarding }, objects }: Retrieving,
  { dictionaries, cut }: Elsewhere,
): Result<true> => {
  if (forwarding) return ok(true);
  const missing = objects.find(({ id }) => !dictionaries.some((one) => one.id === id));
  const why = [...(version === undefined ? [] : [version]), ...cut.map(describeCut)].join(', ');
  const accepted = namesOf(firstOfEach([...room.vocabulary().dictionaries, ...dictionaries]));
  if (missing) return fail(problem('unknownDictionary', { subject: missing.id, ...(why && { found: why }), accepted }));
  const unknown = terms?.find((term) => !dictionaries.some((dictionary) => dictionary.terms.some((known) => known.term === term)));
  return unknown === undefined ? ok(true) : fail(problem('unknownTerm', { subject: unknown }));
};

const toldOf =
  ({ terms }: Retrieving['parameters']) =>
  ({ id, ...attributes }: SemanticDictionary) => ({
    kind: 'semanticDictionary' as const,
    id,
    attributes: terms ? { ...attributes, terms: attributes.terms.filter(({ term }) => terms.includes(term)) } : attributes,
  });

/** Those named, or all where none is named, here and at the peers; of an earlier version or with some terms alone where asked for. */
export const retrieveDictionaries = async (room: RegistryRoom, request: Retrieving, by: AskedBy): Promise<Done<'registry.retrieve.semanticDictionary'>> => {
  const { parameters, objects } = request;
  const own = keptHere(room, request);
  const missing = objects.filter(({ id }) => !own.some((one) => one.id === id));
  const isWhole = objects.length > 0 && missing.length === 0;
  const elsewhere = isWhole ? nowhere : await askElsewhere(room, { parameters, objects: missing }, by);
  const found = firstOfEach([...own, ...elsewhere.dictionaries]);
  const checked = checkFound(room, request, { ...elsewhere, dictionaries: found });
  if (!checked.ok) return checked;
  const told = found.map(toldOf(parameters));
  if (fittingMessage(told, limits.messageObjectsMax).length < told.length)
    return fail(problem('tooMany', { subject: 'dictionaries', limit: limits.discoverPageBytesMax, accepted: 'fewer by name, or terms' }));
  return ok({ reply: { parameters: toldCut(elsewhere.cut), objects: told } });
};

const dictionaryOf = ({ records, vocabulary }: RegistryRoom, id: DictionaryId, version?: string): Result<SemanticDictionary> => {
  const { dictionaries } = vocabulary();
  const current = dictionaries.find((dictionary) => dictionary.id === id);
  const found = version === undefined || current?.version === version ? current : earlierOf(records, id, version);
  if (found) return ok(found);
  return fail(problem('unknownDictionary', { subject: id, ...(version !== undefined && { found: version }), accepted: namesOf(dictionaries) }));
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
  const owner = registeredNow(room, by.sender);
  if (!owner.ok) return owner;
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
  const sized = checkSize(id, dictionary);
  if (!sized.ok) return sized;
  const before = entryOf(room.records, id);
  if (before && !isLaterVersion(version, before.dictionary.version))
    return fail(problem('dictionaryConflict', { subject: id, found: version, accepted: `later than ${before.dictionary.version}` }));
  const known = before ? [...(before.earlier ?? []), before.dictionary.version] : [];
  const earlier = known.slice(-limits.dictionaryVersionsMax);
  const value: DictionaryEntry = { revision: (before?.revision ?? 0) + 1, owner: by.sender, dictionary, earlier };
  const replaced: readonly Saved[] = before ? [{ noun: versionNoun, id: versionId(id, before.dictionary.version), value: before.dictionary }] : [];
  const warnings = warningsOf(room, dictionary);
  return ok({
    reply: { parameters: { ...(warnings.length > 0 && { warnings: [...warnings] }) }, objects: [{ kind: 'semanticDictionary', id, revision: value.revision }] },
    save: [{ noun, id, value }, ...replaced],
    afterwards: () => {
      for (const forgotten of known.slice(0, -limits.dictionaryVersionsMax)) room.records.remove(versionNoun, versionId(id, forgotten));
    },
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
  return accept(room, merged.data, by);
};

type Mapping = Request<'registry.map.semanticDictionary'>;

/** What is known here, and of what is named and not known here what the peers know. */
const vocabularyFor = async (room: RegistryRoom, { parameters: { toDictionary, fromDictionary, from = [] } }: Mapping, by: AskedBy): Promise<Vocabulary> => {
  const own = room.vocabulary();
  const named = [toDictionary, ...(fromDictionary === undefined ? [] : [fromDictionary])].filter((id) => !own.dictionaries.some((one) => one.id === id));
  const terms = from.filter((term) => !own.term(term));
  const objects = named.map((id) => ({ kind: 'semanticDictionary' as const, id }));
  const asked = await Promise.all([
    named.length > 0 ? askElsewhere(room, { parameters: {}, objects }, by) : nowhere,
    terms.length > 0 ? askElsewhere(room, { parameters: { terms }, objects: [] }, by) : nowhere,
  ]);
  const theirs = asked.flatMap(({ dictionaries }) => dictionaries).filter((one) => one.terms.length > 0);
  return theirs.length === 0 ? own : createVocabulary([...firstOfEach([...own.dictionaries, ...theirs])].toReversed());
};

/** R12: each term with what corresponds to it; `strict` refuses where nothing does. */
export const mapTerms = async (room: RegistryRoom, request: Mapping, by: AskedBy): Promise<Done<'registry.map.semanticDictionary'>> => {
  const { toDictionary, fromDictionary, from = [], strict = false } = request.parameters;
  const vocabulary = await vocabularyFor(room, request, by);
  const informed = { ...room, vocabulary: () => vocabulary };
  const target = dictionaryOf(informed, toDictionary);
  if (!target.ok) return target;
  const source = fromDictionary === undefined ? ok(undefined) : dictionaryOf(informed, fromDictionary);
  if (!source.ok) return source;
  const terms: readonly TermId[] = [...from, ...(source.value?.terms ?? []).map(({ term }) => term)];
  const unknown = from.find((term) => !vocabulary.term(term));
  if (unknown !== undefined) return fail(problem('unknownTerm', { subject: unknown }));
  const mappings = [...new Set(terms)].map((term) => mapTerm(term, { vocabulary, dictionary: target.value }));
  const missing = mappings.find(({ relation }) => relation === 'none');
  if (strict && missing) return fail(problem('noMapping', { subject: missing.from, accepted: `terms that correspond to one of ${toDictionary}` }));
  return ok({ reply: { parameters: { mappings }, objects: [] } });
};
