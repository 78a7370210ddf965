/**
 * Twin slots: one property of several twins, of whichever agencies, in one grid of times and one unit: ready to be compared, summed or put into a model.
 */
import {
  Alignment,
  describeProblem,
  type Federation,
  fail,
  gridFor,
  limits,
  ok,
  type Result,
  type SlotValue,
  TermId,
  TwinId,
  type Vocabulary,
} from '@cityweave/core';
import { type BadInput, badInput, createFaults } from '../fault.ts';
import type { Context } from '../room.ts';
import { askable } from '../schema/federation.ts';
import type { Kit } from '../schema/kit.ts';
import { parseTerm } from './filter.ts';

type Series = Awaited<ReturnType<Context['room']['orchestration']['aligned']>>[number];

type Asked = Parameters<Context['room']['orchestration']['aligned']>[1];

type Args = {
  readonly ids: readonly string[];
  readonly term: string;
  readonly from: Alignment['epoch'];
  readonly to: Alignment['epoch'];
  readonly slot?: string | null | undefined;
  readonly epoch?: Alignment['epoch'] | null | undefined;
  readonly method?: Alignment['method'] | null | undefined;
  readonly maxAge?: string | null | undefined;
  readonly unit?: string | null | undefined;
};

type Within = { readonly federation: Federation; readonly vocabulary: Vocabulary };

/** What nobody says is as the federation has it; its own epoch where it has a grid, else where the question begins. */
const wantedGrid = ({ from, slot, epoch, method, maxAge, unit }: Args, series: TermId, { federation: { sync: rules }, vocabulary }: Within) => {
  const asked = { epoch: epoch ?? undefined, slot: slot ?? undefined, method: method ?? undefined, maxAge: maxAge ?? undefined, unit: unit ?? undefined };
  const wanted = gridFor(asked, { series, rules, vocabulary });
  return Alignment.safeParse({ ...wanted, epoch: wanted.epoch ?? from });
};

const accepted = 'an ISO 8601 duration, as PT10S; it may be left out where the federation has a grid of its own';

const toAsked = (args: Args, within: Within): Result<Asked, BadInput> => {
  const { ids, term, from, to, slot } = args;
  const faults = createFaults();
  const series = parseTerm(term, 'term', faults);
  if (ids.length > limits.historyTwinsMax) faults.note({ argument: 'ids', found: `${ids.length}`, accepted: `at most ${limits.historyTwinsMax}` });
  const twins = ids.flatMap((id) => TwinId.safeParse(id).data ?? faults.note({ argument: 'ids', found: id, accepted: 'urn:dtf:twin:...' }) ?? []);
  const align = series && wantedGrid(args, TermId.parse(series), within);
  if (align && !align.success) faults.note({ argument: 'slot', found: slot ?? 'nothing', accepted });
  const fault = faults.first();
  if (fault) return fail(fault);
  if (!align?.success) return fail({ argument: 'slot', found: slot ?? 'nothing', accepted });
  return ok({ ids: twins, history: { series: TermId.parse(series), from, to, first: limits.pageMax }, align: align.data });
};

const ask = (federation: Federation, args: Args, { room, signal }: Context): Promise<readonly Series[]> => {
  const asked = toAsked(args, { federation, vocabulary: room.vocabulary() });
  if (!asked.ok) return Promise.reject(badInput(asked.problem));
  return room.orchestration.aligned(federation, asked.value, { deadlineMs: limits.deadlineDefaultMs, signal });
};

const defineSlot = ({ builder }: Kit) =>
  builder.objectRef<SlotValue>('Slot').implement({
    description: 'One place of the grid.',
    fields: (t) => ({
      slot: t.exposeInt('slot', { description: 'Its number; 0 begins at the epoch.' }),
      at: t.field({ type: 'DateTime', description: 'When it begins.', resolve: ({ at }) => at }),
      value: t.field({ type: 'JSON', nullable: true, description: 'Nothing where it is missing.', resolve: ({ value }) => value }),
      flag: t.string({ description: 'MEASURED, INTERPOLATED, CARRIED, SIMULATED or MISSING.', resolve: ({ flag }) => flag }),
      revisedAt: t.field({
        type: 'DateTime',
        nullable: true,
        description: 'When it was written anew, by what was learnt after its end.',
        resolve: ({ revisedAt }) => revisedAt,
      }),
      age: t.float({ nullable: true, description: 'Seconds from what was observed to the end of the slot.', resolve: ({ age }) => age }),
    }),
  });

const defineMethod = ({ builder }: Kit) =>
  builder.enumType('AlignMethod', {
    description: 'How values within a slot become one.',
    values: {
      last: { description: 'The last one.' },
      nearest: { description: 'The one nearest to the middle.' },
      mean: { description: 'Their mean.' },
      sum: { description: 'Their sum; of a slot without any there is none.' },
      min: { description: 'The least.' },
      max: { description: 'The greatest.' },
      linear: { description: 'The last one; in a slot without any, worked out between the value before and the one after.' },
    } as const,
  });

export const defineSlots = (kit: Kit): void => {
  const { builder } = kit;
  const slot = defineSlot(kit);
  const method = defineMethod(kit);
  const series = builder.objectRef<Series>('AlignedSeries').implement({
    description: 'A property of one twin in the grid that was asked for.',
    fields: (t) => ({
      id: t.id({ description: 'The twin.', resolve: ({ id }) => id }),
      slots: t.field({
        type: [slot],
        description: 'Every slot once, in order, up to where `problem` says that there are more; none where its owner does not tell.',
        resolve: ({ slots }) => slots,
      }),
      problem: t.string({
        nullable: true,
        description: 'Why nothing is told, or why the slots end before the period does.',
        resolve: (one) => (one.problem ? describeProblem(one.problem) : null),
      }),
    }),
  });
  builder.objectFields('Federation', (t) => ({
    series: t.field({
      type: [series],
      description: `One property of up to ${limits.historyTwinsMax} twins, in one grid of at most ${limits.slotsMax} slots and one unit.`,
      args: {
        ids: t.arg.idList({ required: true, description: 'The twins, of any member.' }),
        term: t.arg.string({ required: true, description: 'The property.' }),
        from: t.arg({ type: 'DateTime', required: true, description: 'In the first slot.' }),
        to: t.arg({ type: 'DateTime', required: true, description: 'In the last one.' }),
        slot: t.arg({ type: 'Duration', description: 'How long one is: whole slots of the federation; one of them where absent.' }),
        epoch: t.arg({ type: 'DateTime', description: 'Where slot 0 begins; where the federation says where absent, else `from`.' }),
        method: t.arg({
          type: method,
          description: 'As the federation says where absent, else by what the property is: the mean of a rate, the sum of a count, the last of a state.',
        }),
        maxAge: t.arg({ type: 'Duration', description: 'What is older is missing, never carried.' }),
        unit: t.arg.string({ description: 'UCUM code in which numbers are wanted.' }),
      },
      resolve: async (node, args, context) => ask(await askable(node), args, context),
    }),
  }));
};
