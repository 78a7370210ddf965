/**
 * Views over HTTP: `GET /dtf/twins`, `/dtf/features`, `/dtf/federations`, `/dtf/connections`, page by page.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { fail, limits, ok, problem, type Result, shorten } from '@cityweave/core';
import { goneSignal, sendJson, sendProblem } from './reply.ts';

const viewNames = ['twins', 'features', 'federations', 'connections'] as const;
export type ViewName = (typeof viewNames)[number];

/** `objects`: as messages carry them, in the order of their ids; `next` is the cursor of what follows. */
export type ViewPage = { readonly objects: readonly unknown[]; readonly total: number; readonly next: string | null };

type Page = { readonly limit: number; readonly cursor?: string };

export type Views = (name: ViewName, asked: Page & { readonly signal: AbortSignal }) => Promise<Result<ViewPage>>;

const cursorCharactersMax = limits.idCharactersMax;

const parsePage = (params: URLSearchParams): Result<Page> => {
  const unknown = [...params.keys()].find((key) => key !== 'limit' && key !== 'cursor');
  if (unknown !== undefined) return fail(problem('badQuery', { found: shorten(unknown), accepted: 'limit, cursor' }));
  const [text, cursor] = [params.get('limit') ?? String(limits.discoverPageDefault), params.get('cursor')];
  const limit = /^[1-9]\d{0,8}$/.test(text) ? Number(text) : 0;
  if (limit < 1 || limit > limits.discoverPageMax)
    return fail(problem('badQuery', { subject: 'limit', found: shorten(text), accepted: `1 to ${limits.discoverPageMax}`, limit: limits.discoverPageMax }));
  if (cursor !== null && cursor.length > cursorCharactersMax) return fail(problem('badQuery', { subject: 'cursor', limit: cursorCharactersMax }));
  return ok({ limit, ...(cursor !== null && { cursor }) });
};

export const sendView = async (views: Views, request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://node');
  const name = viewNames.find((one) => pathname === `/dtf/${one}`);
  if (!name) return sendProblem(response, problem('notFound', { subject: shorten(pathname) }));
  const page = parsePage(searchParams);
  const viewed = page.ok ? await views(name, { ...page.value, signal: goneSignal(response) }) : page;
  if (viewed.ok) sendJson(response, 200, viewed.value);
  else sendProblem(response, viewed.problem);
};
