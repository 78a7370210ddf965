/**
 * The cursor of a walk over several members: each member's last key, as one opaque text. Walking never repeats a twin.
 */

import { type AgencyId, AgencyId as AgencyIdSchema, fail, ok, PageKey, problem, type Result } from '@cityweave/core';
import { z } from 'zod';
import { parseJson } from '../../exchange/json.ts';

const Cursor = z.object({ v: z.literal(1), m: z.record(AgencyIdSchema, PageKey) });

export type MemberKeys = ReadonlyMap<AgencyId, PageKey>;

export const encodeCursor = (keys: MemberKeys): string => Buffer.from(JSON.stringify({ v: 1, m: Object.fromEntries(keys) })).toString('base64url');

export const decodeCursor = (text: string | undefined): Result<MemberKeys> => {
  if (text === undefined) return ok(new Map());
  const parsed = Cursor.safeParse(parseJson(Buffer.from(text, 'base64url').toString('utf8')));
  if (!parsed.success) return fail(problem('badQuery', { subject: 'cursor', accepted: 'a cursor of an earlier page of the same question' }));
  return ok(new Map(Object.entries(parsed.data.m) as [AgencyId, PageKey][])); // branding: the schema parsed the keys
};
