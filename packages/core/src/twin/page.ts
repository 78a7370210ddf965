/**
 * Page: whether what a source answered is the page that it was asked for. A walk goes on behind the last twin of a page, so every page must lead on: who tells the
 * same page again, or none that goes on, would be asked for ever.
 */
import { type AgencyId, compareText, type TwinId } from '../ground/id.ts';
import { limits } from '../ground/limits.ts';
import { type ProblemFacts, problem, shorten } from '../ground/problem.ts';
import { fail, ok, type Result } from '../ground/result.ts';
import type { TwinPage, TwinQuery, TwinRow } from './query.ts';

type Fault = Pick<ProblemFacts, 'found' | 'accepted' | 'limit'>;

/** In another order a twin may be told without the value by which it is ordered: what leads on cannot be seen there. */
const goesById = ({ order }: TwinQuery): boolean => order === undefined || (order.by === 'id' && !order.descending);

const outOfOrder = (after: TwinId | undefined, rows: readonly TwinRow[]): Fault | undefined => {
  let before = after;
  for (const { twin } of rows) {
    if (before !== undefined && compareText(twin.id, before) <= 0)
      return {
        found: `${shorten(twin.id)} behind ${shorten(before)}`,
        accepted: 'each twin once, in the order of their ids, behind the last one of the page before',
      };
    before = twin.id;
  }
  return undefined;
};

const faultIn = (query: TwinQuery, { rows, next }: TwinPage): Fault | undefined => {
  const { first = limits.pageDefault, after } = query.page ?? {};
  if (rows.length > first) return { found: `${rows.length} twins`, accepted: 'as many twins as were asked for', limit: first };
  if (next && rows.length === 0 && first > 0) return { found: 'a page of no twin that goes on', accepted: 'twins on every page but the last' };
  return goesById(query) ? outOfOrder(after?.id, rows) : undefined;
};

export const checkPage = (agency: AgencyId, query: TwinQuery, page: TwinPage): Result<TwinPage> => {
  const fault = faultIn(query, page);
  return fault ? fail(problem('malformed', { agency, subject: 'page of twins', ...fault })) : ok(page);
};
