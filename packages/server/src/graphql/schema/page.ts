/**
 * Pages: Relay connections with opaque cursors that stay valid under inserts.
 */
import { fail, type JoinKey, limits, ok, PageKey, type Result, type SampleKey } from '@cityweave/core';
import type { z } from 'zod';
import { type BadInput, badInput } from '../fault.ts';
import type { Builder } from './builder.ts';

export type PagePlace = {
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
  readonly startCursor: string | undefined;
  readonly endCursor: string | undefined;
};
export type Edge<T> = { readonly cursor: string; readonly node: T };

export type PageArgs = {
  readonly first?: number | null | undefined;
  readonly after?: string | null | undefined;
  readonly last?: number | null | undefined;
  readonly before?: string | null | undefined;
};

/** A page as asked for: how many, and in which direction from where. */
export type Page = { readonly size: number; readonly backwards: boolean; readonly from: string | undefined };

const size = (argument: string, found: number | null | undefined): Result<number, BadInput> => {
  if (found === null || found === undefined) return ok(limits.pageDefault);
  if (Number.isInteger(found) && found >= 0 && found <= limits.pageMax) return ok(found);
  return fail({ argument, found, accepted: `0 to ${limits.pageMax}`, limit: limits.pageMax });
};

/** `first` with `after`, or `last` with `before`; what mixes the two is refused. */
export const parsePage = ({ first, after, last, before }: PageArgs): Result<Page, BadInput> => {
  const backwards = typeof last === 'number' || typeof before === 'string';
  if (backwards && (typeof first === 'number' || typeof after === 'string'))
    return fail({ argument: typeof first === 'number' ? 'first' : 'after', found: first ?? after, accepted: 'first with after, or last with before' });
  const parsed = backwards ? size('last', last) : size('first', first);
  return parsed.ok ? ok({ size: parsed.value, backwards, from: (backwards ? before : after) ?? undefined }) : { ok: false, problem: parsed.problem };
};

export const encodeKey = (key: PageKey | SampleKey | JoinKey): string => Buffer.from(JSON.stringify(key)).toString('base64url');

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

export const decodeCursorOf = <T>(key: z.ZodType<T>, argument: string, cursor: string | undefined): Result<T | undefined, BadInput> => {
  if (cursor === undefined) return ok(undefined);
  const parsed = key.safeParse(parseJson(Buffer.from(cursor, 'base64url').toString('utf8')));
  return parsed.success ? ok(parsed.data) : fail({ argument, found: cursor, accepted: 'a cursor of an earlier page of the same question' });
};

export const decodeKey = (argument: string, cursor: string | undefined): Result<PageKey | undefined, BadInput> => decodeCursorOf(PageKey, argument, cursor);

/** Edges of a list that is whole in memory; cursors are positions after ids. */
export const pageOfList = <T>(
  all: readonly T[],
  { first, after }: PageArgs,
  idOf: (item: T) => string,
): Result<{ readonly edges: readonly Edge<T>[]; readonly pageInfo: PagePlace; readonly count: () => number }, BadInput> => {
  const parsed = parsePage({ first, after });
  if (!parsed.ok) return parsed;
  const cursorOf = (item: T) => Buffer.from(idOf(item)).toString('base64url');
  const start = typeof after === 'string' ? all.findIndex((item) => cursorOf(item) === after) + 1 : 0;
  if (typeof after === 'string' && start === 0) return fail({ argument: 'after', found: after, accepted: 'a cursor of an earlier page of the same list' });
  const items = all.slice(start, start + parsed.value.size);
  const edges = items.map((node) => ({ node, cursor: cursorOf(node) }));
  return ok({
    edges,
    count: () => all.length,
    pageInfo: { hasNextPage: start + items.length < all.length, hasPreviousPage: start > 0, startCursor: edges[0]?.cursor, endCursor: edges.at(-1)?.cursor },
  });
};

export const orBadInput = <T>(result: Result<T, BadInput>): T | Promise<never> => (result.ok ? result.value : Promise.reject(badInput(result.problem)));

export const definePagePlace = (builder: Builder): void => {
  builder.objectType('PageInfo', {
    description: 'Where a page stands in its list (Relay).',
    fields: (t) => ({
      hasNextPage: t.exposeBoolean('hasNextPage', { description: 'More follows after `endCursor`.' }),
      hasPreviousPage: t.exposeBoolean('hasPreviousPage', { description: 'Something stands before `startCursor`.' }),
      startCursor: t.string({ nullable: true, description: 'Cursor of the first edge; null in an empty page.', resolve: ({ startCursor }) => startCursor }),
      endCursor: t.string({
        nullable: true,
        description: 'Cursor of the last edge, to be given as `after` for the next page.',
        resolve: ({ endCursor }) => endCursor,
      }),
    }),
  });
};

export const pageSizeText = `Default ${limits.pageDefault}, limit ${limits.pageMax}.`;
