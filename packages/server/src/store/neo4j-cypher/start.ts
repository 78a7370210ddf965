/**
 * Where a search in Cypher begins: at an index always.
 */
import { type Box, type LinkTest, splitAtAntimeridian, type TwinFilter, wordsOfText } from '@cityweave/core';
import { preparedArea } from '../area-memory.ts';
import { queryOf, wordCharactersMax } from '../neo4j-words/index-words.ts';
import { type Asking, identifierKeys, meetsCorners, param } from './filter.ts';
import { pointAt } from './parameters.ts';
import { pointPlace, sizes } from './space.ts';

/** A beginning gives `t`, once each; `sorted` is the order in which it does. */
export type Start = {
  readonly text: string;
  readonly sorted?: 'id' | 'kind';
  /** parts of the filter that hold for whatever the beginning gives */
  readonly settled?: Partial<Record<'box' | 'text', undefined>> | undefined;
};

const grownBox = ([west, south, east, north]: Box) => {
  const corners = sizes.flatMap(({ place, degrees }) => {
    const margin = degrees === 0 ? 0 : degrees / 2 + 1e-9;
    return [
      [`${place}from`, pointAt(west - margin, south - margin)],
      [`${place}to`, pointAt(east + margin, north + margin)],
    ];
  });
  return { west, south, east, north, ...Object.fromEntries(corners) };
};

/** Boxes are found by their centres: each class of sizes in what is searched, grown by half of its size. A point that was found is in the box, of what is larger the box is compared. */
const startAtBoxes = (boxes: readonly Box[], asking: Asking): Start => {
  const { twin } = asking.space;
  const branches = sizes.map(({ place }) => {
    const meets = place === pointPlace ? '' : ` AND ${meetsCorners('t', 'box')}`;
    return `MATCH (t:${twin}) WHERE point.withinBBox(t.${place}, box.${place}from, box.${place}to)${meets} RETURN t`;
  });
  const found = `UNWIND ${param(asking, boxes.map(grownBox))} AS box CALL (box) { ${branches.join(' UNION ALL ')} }`;
  return { text: `${found} WITH ${boxes.length > 1 ? 'DISTINCT ' : ''}t` };
};

export const startAtIds = (ids: readonly string[], asking: Asking): Start => {
  const { end, twin, identifier, knownAs } = asking.space;
  return {
    text: `CALL () { MATCH (t:${end}) WHERE t.id IN ${param(asking, ids)} AND t:${twin} RETURN t
UNION MATCH (i:${identifier})<-[:${knownAs}]-(t:${twin}) WHERE i.key IN ${param(asking, identifierKeys(ids))} RETURN t } WITH t`,
  };
};

/** Some of what the query finds, whose text is told by an expression. Nobody asks how well the index likes what it finds: where any will do, it stops as soon as it has enough. */
export const foundBy = (query: string, asking: Asking, limit?: string): string =>
  `CALL db.index.fulltext.queryNodes(${param(asking, asking.space.words)}, '(' + ${query} + ')^0'${limit ? `, {limit: ${limit}}` : ''}) YIELD node AS t`;

/** Words that the index knows whole. */
export const settledByWords = (words: readonly string[]): Start['settled'] =>
  words.every((word) => word.length <= wordCharactersMax) ? { text: undefined } : undefined;

const startAtAllWords = (words: readonly string[], asking: Asking): Start => ({
  text: `${foundBy(param(asking, queryOf(words)), asking)} WITH t`,
  settled: settledByWords(words),
});

export const wordsIn = ({ text }: TwinFilter): readonly string[] => (text === undefined ? [] : wordsOfText(text));

const startAtLinks = ({ kind, direction }: LinkTest, asking: Asking): Start => {
  const { twin, end, link } = asking.space;
  const named = param(asking, kind);
  const ways = [
    ...(direction === 'in' ? [] : [`MATCH (t:${twin})-[l:${link}]->(:${end}) USING INDEX l:${link}(kind) WHERE l.kind = ${named} RETURN t`]),
    ...(direction === 'out' ? [] : [`MATCH (t:${twin})<-[l:${link}]-(:${end}) USING INDEX l:${link}(kind) WHERE l.kind = ${named} RETURN t`]),
  ];
  return { text: `CALL () { ${ways.join(' UNION ')} } WITH DISTINCT t` };
};

const lastId = '\u{10ffff}';

type Walk = { readonly after: string | undefined; readonly down: boolean };

/** What is asked of a value holds for nothing that has none: the far ends of links, of which only the id is known. */
const asksValue = ({ property = [] }: TwinFilter): boolean => property.some(({ op, value }) => op !== 'exists' || value !== false);

/** All twins in the order of their ids, from where the page before ended. */
export const startAtAll = (filter: TwinFilter, asking: Asking, { after, down }: Walk): Start => {
  const { end, twin } = asking.space;
  const from = param(asking, after ?? (down ? lastId : ''));
  const isTwin = asksValue(filter) ? '' : ` AND t:${twin}`;
  return { text: `MATCH (t:${end}) WHERE t.id ${down ? '<' : '>'} ${from}${isTwin} WITH t`, sorted: 'id' };
};

/** Twins whose ids begin so, and those behind them, in the order of ids. */
export const startFrom = (asking: Asking, beginning: string, { down }: Pick<Walk, 'down'>): string => {
  const { end, twin } = asking.space;
  return `MATCH (t:${end}) WHERE t.id ${down ? '<=' : '>='} ${param(asking, down ? `${beginning}${lastId}` : beginning)} AND t:${twin}`;
};

const startAtKind = (kind: string, asking: Asking, { after, down }: Walk): Start => {
  const from = param(asking, after ?? (down ? lastId : ''));
  return { text: `MATCH (t:${asking.space.twin}) WHERE t.kind = ${param(asking, kind)} AND t.id ${down ? '<' : '>'} ${from} WITH t`, sorted: 'kind' };
};

/** The index holds kind and id: it is taken where something is asked of both. */
const startAtKinds = (kinds: readonly string[], asking: Asking): Start => ({
  text: `MATCH (t:${asking.space.twin}) WHERE t.kind IN ${param(asking, kinds)} AND t.id > '' WITH t`,
});

/** Boxes outside of which nothing can pass. */
const boxesOf = ({ box, areas = [] }: TwinFilter): readonly Box[] | undefined => {
  const [area] = areas;
  if (area) return preparedArea(area)?.boxes ?? [];
  return box && splitAtAntimeridian(box);
};

/** Where the search begins: with what the fewest twins can have. */
export const startOf = (filter: TwinFilter, asking: Asking, walk: Walk): Start => {
  const { ids, kinds, linked = [] } = filter;
  if (ids) return startAtIds(ids, asking);
  const words = wordsIn(filter);
  if (words.length > 0) return startAtAllWords(words, asking);
  const boxes = boxesOf(filter);
  const isOfBox = filter.areas === undefined || filter.areas.length === 0;
  if (boxes) return { ...startAtBoxes(boxes, asking), ...(isOfBox && { settled: { box: undefined } }) };
  const [kind, ...others] = kinds ?? [];
  if (kind !== undefined) return others.length === 0 ? startAtKind(kind, asking, walk) : startAtKinds(kinds ?? [], asking);
  const test = linked.find((one) => one.kind !== undefined);
  return test ? startAtLinks(test, asking) : startAtAll(filter, asking, walk);
};
