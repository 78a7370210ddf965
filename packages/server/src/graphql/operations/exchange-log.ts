/**
 * Exchange log of a federation as this node keeps it: who said what to whom, when, under which agreement, with which result; never what it carried.
 */
import { type Instant, type LogEntry, type LoggedExchange, limits } from '@cityweave/core';
import type { LogPage } from '../../log/exchange-log.ts';
import { badInput } from '../fault.ts';
import type { Context } from '../room.ts';
import type { Kit } from '../schema/kit.ts';
import { type PageArgs, pageSizeText, parsePage } from '../schema/page.ts';

type Entry = { readonly n: number; readonly at: Instant; readonly hash: string; readonly verified: boolean; readonly exchange: LoggedExchange };
type Connection = { readonly entries: readonly Entry[]; readonly more: number | undefined };

const toEntry = ({ n, at, hash, content }: LogEntry, verified: boolean): readonly Entry[] =>
  content.kind === 'exchange' ? [{ n, at, hash, verified, exchange: content }] : [];

const toConnection = ({ entries, more, verified }: LogPage): Connection => ({
  entries: entries.flatMap((entry) => toEntry(entry, verified.has(entry.n))),
  more,
});

const ask = ({ room }: Context, federationId: string, args: Pick<PageArgs, 'first' | 'after'>): Connection | Promise<never> => {
  const page = parsePage(args);
  if (!page.ok) return Promise.reject(badInput(page.problem));
  const { size, from } = page.value;
  if (from !== undefined && !/^[1-9]\d{0,15}$/.test(from))
    return Promise.reject(badInput({ argument: 'after', found: from, accepted: 'a cursor of an earlier page of the log' }));
  return toConnection(room.log.page({ federationId, first: size, ...(from !== undefined && { before: Number(from) }) }));
};

const defineEntry = ({ builder }: Kit) => {
  const direction = builder.enumType('ExchangeDirection', {
    description: 'Whether this node heard a message or said it.',
    values: { HEARD: { value: 'heard', description: 'Heard and answered.' }, SAID: { value: 'said', description: 'Said and answered.' } } as const,
  });
  return builder.objectRef<Entry>('ExchangeLogEntry').implement({
    description: 'One message and its result, or many of one kind that were accepted; chained to the entry before by its hash.',
    fields: (t) => ({
      n: t.exposeInt('n', { description: 'Its place in the log of this node.' }),
      at: t.field({ type: 'DateTime', description: 'When it was answered.', resolve: ({ at }) => at }),
      hash: t.exposeString('hash', { description: 'SHA-256 of the entry with the hash of the one before.' }),
      verified: t.exposeBoolean('verified', {
        description: 'Its hash is what its content gives, and a signed checkpoint of this node stands behind it.',
      }),
      direction: t.field({ type: direction, description: 'Heard or said.', resolve: ({ exchange }) => exchange.direction }),
      message: t.id({
        nullable: true,
        description: '`urn:uuid:` of the message, the last one where it stands for many.',
        resolve: ({ exchange }) => exchange.messageId,
      }),
      messages: t.int({
        description: 'How many it stands for: messages of a stream, and probes, are counted; 1 otherwise.',
        resolve: ({ exchange }) => exchange.tally?.messages ?? 1,
      }),
      from: t.id({ description: 'Who said it.', resolve: ({ exchange }) => exchange.from }),
      to: t.id({ description: 'To whom.', resolve: ({ exchange }) => exchange.to }),
      verb: t.string({ description: 'As the catalogue names it: "read".', resolve: ({ exchange }) => exchange.verb }),
      object: t.string({ description: 'As the catalogue names it: "exchangeData".', resolve: ({ exchange }) => exchange.object }),
      agreement: t.id({ nullable: true, description: 'The agreement it names.', resolve: ({ exchange }) => exchange.agreementId }),
      onBehalfOf: t.id({ nullable: true, description: 'For whom it was asked, where not for the sender.', resolve: ({ exchange }) => exchange.onBehalfOf }),
      scenario: t.id({ nullable: true, description: 'What a function was asked to try out.', resolve: ({ exchange }) => exchange.scenarioId }),
      code: t.string({ description: 'The result: "DTF-000", or the code of the problem.', resolve: ({ exchange }) => exchange.code }),
    }),
  });
};

const defineConnection = (kit: Kit) => {
  const { builder } = kit;
  const entry = defineEntry(kit);
  const edge = builder.objectRef<Entry>('ExchangeLogEdge').implement({
    description: 'One entry of a page and the cursor behind which the next page would begin.',
    fields: (t) => ({
      cursor: t.string({ description: 'Opaque; to be given as `after`.', resolve: ({ n }) => String(n) }),
      node: t.field({ type: entry, description: 'What stands here.', resolve: (one) => one }),
    }),
  });
  return builder.objectRef<Connection>('ExchangeLogConnection').implement({
    description: 'A page of the exchange log, the newest first.',
    fields: (t) => ({
      edges: t.field({ type: [edge], description: 'The page with a cursor for each entry.', resolve: ({ entries }) => entries }),
      nodes: t.field({ type: [entry], description: 'The page without cursors.', resolve: ({ entries }) => entries }),
      pageInfo: t.field({
        type: 'PageInfo',
        description: `Where the page stands. A page looks into at most ${limits.logFilesPerPageMax} files: one that is empty may have a next one.`,
        resolve: ({ entries, more }) => ({
          hasNextPage: more !== undefined,
          hasPreviousPage: false,
          startCursor: entries[0] && String(entries[0].n),
          endCursor: more === undefined ? entries.at(-1) && String(entries.at(-1)?.n) : String(more),
        }),
      }),
    }),
  });
};

export const defineExchangeLog = (kit: Kit): void => {
  const connection = defineConnection(kit);
  kit.builder.objectFields('Federation', (t) => ({
    log: t.field({
      type: connection,
      description:
        'What was said in this federation, as this node logged it: tamper-evident, without what the messages carried. `cityweave log verify` checks it.',
      args: { first: t.arg.int({ description: pageSizeText }), after: t.arg.string({ description: 'Cursor of an earlier page.' }) },
      resolve: ({ view }, args, context): Connection | Promise<never> => ask(context, view.id, args),
    }),
  }));
};
