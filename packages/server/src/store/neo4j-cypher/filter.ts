/**
 * A filter as a condition of Cypher: pure functions giving text and parameters. A condition that is null does not hold; `certain` makes it false where that matters.
 * What Cypher cannot say (areas, values in other units) it says too widely, and `exact` is false: what is found so is looked at again by core.
 */
import {
  type AreaTest,
  type Box,
  canonicalJson,
  type Json,
  type LinkTest,
  msOfInstant,
  normaliseKey,
  type PropertyTest,
  splitAtAntimeridian,
  type TwinFilter,
  wordsOfText,
} from '@cityweave/core';
import { preparedArea } from '../area-memory.ts';
import { wordSign } from '../neo4j-words/index-words.ts';
import { alternativeKey, isScalar, objectKey, otherKey, pointAt, unitKey, valueKey, whole } from './parameters.ts';
import { pointPlace, type Space } from './space.ts';

export type Condition = { readonly text: string; readonly exact: boolean };

/** What a statement is made with: names of the space, parameters so far, and links whose far ends were looked for before. */
export type Asking = {
  readonly space: Space;
  readonly params: Record<string, unknown>;
  /** ids of the far ends, for tests that a condition alone cannot decide */
  readonly ends: ReadonlyMap<LinkTest, readonly string[]>;
};

const always: Condition = { text: 'true', exact: true };
const never: Condition = { text: 'false', exact: true };
const exactly = (text: string): Condition => ({ text, exact: true });

/** A parameter; what is the same in meaning keeps its name, so that the server knows the statement again. */
export const param = ({ params }: Asking, value: unknown): string => {
  const name = `p${Object.keys(params).length}`;
  params[name] = value;
  return `$${name}`;
};

const joined = (parts: readonly Condition[], word: 'AND' | 'OR', otherwise: Condition): Condition => {
  const [first] = parts;
  if (first === undefined) return otherwise;
  if (parts.length === 1) return first;
  return { text: `(${parts.map(({ text }) => text).join(` ${word} `)})`, exact: parts.every(({ exact }) => exact) };
};

export const both = (parts: readonly Condition[]): Condition => joined(parts, 'AND', always);
export const either = (parts: readonly Condition[]): Condition => joined(parts, 'OR', never);

/** Never null. A comparison that is left as it is costs the server less than half, so it is said only where it matters. */
export const certain = (text: string): string => `coalesce(${text}, false)`;

/** Not all that may hold does: what is certain to hold is unknown, so nothing can be taken away. */
export const negated = ({ text, exact }: Condition): Condition => (exact ? exactly(`NOT ${certain(text)}`) : { text: 'true', exact: false });

export type Subject = { readonly asking: Asking; readonly alias: string };

const plainName = /^[A-Za-z0-9:._-]+$/;

/** A property by its name, which the server reads at once where it stands in the text; of a name with other signs nothing stands in a text. */
export const propertyOf = (name: string, { asking, alias }: Subject): string =>
  plainName.test(name) ? `${alias}.\`${name}\`` : `${alias}[${param(asking, name)}]`;

export const identifierKeys = (ids: readonly string[]): readonly string[] => [
  ...new Set([...ids.map(objectKey), ...ids.map((id) => alternativeKey(normaliseKey(id)))]),
];

const isKnownBy = (ids: readonly string[], { asking, alias }: Subject): Condition => {
  const { knownAs, identifier } = asking.space;
  return exactly(
    `(${alias}.id IN ${param(asking, ids)} OR EXISTS { (${alias})-[:${knownAs}]->(known:${identifier}) WHERE known.key IN ${param(asking, identifierKeys(ids))} })`,
  );
};

const hasWords = (text: string, { asking, alias }: Subject): Condition =>
  both(wordsOfText(text).map((word) => exactly(`${alias}.words CONTAINS ${param(asking, `${wordSign}${word}`)}`)));

/** Whether a twin's box meets another; of a point its corners are not kept. */
export const meetsCorners = (alias: string, box: string): string =>
  `${alias}.west <= ${box}.east AND ${alias}.east >= ${box}.west AND ${alias}.south <= ${box}.north AND ${alias}.north >= ${box}.south`;

const meets = (alias: string, box: string): string => `(point.withinBBox(${alias}.${pointPlace}, ${box}.from, ${box}.to) OR (${meetsCorners(alias, box)}))`;

const boxParameter = ([west, south, east, north]: Box) => ({ west, south, east, north, from: pointAt(west, south), to: pointAt(east, north) });

const meetsBox = (box: Box, { asking, alias }: Subject): Condition => exactly(meets(alias, param(asking, boxParameter(box))));

const maybeInArea = (area: AreaTest, { asking, alias }: Subject): Condition => {
  const prepared = preparedArea(area);
  if (!prepared) return never;
  return { text: `any(box IN ${param(asking, prepared.boxes.map(boxParameter))} WHERE ${meets(alias, 'box')})`, exact: false };
};

const compared = { lt: '<', lte: '<=', gt: '>', gte: '>=', contains: 'CONTAINS', prefix: 'STARTS WITH' } as const;

/** Of the value itself, whatever its unit. Values of different types are neither equal nor in order. */
const valuePasses = ({ term, op, value }: PropertyTest, subject: Subject): string => {
  const { asking } = subject;
  const [scalar, other] = [propertyOf(valueKey(term), subject), propertyOf(otherKey(term), subject)];
  const isThere = `(${scalar} IS NOT NULL OR ${other} IS NOT NULL)`;
  if (op === 'flagged') return isThere;
  const isOneOf = (wanted: readonly Json[]): string => {
    const [plain, nested] = [wanted.filter(isScalar), wanted.filter((one) => !isScalar(one)).map(canonicalJson)];
    const [isPlain, isNested] = [`${scalar} IN ${param(asking, plain)}`, `${other} IN ${param(asking, nested)}`];
    return nested.length === 0 ? isPlain : `(${isPlain} OR ${isNested})`;
  };
  if (op === 'exists') return value === false ? `NOT ${isThere}` : isThere;
  if (value === undefined) return 'false';
  if (op === 'eq') return isOneOf([value]);
  if (op === 'ne') return `(${isThere} AND NOT ${certain(isOneOf([value]))})`;
  if (op === 'in') return Array.isArray(value) ? isOneOf(value) : 'false';
  const fits = typeof value === 'string' || (typeof value === 'number' && op !== 'contains' && op !== 'prefix');
  return fits ? `${scalar} ${compared[op]} ${param(asking, value)}` : 'false';
};

/** A number in another unit may pass once it is converted, and how a value came about stands in its text: that is for core to say. */
const passes = (test: PropertyTest, subject: Subject): Condition => {
  const text = valuePasses(test, subject);
  if (test.op === 'flagged') return { text, exact: false };
  if (test.unit === undefined || test.op === 'exists') return exactly(text);
  const [own, wanted] = [propertyOf(unitKey(test.term), subject), param(subject.asking, test.unit)];
  const converted = `(${own} <> ${wanted} AND ${propertyOf(valueKey(test.term), subject)} IS NOT NULL)`;
  return { text: `((${own} = ${wanted} AND ${text}) OR ${converted})`, exact: false };
};

const agencyOfId = (alias: string): string => `('urn:dtf:agency:' + split(${alias}.id, ':')[3])`;

/** Kept where the id does not tell it. */
export const agencyIn = (alias: string): string => `coalesce(${alias}.agency, ${agencyOfId(alias)})`;

/** Of a twin that is not here only the id is known; what needs more does not hold. */
const matchesId = (filter: TwinFilter, subject: Subject): Condition => {
  const { ids, agencies, all, any, ...rest } = filter;
  const { asking, alias } = subject;
  if (Object.values(rest).some((part) => part !== undefined)) return never;
  return both([
    ...(ids ? [exactly(`${alias}.id IN ${param(asking, ids)}`)] : []),
    ...(agencies ? [exactly(`${agencyOfId(alias)} IN ${param(asking, agencies)}`)] : []),
    ...(all ?? []).map((part) => matchesId(part, subject)),
    ...(any ? [either(any.map((part) => matchesId(part, subject)))] : []),
  ]);
};

const farEnd = (test: LinkTest, subject: Subject): Condition => {
  const { asking, alias } = subject;
  if (!test.to) return always;
  const known = asking.ends.get(test);
  const own = known ? exactly(`${alias}.id IN ${param(asking, known)}`) : conditionOf(test.to, subject);
  const foreign = matchesId(test.to, subject);
  const { twin } = asking.space;
  return { text: `((${alias}:${twin} AND ${own.text}) OR (NOT ${alias}:${twin} AND ${foreign.text}))`, exact: own.exact };
};

const isLinked = (test: LinkTest, { asking, alias }: Subject): Condition => {
  const { link, end } = asking.space;
  const far = `${alias}o`;
  const kind = test.kind === undefined ? always : exactly(`${alias}l.kind = ${param(asking, test.kind)}`);
  const other = test.except === undefined ? always : exactly(`${alias}l.kind <> ${param(asking, test.except)}`);
  const { text, exact } = both([kind, other, farEnd(test, { asking, alias: far })]);
  const way = (pattern: string): Condition => ({ text: `EXISTS { ${pattern} WHERE ${text} }`, exact });
  return either([
    ...(test.direction === 'in' ? [] : [way(`(${alias})-[${alias}l:${link}]->(${far}:${end})`)]),
    ...(test.direction === 'out' ? [] : [way(`(${alias})<-[${alias}l:${link}]-(${far}:${end})`)]),
  ]);
};

export const conditionOf = (filter: TwinFilter, subject: Subject): Condition => {
  const { asking, alias } = subject;
  const inside = (part: TwinFilter): Condition => conditionOf(part, subject);
  return both([
    ...(filter.kinds ? [exactly(`${alias}.kind IN ${param(asking, filter.kinds)}`)] : []),
    ...(filter.agencies ? [exactly(`${agencyIn(alias)} IN ${param(asking, filter.agencies)}`)] : []),
    ...(filter.changedSince ? [exactly(`${alias}.updatedAt >= ${param(asking, whole(msOfInstant(filter.changedSince)))}`)] : []),
    ...(filter.box ? [either(splitAtAntimeridian(filter.box).map((box) => meetsBox(box, subject)))] : []),
    ...(filter.ids ? [isKnownBy(filter.ids, subject)] : []),
    ...(filter.text === undefined ? [] : [hasWords(filter.text, subject)]),
    ...(filter.property ?? []).map((test) => passes(test, subject)),
    ...(filter.linked ?? []).map((test) => isLinked(test, subject)),
    ...(filter.areas ?? []).map((area) => maybeInArea(area, subject)),
    ...(filter.all ?? []).map(inside),
    ...(filter.any ? [either(filter.any.map(inside))] : []),
    ...(filter.not ? [negated(inside(filter.not))] : []),
  ]);
};

/** Tests of links whose far end a condition alone cannot decide, innermost first: their ends are looked for before. */
export const undecided = (filter: TwinFilter, space: Space): readonly LinkTest[] => {
  const { linked = [], all = [], any = [], not } = filter;
  const parts = [...all, ...any, ...(not ? [not] : [])];
  const inside = parts.flatMap((part) => undecided(part, space));
  const here = linked.flatMap((test): readonly LinkTest[] => {
    if (!test.to) return [];
    const deeper = undecided(test.to, space);
    const { exact } = conditionOf(test.to, { asking: { space, params: {}, ends: new Map() }, alias: 't' });
    return exact && deeper.length === 0 ? [] : [...deeper, test];
  });
  return [...inside, ...here];
};
