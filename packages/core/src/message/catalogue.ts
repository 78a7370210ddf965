/**
 * The catalogue: every message of the information exchange, as one table. A row's key is role, verb and object; types, JSON Schema and dispatch follow from it.
 */
import type { z } from 'zod';
import { limits } from '../ground/limits.ts';
import { problem } from '../ground/problem.ts';
import { fail, ok, type Result } from '../ground/result.ts';
import { adaptorRows } from './adaptor.ts';
import { applicationRows } from './application.ts';
import { functionRows } from './function/function.ts';
import { logRows } from './log-excerpt.ts';
import { noticeRows } from './notice.ts';
import { registryRows } from './registry/registry.ts';
import type { WithStanding } from './result.ts';
import type { AddressedRole, AllowedStates, Row } from './row.ts';
import { twinRows } from './twin.ts';

type Table = Readonly<Record<string, Omit<Row, 'role' | 'verb' | 'object' | 'bytesMax'>>>;

type Keyed<R extends AddressedRole, T extends Table> = {
  readonly [K in keyof T & string as `${R}.${K}`]: T[K] & Pick<Row, 'role' | 'verb' | 'object' | 'bytesMax'>;
};

const keyed = <R extends AddressedRole, T extends Table>(role: R, table: T): Keyed<R, T> => {
  const rows: Record<string, unknown> = {};
  for (const [key, row] of Object.entries(table)) {
    const [verb = '', object = ''] = key.split('.');
    const bytesMax =
      object === 'exchangeData' || (object === 'feature' && ['invoke', 'query'].includes(verb)) ? limits.exchangeDataBytesMax : limits.controlMessageBytesMax;
    rows[`${role}.${key}`] = { ...row, role, verb, object, bytesMax };
  }
  return rows as Keyed<R, T>; // branding: each key is written with its role just above
};

export const catalogue = {
  ...keyed('registry', registryRows),
  ...keyed('digitalTwin', { ...twinRows, ...functionRows, ...noticeRows, ...logRows }),
  ...keyed('communicationAdaptor', adaptorRows),
  ...keyed('application', applicationRows),
};
export type Catalogue = typeof catalogue;

/** `role.verb.object` */
export type RowName = keyof Catalogue;

export type Request<N extends RowName> = z.infer<Catalogue[N]['request']>;
export type Reply<N extends RowName> = z.infer<Catalogue[N]['reply']> & WithStanding;

/** What a row's room gives: its reply, and, of a change alone, what follows from it; nothing follows from a read. */
export type GivenFor<N extends RowName, Answered extends { reply: unknown }> = { readonly reply: Reply<N> } & (Catalogue[N]['effect'] extends 'change'
  ? Omit<Answered, 'reply'>
  : { readonly [K in Exclude<keyof Answered, 'reply'>]?: never });

/** The rows addressed to a role: the room that has the role must answer each of them, or it does not compile. */
export type RowNameOf<R extends AddressedRole> = Extract<RowName, `${R}.${string}`>;
export type Answers<R extends AddressedRole, Context, Answered extends { reply: unknown }> = {
  readonly [N in RowNameOf<R>]: (request: Request<N>, context: Context) => Promise<Result<GivenFor<N, Answered>>> | Result<GivenFor<N, Answered>>;
};

export const isRowName = (name: string): name is RowName => Object.hasOwn(catalogue, name);

/** The row as the table's frame shows it, when its name is only known at run time. */
export const rowOf = (name: RowName): Row => catalogue[name];

export const rowNames: readonly RowName[] = Object.keys(catalogue).filter(isRowName);

/** `notAllowedInState` where the table does not let this message be answered while what it is about stands so. */
export const checkAllowed = <L extends keyof AllowedStates>(
  name: RowName,
  lifecycle: L,
  { state, subject }: { readonly state: NonNullable<AllowedStates[L]>[number]; readonly subject: string },
): Result<true> => {
  const allowed: readonly string[] | undefined = rowOf(name).allowed[lifecycle];
  if (allowed === undefined || allowed.includes(state)) return ok(true);
  return fail(problem('notAllowedInState', { subject, found: state, accepted: allowed.join(', ') }));
};

/** A5: messages between twins that an adaptor passes on, unchanged but for its entry in `via`. */
export const isRelayed = (name: RowName): boolean => rowOf(name).label.split(', ').includes('A5');

export const isKnownVerb = (verb: string): boolean => rowNames.some((name) => catalogue[name].verb === verb);
