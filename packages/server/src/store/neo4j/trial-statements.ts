/**
 * Every statement of the store on Neo4j, each with arguments, for tests that look at all of them. A statement without arguments here does not compile.
 */
import { type Geometry, limits, type Order, type PageKey, type TwinFilter } from '@cityweave/core';
import * as conversion from '../neo4j-cypher/conversion.ts';
import { undecided } from '../neo4j-cypher/filter.ts';
import * as find from '../neo4j-cypher/find.ts';
import * as findWords from '../neo4j-cypher/find-words.ts';
import * as history from '../neo4j-cypher/history.ts';
import * as moving from '../neo4j-cypher/moving.ts';
import { whole } from '../neo4j-cypher/parameters.ts';
import * as read from '../neo4j-cypher/read.ts';
import { type Cypher, cypher, fence, inTurn, migrationsOf, noteVersion, type Space, schemaVersion, unfinishedIndexes } from '../neo4j-cypher/space.ts';
import * as upkeep from '../neo4j-cypher/upkeep.ts';
import * as write from '../neo4j-cypher/write.ts';
import { seriesKey } from '../neo4j-history/samples.ts';
import { buckets, keyOf } from '../neo4j-words/buckets.ts';
import { marksOf } from '../neo4j-words/key-path.ts';
import { agency, at, foreignId, link, square, term, twin, twinId } from '../twins.contract.ts';
import { joinKey } from './decide.ts';
import { rowsOfLog } from './log.ts';
import { bodyOf, identifiersOf, propertiesOf } from './neo4j-rows.ts';

const one = twin(twinId('1'), {
  name: 'pump 12',
  position: [4.5, 45.7],
  object: 'urn:x:1',
  altIds: [{ scheme: 'no', value: '791' }],
  values: { 'city:p': { value: 1, unit: 'm' } },
});
const ids = [twinId('1'), twinId('2')];
const row = {
  id: one.id,
  properties: propertiesOf(one, { version: 1, createdAt: at, updatedAt: at, source: 's', digest: 'd', shaped: false }, { body: bodyOf(one) }),
};
const identifier = { id: one.id, ...identifiersOf({ alts: '[["791","no"]]', object: null })[0] };
const ends = { ...link(twinId('1'), foreignId('9')), src: twinId('1'), dst: foreignId('9') };
const logged = (seq: number) => ({ seq, id: one.id, op: 'put', at });
const pending = { from: one.id, kind: term('locatedIn'), agency, scheme: 'parcel', value: '7' };
const joinRow = { key: joinKey(pending), state: 'PENDING', agency, doc: JSON.stringify({ ...pending, state: 'PENDING' }) };

type Statement = (space: Space, ...rest: never[]) => Cypher;
type Rest<F> = F extends (space: Space, ...rest: infer R) => Cypher ? R : never;
type Arguments<M> = { readonly [N in keyof M as M[N] extends Statement ? N : never]: Rest<M[N]> };

const sought = { registers: ['cursor:p', 'writer:w'], twins: ids, pasts: ids, linked: ids, links: [ends.id], between: [ends], joins: [`${one.id}\u0000`] };

const writes: Arguments<typeof write> = {
  lockHead: [],
  loadSought: [sought],
  loadTwins: [{ twins: ids, pasts: ids }],
  createTwins: [[row]],
  updateTwins: [[row]],
  createIdentifiers: [[identifier]],
  deleteIdentifiers: [ids],
  putLinks: [[ends]],
  deleteLinks: [[ends]],
  sweepEnds: [[ends.dst]],
  deleteTwins: [ids],
  putJoins: [[joinRow]],
  deleteJoins: [[joinRow.key]],
  tallyKinds: [[{ key: 'kind:city:Thing', kind: 'city:Thing', more: whole(1) }]],
  noteTerms: [[{ key: 'term:x', kind: 'city:Thing', term: 'city:p', unit: 'm' }]],
  putRegisters: [[{ key: 'cursor:p', properties: { seq: whole(1) } }]],
  createLog: [rowsOfLog([logged(1)])],
  deleteRegister: ['writer:w'],
  forgetWriters: [at],
  putImport: [{ key: 'import:s', startedAt: at, doc: '{}' }],
  moveOldest: [whole(0)],
  pruneLog: [whole(1), whole(10)],
};

const reads: Arguments<typeof read> = {
  readHead: [],
  readTwins: [ids],
  readShapes: [ids],
  resolveIds: [ids],
  resolveKeys: [{ keys: ['alt:791', 'object:urn:x:1'], scheme: 'no', limit: whole(10) }],
  readLinks: [{ ids, kinds: [term('feeds')], limit: whole(10), direction: 'both', depth: 3 }],
  readLinksOfEach: ['a', { ids, kinds: [term('feeds')], evidence: ['by key '], limit: whole(10) }],
  readLinksThen: ['a', { ids, kinds: [term('feeds')], limit: whole(10), moment: { valid: at, known: at } }],
  countIdentities: [{ objects: true, kind: 'city:sameAs' }],
  readKinds: [],
  readKindsOf: [ids],
  readTerms: [],
  readLog: [whole(0), { limit: whole(10), most: whole(write.logChangesMax) }],
  readRegister: ['cursor:p'],
  readJoins: [{ state: 'PENDING', agency, after: '', limit: whole(10) }],
  countJoins: [],
  readSource: ['s', { after: '', limit: whole(10) }],
};

const given = <M extends object>(module: M, table: Arguments<M>, space: Space): Readonly<Record<string, Cypher>> =>
  Object.fromEntries(
    // branding: the table has for every name of the module what its function takes
    Object.entries(table).map(([name, rest]) => [
      name,
      (module as unknown as Record<string, (...all: unknown[]) => Cypher>)[name]?.(space, ...(rest as unknown[])) ?? cypher(''),
    ]),
  );

const key = seriesKey(one.id, 'city:p');
const limit = whole(10);
const span = { from: whole(0), to: whole(9), known: whole(9) };

const pasts: Arguments<typeof history> = {
  loadPasts: [ids],
  putPasts: [[{ id: one.id, properties: { names: ['city:p'], doc: '[[],[]]' } }]],
  readPasts: [ids],
  readPastWithChunks: [ids[0] ?? '', { key, ...span, limit }],
  readPastsThen: [ids, { valid: whole(9), known: whole(9), joint: '\u0000' }],
  readPastLinks: ['src', { rows: [{ id: ids[0] ?? '', kind: '', far: '' }], kinds: [term('feeds')], limit: whole(10) }],
  readWithPast: [{ after: '', series: ['city:p'], limit }],
  readChunks: [key, span],
  chunksOver: [[{ key, from: whole(0), to: whole(9) }]],
  chunksAt: [[key], { valid: whole(9), known: whole(9), skipped: whole(0), limit }],
};

const chunkName = { series: key, last: whole(9), number: whole(1) };

const upkeeps: Arguments<typeof upkeep> = {
  nextPasts: [{ after: '', limit }],
  dropPasts: [ids],
  openChunks: [[key], { before: whole(9), full: whole(512), limit }],
  dropChunks: [[chunkName]],
  putChunks: [[{ ...chunkName, first: whole(0), known: whole(0), samples: whole(1), loose: null, bytes: new Int8Array(1) }]],
  chunksOver: [[{ key, observed: whole(1) }], limit],
  cutChunks: [[{ ...chunkName, properties: { samples: whole(1) } }]],
  forgetChunks: [[{ key, observed: whole(1) }]],
  chunkedSeries: [[key]],
};

const movings: Arguments<typeof moving> = {
  unloadTwins: [{ id: '', limit }],
  unloadLinks: [{ from: '', kind: '', to: '', limit }],
  unloadRegisters: ['import:', { key: '', limit }],
  unloadTerms: [{ kind: '', term: '', limit }],
  unloadGone: [{ key: '', limit }],
  unloadPasts: [{ key: '', limit }],
};

const only = (statements: Readonly<Record<string, Cypher>>, isWanted: (name: string) => boolean): Readonly<Record<string, Cypher>> =>
  Object.fromEntries(Object.entries(statements).filter(([name]) => isWanted(name)));

const isWrite = (name: string): boolean => /^(put|drop|note|forget)/.test(name);

/** What a batch of changes and one of new twins and links save. */
const saves = (space: Space): Readonly<Record<string, Cypher>> => {
  const told = [{ key: 'head', properties: { seq: whole(1) } }];
  const noted = (seq: number): readonly Cypher[] => [write.putRegisters(space, told), write.createLog(space, rowsOfLog([logged(seq)]))];
  const said = history.putPasts(space, [{ id: one.id, properties: { names: ['city:p'], doc: '[[],[]]' } }]);
  return {
    'save changes': inTurn([write.updateTwins(space, [row]), said, ...noted(2)]),
    'save new twins': inTurn([
      write.createTwins(space, [row]),
      write.createIdentifiers(space, [identifier]),
      write.putLinks(space, [ends]),
      write.putJoins(space, [joinRow]),
      write.tallyKinds(space, [{ key: 'kind:city:Thing', kind: 'city:Thing', more: whole(1) }]),
      ...noted(3),
    ]),
    'save deletions': inTurn([write.deleteLinks(space, [ends]), write.sweepEnds(space, [ends.dst]), write.deleteTwins(space, ids), said, ...noted(4)]),
  };
};

export const writeStatements = (space: Space): Readonly<Record<string, Cypher>> => ({
  ...given(write, writes, space),
  ...saves(space),
  ...only(given(history, pasts, space), isWrite),
  ...only(given(upkeep, upkeeps, space), isWrite),
});

const variants = (space: Space): Readonly<Record<string, Cypher>> => ({
  ...Object.fromEntries(
    (['out', 'in', 'both'] as const).flatMap((direction) =>
      [1, 2].map((depth) => [
        `readLinks, ${direction}, any kind, ${depth}`,
        read.readLinks(space, { ids, kinds: undefined, limit: whole(10), direction, depth }),
      ]),
    ),
  ),
  'readLinksOfEach, inward, any kind': read.readLinksOfEach(space, 'b', { ids, kinds: undefined, limit: whole(10) }),
  'readLinksThen, inward, any kind': read.readLinksThen(space, 'b', { ids, kinds: undefined, limit: whole(10), moment: { valid: at, known: at } }),
  'readPastLinks, inward, any kind': history.readPastLinks(space, 'dst', {
    rows: [{ id: ids[0] ?? '', kind: 'k', far: 'f' }],
    kinds: undefined,
    limit: whole(10),
  }),
  'readWithPast of any series': history.readWithPast(space, { after: '', series: undefined, limit: whole(10) }),
  'readJoins of all': read.readJoins(space, { state: undefined, agency: undefined, after: 'x', limit: whole(10) }),
  'countIdentities of links': read.countIdentities(space, { objects: false, kind: 'city:sameAs' }),
});

const area = (geometry: Geometry) => ({ relation: 'intersects' as const, geometry });
const manySquares: Geometry = { type: 'MultiPolygon', coordinates: [0, 1, 2].map((n) => square(n, n, 0.5).coordinates as number[][][]) }; // branding: polygons
const kinds = [term('Thing')];

/** Every part of a filter alone, some together, and all that nest. */
const filters: Readonly<Record<string, TwinFilter>> = {
  nothing: {},
  ids: { ids: [...ids, '791', 'urn:x:1'] },
  kind: { kinds },
  'two kinds': { kinds: [term('Thing'), term('Pump')] },
  agencies: { agencies: [agency] },
  text: { text: 'pump 1' },
  'long text': { text: 'x'.repeat(limits.filterTextCharactersMax) },
  'words and a kind': { text: 'pump 1', kinds },
  box: { box: [4, 45, 5, 46] },
  'box across the antimeridian': { box: [170, -10, -170, 10] },
  'box and kinds': { box: [4, 45, 5, 46], kinds },
  area: { areas: [area(square(4, 45, 1))] },
  'area of many parts, and kinds': { areas: [area(manySquares)], kinds },
  'values in a unit': { kinds, property: [{ term: term('p'), op: 'gte', value: 1, unit: 'km' }] },
  values: {
    property: (['eq', 'ne', 'lt', 'in', 'exists', 'contains', 'prefix'] as const).map((op) => ({ term: term('p'), op, value: op === 'in' ? [1, 'a'] : 'a' })),
  },
  changed: { changedSince: at },
  linked: { linked: [{ direction: 'both' }] },
  ...Object.fromEntries(
    (['out', 'in', 'both'] as const).map((direction) => [`linked by kind, ${direction}`, { linked: [{ kind: term('feeds'), direction }] }]),
  ),
  'linked to twins': { kinds, linked: [{ kind: term('feeds'), direction: 'in', to: { kinds, agencies: [agency] } }] },
  'linked to twins in an area': { linked: [{ kind: term('feeds'), direction: 'both', to: { areas: [area(square(4, 45, 1))] } }] },
  any: { any: [{ kinds }, { text: 'pump' }, { box: [4, 45, 5, 46] }] },
  all: { all: [{ ids: [...ids] }, { changedSince: at }] },
  not: { not: { any: [{ ids: [...ids] }, { linked: [{ direction: 'out' }] }] } },
  'not in an area': { not: { areas: [area(square(4, 45, 1))], linked: [{ direction: 'out' }] } },
};

const orders: readonly Order[] = [
  { by: 'id', descending: false },
  { by: 'id', descending: true },
  { by: 'name', descending: false },
  { by: 'kind', descending: false },
  { by: 'updatedAt', descending: true },
  { by: { text: 'pump 12' }, descending: false },
  { by: { term: term('p') }, descending: true },
];

const after: PageKey = { value: 'a', id: twinId('0') };

/** With the ids of twins that were looked up before, where a filter asks for those at the other end of a link. */
const findingOf = (space: Space, filter: TwinFilter) => ({ space, filter, ends: new Map(undecided(filter, space).map((test) => [test, ids])) });

/** From the beginning and from the end, and on from a page. */
const pages = [{ after: undefined, backwards: false }, { after: undefined, backwards: true }, ...[false, true].map((backwards) => ({ after, backwards }))];

const beginnings = ['x/1234', 'x/1256', 'y/'].map((one) => marksOf(`urn:dtf:twin:a.example:${one}`));
const parts: readonly findWords.Part[] = [
  { among: beginnings.slice(0, 2), without: beginnings.slice(2), sorted: 100 },
  { among: [], without: [], sorted: 10 },
];

const along = (name: string, seeking: findWords.Seeking, page: findWords.Along): Readonly<Record<string, Cypher>> => {
  const named = `${name}, ${JSON.stringify(page)}`;
  return {
    [`first of ${named}`]: findWords.firstAlong(seeking, page),
    [`parts of ${named}`]: findWords.partsAlong(seeking, page, { from: twinId('0'), beside: 1, parts }),
    [`beside ${named}`]: findWords.besideAlong(seeking, page),
    [`all of ${named}`]: findWords.walkAlong(seeking, page),
  };
};

const findings = (space: Space): Readonly<Record<string, Cypher>> => {
  const found: Record<string, Cypher> = {};
  for (const [name, filter] of Object.entries(filters)) {
    const finding = findingOf(space, filter);
    for (const page of pages) found[`find ${name}, ${JSON.stringify(page)}`] = find.findTwins(finding, { order: undefined, ...page }, 10).cypher;
    found[`count ${name}`] = find.groupTwins(finding, ['kind', 'agency', 'status']).cypher;
    found[`walk ${name}`] = find.walkTwins(finding).cypher;
    found[`cells of ${name}`] = find.cellTwins({ ...finding, filter: { box: [4, 45, 5, 46], all: [filter] } }, { box: [4, 45, 5, 46], level: 12 }).cypher;
  }
  for (const name of ['text', 'long text', 'words and a kind'] as const) {
    const finding = findingOf(space, filters[name] ?? {});
    const page = { text: finding.filter.text ?? '', known: ids, limit: 10 };
    for (const from of [undefined, after]) {
      found[`best of few, ${name}, after ${from?.id}`] = findWords.bestOfFew(finding, { ...page, after: from });
      for (const of of Map.groupBy(buckets, (bucket) => bucket.class).values())
        found[`best of class ${of[0]?.class}, ${name}, after ${from?.id}`] = findWords.bestOfClass(finding, { ...page, after: from }, { known: ids, of });
      Object.assign(found, along(`words, ${name}`, findWords.wordsSought(finding), { after: from?.id, down: from !== undefined, limit: 10 }));
    }
    for (const bucket of buckets.filter(({ class: of, step }) => of % 2 === 0 && step === 1)) {
      const seeking = findWords.bucketSought(finding, page.text, { known: ids, bucket });
      Object.assign(found, along(`best ${keyOf(bucket)}, ${name}`, seeking, { after: after.id, down: false, limit: 10 }));
    }
  }
  for (const filter of [{}, { kinds }, { text: 'pump' }])
    for (const order of orders)
      for (const page of pages)
        found[`find ${Object.keys(filter).join()} by ${JSON.stringify({ ...order, ...page })}`] = find.findTwins(
          findingOf(space, filter),
          { order, ...page },
          10,
        ).cypher;
  return { ...found, 'count all': find.groupTwins({ space, filter: {}, ends: new Map() }, []).cypher };
};

export const readStatements = (space: Space): Readonly<Record<string, Cypher>> => ({
  formerTwins: conversion.formerTwins(space, '', limit),
  ...given(read, reads, space),
  ...only(given(history, pasts, space), (name) => !isWrite(name)),
  ...only(given(upkeep, upkeeps, space), (name) => !isWrite(name)),
  ...given(moving, movings, space),
  ...variants(space),
  ...findings(space),
});

/** What stands of the schema in the registers. */
export const registerStatements = (space: Space): Readonly<Record<string, Cypher>> => ({
  schemaVersion: schemaVersion(space),
  fence: fence(space, whole(1)),
  noteVersion: noteVersion(space, whole(1)),
});

export const schemaStatements = (space: Space): Readonly<Record<string, Cypher>> => ({
  ...registerStatements(space),
  unfinishedIndexes: unfinishedIndexes(space),
  formerSeries: conversion.formerSeries(space, limit),
  formerSamples: conversion.formerSamples(space, [key]),
  latestChunks: conversion.latestChunks(space, [key]),
  dropFormer: conversion.dropFormer(space, [key]),
  formerChanges: conversion.formerChanges(space, limit),
  dropFormerChanges: conversion.dropFormerChanges(space, limit),
  ...Object.fromEntries(conversion.dropFormerSchema(space).map((statement) => [statement.text, statement])),
  dropTwice: conversion.dropTwice(space),
  ...Object.fromEntries(migrationsOf(space).flatMap(({ constraints, indexes }) => [...constraints, ...indexes].map((text) => [text, cypher(text)]))),
});
