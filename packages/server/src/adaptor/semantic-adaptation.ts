/**
 * Semantic adaptation (SA-FE, Y.4489 9.2.4): a question into the owner's words, the owner's records into twins of the consumer's dictionary, by the rules of the profile.
 */
import {
  type AdaptationProfile,
  answerQuery,
  type Box,
  boxOf,
  convertRecord,
  type FarContent,
  fail,
  type Instant,
  limits,
  ok,
  periodAsked,
  problem,
  type QueryWithin,
  type Reply,
  type Request,
  type Result,
  type Twin,
  type TwinId,
  type TwinPage,
  type TwinQuery,
  type TwinsChanged,
  type TwinsRead,
  type Vocabulary,
  withStates,
} from '@cityweave/core';
import { readRecord } from './data-format-adaptation.ts';

type Read = Request<'digitalTwin.read.exchangeData'>['parameters'];

const queriesOf = ({ query, queries = [] }: Read): readonly TwinQuery[] => (query ? [query] : queries.map(({ query: one }: QueryWithin) => one));

/** Where twins must lie at least; the owner's interface can leave the others out. */
const boxOfQuery = ({ filter, identity }: TwinQuery): Box | undefined => {
  if (identity || !filter) return undefined;
  const area = filter.areas?.find(({ relation, geometry }) => relation !== 'nearerThan' && geometry !== undefined)?.geometry;
  return filter.box ?? (area && boxOf(area));
};

/** What is asked of the owner: its own kinds and, where one is named, the box; of history whose, and of which time. Everything else is judged on what came back. */
export const toOwner = (read: Read, { features }: AdaptationProfile): Read => {
  const [only, ...more] = queriesOf(read);
  const alone = more.length === 0 ? only : undefined;
  const box = alone && boxOfQuery(alone);
  const past = alone && historyAsked(alone);
  const { queries: _queries, areas: _areas, ...rest } = read;
  const ids = past && alone?.filter?.ids;
  const filter = { kinds: features.map(({ kind }) => kind.from), ...(box && { box }), ...(ids && { ids }) };
  const history = past && { history: { ...periodAsked(past), first: limits.pageMax }, page: { first: limits.historyTwinsMax } };
  return { ...rest, query: { version: 1, filter, ...history } };
};

const historyAsked = ({ history, align }: TwinQuery) => history && { history, ...(align && { align }) };

export type Converted = { readonly twins: readonly Twin[]; readonly dropped: number };

export type Converter = { readonly profile: AdaptationProfile; readonly owner: TwinId; readonly adaptor: TwinId; readonly now: Instant };

/** Every record that can be converted as a twin; the number of records and values that cannot. */
export const convertContents = (contents: readonly FarContent[], { profile, owner, adaptor, now }: Converter): Converted => {
  const twins: Twin[] = [];
  let dropped = 0;
  for (const { featureId, format, content } of contents) {
    const adaptation = profile.features.find((feature) => feature.featureId === featureId);
    for (const raw of adaptation ? content : []) {
      const record = readRecord(format, raw);
      const made = record.ok && adaptation ? convertRecord(record.value, { adaptation, owner, adaptor, now }) : record;
      if (made.ok && 'twin' in made.value) {
        twins.push(made.value.twin);
        dropped += made.value.dropped;
      } else dropped += 1;
    }
  }
  return { twins, dropped };
};

type Answering = {
  readonly twins: readonly Twin[];
  /** what they said before, where that was asked for */
  readonly states?: readonly Twin[] | undefined;
  readonly vocabulary: Vocabulary;
  readonly newId: () => string;
};

/** A record comes twice where one is added while the pages of a far system are read: the last stands. */
const onceEach = (twins: readonly Twin[]): readonly Twin[] => [...new Map(twins.map((twin) => [twin.id, twin])).values()];

/** The answer to what was asked first, from the converted twins: one part for each of its questions. */
export const toConsumer = (
  read: Read,
  told: TwinsRead,
  { twins, states = [], vocabulary, newId }: Answering,
): Result<Reply<'digitalTwin.read.exchangeData'>> => {
  const { far: _far, farPast: _past, page: _page, ...rest } = told;
  if (!told.farPast && queriesOf(read).some(historyAsked))
    return fail(problem('badQuery', { subject: 'history', accepted: 'one question in a message, over a bridge' }));
  const current = onceEach(twins);
  const pageOf = (query: TwinQuery): TwinPage => {
    const page = answerQuery(current, query, { vocabulary, seq: told.seq });
    const asked = historyAsked(query);
    return asked ? withStates(page, { states, vocabulary }, asked) : page;
  };
  const parts = queriesOf(read).map((query) => ({
    kind: 'exchangeData' as const,
    id: `urn:uuid:${newId()}`,
    attributes: { ...rest, page: pageOf(query) },
  }));
  const [first, ...more] = parts;
  return first ? ok({ parameters: {}, objects: [first, ...more] }) : fail(problem('badQuery', { accepted: 'a query, or queries' }));
};

/** What changed (T11): records that are there as twins, those that are gone by their ids. */
export const changesToConsumer = (
  { far = [], farGone = [], ...told }: TwinsChanged,
  converter: Converter,
): { readonly changed: TwinsChanged; readonly dropped: number } => {
  const [there, gone] = [convertContents(far, converter), convertContents(farGone, converter)];
  const ids = new Set(there.twins.map(({ id }) => id));
  const deleted = gone.twins.map(({ id }) => id).filter((id) => !ids.has(id));
  return { changed: { ...told, rows: there.twins.map((twin) => ({ twin })), deleted: [...new Set(deleted)] }, dropped: there.dropped };
};
