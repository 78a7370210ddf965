/**
 * Twins as properties of nodes and back: what is searched stands in properties of its own, the rest is one JSON text.
 * Values are flat: `p:` a scalar by its term, `u:` its unit, `x:` what is no scalar as canonical JSON, so that null is there and told from missing.
 */
import {
  agencyOf,
  type Box,
  boxOfTwin,
  brevityOf,
  canonicalJson,
  foldedNames,
  isSameJson,
  type Link,
  normaliseKey,
  type Shape,
  type Twin,
  type TwinInput,
  textIn,
} from '@cityweave/core';
import { alternativeKey, isScalar, objectKey, otherKey, pointAt, stepWord, unitKey, valueKey, whole } from '../neo4j-cypher/parameters.ts';
import { pointPlace, sizes } from '../neo4j-cypher/space.ts';
import { placedInText } from '../neo4j-words/index-words.ts';
import { chanceMarksOf, marksOfId } from '../neo4j-words/key-path.ts';

type Properties = Readonly<Record<string, unknown>>;

/** Of those that the other one does not say as well. */
const flatValues = ({ values }: TwinInput, other?: TwinInput): Properties => {
  const flat: [string, unknown][] = [];
  for (const [term, reading] of Object.entries(values)) {
    if (isSameJson(reading, other?.values[term])) continue;
    const { value, unit } = reading;
    flat.push(isScalar(value) ? [valueKey(term), value] : [otherKey(term), canonicalJson(value)]);
    if (unit !== undefined) flat.push([unitKey(term), unit]);
  }
  return Object.fromEntries(flat);
};

/** What lies beyond the ends of the world is found at them, and is no point there. Of a point its corners would say nothing more. */
const isInWorld = ([west, south, east, north]: Box): boolean => west >= -180 && east <= 180 && south >= -90 && north <= 90;

const placeOfBox = (box: Box | undefined): Properties => {
  const extent = box ? Math.max(box[2] - box[0], box[3] - box[1]) : 0;
  const size = box && sizes.find(({ place, degrees }) => extent <= degrees && (place !== pointPlace || isInWorld(box)));
  const centre = box && pointAt((box[0] + box[2]) / 2, (box[1] + box[3]) / 2);
  const [west, south, east, north] = box && size?.place !== pointPlace ? box : [null, null, null, null];
  return { west, south, east, north, ...Object.fromEntries(sizes.map(({ place }) => [place, place === size?.place ? centre : null])) };
};

/** JSON of [value, scheme] pairs, values normalised; null where there are none. */
export const altsOf = ({ altIds }: TwinInput): string | null =>
  altIds === undefined || altIds.length === 0 ? null : JSON.stringify(altIds.map(({ scheme, value }) => [normaliseKey(value), scheme]));

/** What a twin is found under beside its id. */
export const identifiersOf = ({ alts, object }: { readonly alts: string | null; readonly object: string | null }) => [
  ...(object === null ? [] : [{ key: objectKey(object), scheme: null }]),
  // written by altsOf
  ...(alts === null ? [] : JSON.parse(alts).map(([value, scheme]: readonly [string, string]) => ({ key: alternativeKey(value), scheme }))),
];

export type Kept = {
  readonly version: number;
  readonly createdAt: string;
  readonly updatedAt: string;
  /** absent: as it was */
  readonly source?: string | undefined;
  readonly digest?: string | undefined;
  readonly shapes?: readonly Shape[] | undefined;
  /** whether it has shapes by now */
  readonly shaped: boolean;
};

/** A twin as it was given, as text: equal ones are equal text. */
export const bodyOf = (input: TwinInput): string => JSON.stringify(input);

const versioned = ',"version":';

/**
 * All that is told of a twin is one property, its version too: who reads while another one commits may find some properties as they were and some as they are,
 * and would write on a version whose values it has never seen. It is the twin as JSON: how it was given, and after that what the store adds.
 */
const docOf = ({ version, createdAt, updatedAt, shaped }: Pick<Kept, 'version' | 'createdAt' | 'updatedAt' | 'shaped'>, body: string): string =>
  `${body.slice(0, -1)}${versioned}${version},"createdAt":"${createdAt}","updatedAt":"${updatedAt}"${shaped ? ',"shaped":true' : ''}}`;

const bodyOfDoc = (doc: string): string => `${doc.slice(0, doc.lastIndexOf(versioned))}}`;

/** The text under which it is found: its words with their places, how short its names are, how its id begins, and its marks of chance. */
const wordsIn = (twin: TwinInput): string => {
  const folded = foldedNames(twin);
  return [...placedInText(twin, folded), stepWord(brevityOf(folded)), ...marksOfId(twin.id), ...chanceMarksOf(twin.id)].join(' ');
};

/** What is searched, by the names of properties, null where there is nothing; `of` is all that it is made of. What another twin has as well may be left out. */
type Searched = { readonly of: (twin: TwinInput) => readonly unknown[]; readonly make: (twin: TwinInput, other?: TwinInput) => Properties };

const searched: readonly Searched[] = [
  { of: ({ values }) => [values], make: flatValues },
  { of: ({ position, footprint }) => [position, footprint], make: (twin) => placeOfBox(boxOfTwin(twin)) },
  // most often the id tells
  { of: ({ agency, kind }) => [agency, kind], make: ({ id, agency, kind }) => ({ agency: agency === agencyOf(id) ? null : agency, kind }) },
  // the order of languages counts
  { of: ({ name }) => Object.entries(name), make: (twin) => ({ name: textIn(twin.name), folded: foldedNames(twin) }) },
];

const textValues = ({ values }: TwinInput) => Object.values(values).flatMap(({ value }) => (typeof value === 'string' ? [value] : []));

const words: Searched = {
  of: (twin) => [twin.name, twin.altIds, twin.objectOfInterest, textValues(twin)],
  make: (twin) => ({ words: wordsIn(twin) }),
};

const keptOf = (kept: Kept, body: string): Properties => ({
  updatedAt: whole(Date.parse(kept.updatedAt)),
  doc: docOf(kept, body),
  ...(kept.source !== undefined && { source: kept.source }),
  ...(kept.digest !== undefined && { digest: kept.digest }),
  ...(kept.shapes && { shapes: kept.shapes.length === 0 ? null : JSON.stringify(kept.shapes) }),
});

/** Points are objects, all else is text, number or truth. */
const isSame = (a: unknown, b: unknown): boolean => a === b || (typeof a === 'object' && a !== null && String(a) === String(b));

/** What is there now and was not `before`, null for what goes: the server looks for every property that it is given among all that the node has. */
const difference = (was: Properties, now: Properties): Properties => {
  const gone = Object.keys(was).flatMap((name) => (Object.hasOwn(now, name) ? [] : [[name, null]]));
  const said = Object.entries(now).filter(([name, value]) => !isSame(value, was[name] ?? null));
  return Object.fromEntries([...gone, ...said]);
};

const isMadeAnew = ({ of }: Searched, twin: TwinInput, before: TwinInput | undefined): boolean => !(before && isSameJson(of(before), of(twin)));

/** Words are one property, which is hardly ever made of something else and stays as it was. */
const searchedAnew = (twin: TwinInput, before: TwinInput | undefined): readonly Properties[] => [
  ...searched.filter((one) => isMadeAnew(one, twin, before)).map(({ make }) => difference(before ? make(before, twin) : {}, make(twin, before))),
  ...(isMadeAnew(words, twin, before) ? [words.make(twin)] : []),
];

/** What a twin's node is to be given, where it had `before`. */
export const propertiesOf = (twin: TwinInput, kept: Kept, { body, before }: { readonly body: string; readonly before?: TwinInput | undefined }): Properties =>
  Object.assign({}, ...searchedAnew(twin, before), keptOf(kept, body));

/** What this side gives back was parsed before it was put in. */
export const trusted = <T>(value: unknown): T => value as T; // branding: properties of our own nodes keep their types

export const inputOf = (body: string): TwinInput => trusted(JSON.parse(body));

export const twinOf = (doc: string): Twin => trusted(JSON.parse(doc));

/** What a batch has to know of a twin that is there. */
export const standingOf = (doc: string) => {
  const { version, createdAt, updatedAt, shaped = false, ...input } = twinOf(doc);
  return { version, createdAt, shaped, body: bodyOfDoc(doc), input };
};

/** Texts that came together in one row. */
export const textsIn = ([row]: readonly Properties[]): readonly string[] => trusted(row?.['docs'] ?? []);

export const linkOf = ([id, kind, from, to, source, recordedAt, evidence, observedAt, version]: readonly unknown[]): Link =>
  trusted({
    id,
    kind,
    from,
    to,
    source,
    recordedAt,
    ...(observedAt !== null && { observedAt }),
    ...(evidence !== null && { evidence }),
    ...(Number(version) > 1 && { version }),
  });

/** Links that came together in one row. */
export const linksIn = ([row]: readonly Properties[]): readonly Link[] => trusted<readonly (readonly unknown[])[]>(row?.['links'] ?? []).map(linkOf);
