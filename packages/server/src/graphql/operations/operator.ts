/**
 * Mutation on federations, as an operator asks: plan, request, answer. Expected failures are members of the result.
 */
import {
  AgencyId,
  type Agreement,
  AgreementId,
  type Candidate,
  checkTerms,
  type Federation,
  FederationId,
  fail,
  federationIdOf,
  type Instant,
  isOver,
  type Json,
  LanguageMap,
  limits,
  type Need,
  ok,
  type Problem,
  problem,
  type Result,
  shorten,
  TermId,
} from '@cityweave/core';
import { unmetBy } from '../../orchestration/forming/purpose.ts';
import { createFaults } from '../fault.ts';
import type { AreaGiven } from '../questions/filter.ts';
import type { Context } from '../room.ts';
import { startedNode } from '../schema/federation.ts';
import type { Kit } from '../schema/kit.ts';
import type { FederationNode } from '../schema/shapes.ts';
import { geometryOf } from './registry.ts';

type Given<T> = T | null | undefined;
type NeedOfService = {
  readonly kind: string;
  readonly agencies?: Given<readonly string[]>;
  readonly optional?: Given<boolean>;
  readonly one?: Given<boolean>;
};
type ServiceGiven = {
  readonly id?: Given<string>;
  readonly name?: Given<Json>;
  readonly purpose: string;
  readonly needs: readonly NeedOfService[];
  readonly within?: Given<AreaGiven>;
  readonly twinTypes?: Given<readonly string[]>;
  readonly until?: Given<Instant>;
};

type Draft = Parameters<Context['room']['orchestration']['management']['start']>[0];

const refusedInput = (path: string, found: unknown, accepted: string): Problem => problem('invalid', { path, found: shorten(found), accepted });

const toNeed = ({ kind, agencies, optional, one }: NeedOfService, index: number): Result<Need> => {
  const term = TermId.safeParse(kind);
  if (!term.success) return fail(refusedInput(`need.needs[${index}].kind`, kind, 'prefix:name, as city:Substation'));
  const only = AgencyId.array().safeParse(agencies ?? []);
  if (!only.success) return fail(refusedInput(`need.needs[${index}].agencies`, agencies, 'urn:dtf:agency:<authority>'));
  return ok({ kind: term.data, optional: optional ?? false, ...(one && { one }), ...(agencies && { agencies: only.data }) });
};

const toNeeds = (given: readonly NeedOfService[]): Result<readonly Need[]> => {
  if (given.length === 0 || given.length > limits.needsMax)
    return fail(problem('invalid', { path: 'need.needs', found: `${given.length} needs`, accepted: `1 to ${limits.needsMax}`, limit: limits.needsMax }));
  const needs: Need[] = [];
  for (const [index, one] of given.entries()) {
    const need = toNeed(one, index);
    if (!need.ok) return need;
    needs.push(need.value);
  }
  return ok(needs);
};

const idFor = ({ room }: Context, given: Given<string>): Result<FederationId> => {
  if (given === null || given === undefined) return ok(federationIdOf(room.self.authority, room.deps.ids.uuid()));
  const id = FederationId.safeParse(given);
  return id.success ? ok(id.data) : fail(problem('badId', { path: 'need.id', found: shorten(given), accepted: 'urn:dtf:federation:<authority>:<local>' }));
};

const toDraft = (context: Context, given: ServiceGiven): Result<Draft> => {
  const id = idFor(context, given.id);
  if (!id.ok) return id;
  const needs = toNeeds(given.needs);
  if (!needs.ok) return needs;
  const name = LanguageMap.safeParse(given.name);
  if (!name.success) return fail(refusedInput('need.name', given.name, '{"en": "name", ...} by BCP 47 tag'));
  const purpose = TermId.safeParse(given.purpose);
  if (!purpose.success) return fail(refusedInput('need.purpose', given.purpose, 'prefix:name, as city:safety'));
  const { room } = context;
  const types = TermId.array()
    .max(limits.needsMax)
    .safeParse(given.twinTypes ?? []);
  if (!types.success) return fail(refusedInput('need.twinTypes', given.twinTypes, `at most ${limits.needsMax} terms, as city:AgencyTwin`));
  const checked = checkTerms(room.vocabulary(), [purpose.data, ...types.data, ...needs.value.map(({ kind }) => kind)]);
  if (!checked.ok) return checked;
  const faults = createFaults();
  const area = geometryOf(given.within, 'need', faults);
  const fault = faults.first();
  if (fault) return fail(refusedInput(fault.argument, fault.found, fault.accepted));
  return ok({
    id: id.value,
    name: name.data,
    purpose: purpose.data,
    initiator: room.self.id,
    needs: [...needs.value],
    rules: { authoritative: {}, tolerance: {} },
    ...(given.twinTypes && { twinTypes: types.data }),
    ...(area && { area }),
    ...(given.until && { validUntil: given.until }),
  });
};

type ServicePlan = { readonly plan: true; readonly candidates: readonly Candidate[]; readonly unmet: readonly Need[] };
type Requested = Problem | { readonly federation: FederationNode } | ServicePlan;

const start = (context: Context, given: ServiceGiven): Problem | { readonly federation: FederationNode } => {
  const draft = toDraft(context, given);
  if (!draft.ok) return draft.problem;
  const state = context.room.orchestration.federation(draft.value.id)?.state;
  if (state !== undefined && isOver(state))
    return problem('notAllowedInState', { subject: draft.value.id, found: state, accepted: 'the id of a federation that is not over, or none' });
  const started: Result<Federation> = context.room.orchestration.management.start(draft.value);
  return started.ok ? { federation: startedNode(started.value) } : started.problem;
};

const approve = ({ room }: Context, federation: string): Problem | { readonly federation: FederationNode } => {
  const id = FederationId.safeParse(federation);
  if (!id.success) return problem('badId', { path: 'federation', found: shorten(federation), accepted: 'urn:dtf:federation:<authority>:<local>' });
  const approved = room.orchestration.management.approve(id.data);
  return approved.ok ? { federation: startedNode(approved.value) } : approved.problem;
};

/** The dry run: who would be asked, and which needs nobody serves. */
const plan = async (context: Context, given: ServiceGiven): Promise<Problem | ServicePlan> => {
  const draft = toDraft(context, given);
  if (!draft.ok) return draft.problem;
  const { needs, purpose, area, twinTypes, validUntil: to } = draft.value;
  const { room } = context;
  const period = { from: room.deps.clock.now(), ...(to && { to }) };
  const found = await room.orchestration.discover({ needs, purpose, twinTypes, period, ...(area && { area }) });
  if (!found.ok) return found.problem;
  return { plan: true, candidates: found.value, unmet: await unmetBy(room, needs, found.value) };
};

const typeOfRequested = (value: Requested): string => ('kind' in value ? 'Problem' : 'plan' in value ? 'ServicePlan' : 'FederationRequested');

const defineService = ({ builder, inputs }: Kit) => {
  const need = builder.inputRef<NeedOfService>('ServiceNeed').implement({
    description: 'One kind of twin that a federation must bring together.',
    fields: (t) => ({
      kind: t.id({ required: true, description: 'The kind, as "city:Substation"; narrower ones serve too.' }),
      agencies: t.idList({ description: 'From these agencies only.' }),
      optional: t.boolean({ defaultValue: false, description: 'The federation can do without.' }),
      one: t.boolean({ defaultValue: false, description: 'One provider is enough: the best; the others take its place when it is lost.' }),
    }),
  });
  return builder.inputRef<ServiceGiven>('ServiceInput').implement({
    description: 'A federation as it is wanted.',
    fields: (t) => ({
      id: t.id({ description: '`urn:dtf:federation:<authority>:<local>`; made where absent. The same id again is the same federation.' }),
      name: t.field({ type: 'JSON', required: true, description: 'Its name by language, as {"en": "Flood resilience"}.' }),
      purpose: t.id({ required: true, description: 'What for, as "city:safety".' }),
      needs: t.field({ type: [need], required: true, description: `What it must bring together: 1 to ${limits.needsMax}.` }),
      within: t.field({ type: inputs.area, description: 'Where: a box or a polygon.' }),
      twinTypes: t.idList({ description: 'Among agency twins of these types only, narrower ones with them.' }),
      until: t.field({ type: 'DateTime', description: 'Until when; until it is released where absent.' }),
    }),
  });
};

const defineRequested = ({ builder }: Kit) => {
  const requested = builder.objectRef<{ readonly federation: FederationNode }>('FederationRequested').implement({
    description: 'The federation is saved and begins to form; `federationStatus` tells how it goes on.',
    fields: (t) => ({ federation: t.field({ type: 'Federation', description: 'As it stands now.', resolve: ({ federation }) => federation }) }),
  });
  const planned = builder.objectRef<ServicePlan>('ServicePlan').implement({
    description: 'A dry run: nothing was asked of anybody but the registry.',
    fields: (t) => ({
      candidates: t.field({ type: ['Candidate'], description: 'Who would be asked for what, best first.', resolve: ({ candidates }) => candidates }),
      unmet: t.field({ type: ['Need'], description: 'What nobody offers.', resolve: ({ unmet }) => unmet }),
    }),
  });
  return {
    service: builder.unionType('RequestServiceResult', {
      description: 'A plan, a federation that was requested, or why not.',
      types: [planned, requested, 'Problem'],
      resolveType: typeOfRequested,
    }),
    federation: builder.unionType('RequestFederationResult', {
      description: 'The federation that was requested, or why not.',
      types: [requested, 'Problem'],
      resolveType: typeOfRequested,
    }),
  };
};

type AnswerArgs = {
  readonly agreement?: Given<string>;
  readonly federation?: Given<string>;
  readonly decision: 'ACCEPT' | 'DECLINE';
  readonly reason?: Given<string>;
};

/** The request that is meant: by its agreement, or the one of a federation that waits here. */
const requestOf = ({ room }: Context, { agreement, federation }: AnswerArgs): Result<AgreementId> => {
  if ((agreement ?? undefined) === undefined && (federation ?? undefined) === undefined)
    return fail(problem('invalid', { path: 'agreement', found: 'nothing', accepted: 'agreement or federation' }));
  const parsed = AgreementId.safeParse(agreement);
  if (agreement)
    return parsed.success ? ok(parsed.data) : fail(problem('badId', { path: 'agreement', found: shorten(agreement), accepted: 'urn:dtf:agreement:...' }));
  const waiting = room.orchestration.inReview().find(({ terms }) => terms.federationId === federation);
  return waiting
    ? ok(waiting.id)
    : fail(problem('notFound', { path: 'federation', subject: shorten(federation), accepted: 'a federation whose request waits here' }));
};

const answer = async (context: Context, args: AnswerArgs): Promise<Problem | { readonly agreement: Agreement }> => {
  const id = requestOf(context, args);
  if (!id.ok) return id.problem;
  const decided = await context.room.orchestration.decide(id.value, { accept: args.decision === 'ACCEPT', ...(args.reason && { reason: args.reason }) });
  return decided.ok ? { agreement: decided.value } : decided.problem;
};

const defineRequests = (kit: Kit) => {
  const { builder } = kit;
  const service = defineService(kit);
  const results = defineRequested(kit);
  const approval = builder.enumType('Approval', {
    description: 'Whether a plan is carried out at once.',
    values: { ASK: { description: 'Only plan: a dry run.' }, GRANTED: { description: 'Plan and request.' } } as const,
  });
  builder.mutationFields((t) => ({
    requestService: t.field({
      type: results.service,
      description: 'States what is needed. With ASK a dry run says who would be asked; with GRANTED the federation is requested.',
      args: {
        need: t.arg({ type: service, required: true, description: 'What is needed.' }),
        approval: t.arg({ type: approval, defaultValue: 'ASK', description: 'Plan only, or go on.' }),
      },
      resolve: (_root, args, context): Requested | Promise<Requested> => (args.approval === 'GRANTED' ? start(context, args.need) : plan(context, args.need)),
    }),
    approvePlan: t.field({
      type: results.federation,
      description: 'Says yes to a federation that an application asked for with `approval: ask`: it begins to form. To say no, release it.',
      args: { federation: t.arg.id({ required: true, description: '`urn:dtf:federation:...`' }) },
      resolve: (_root, { federation }, context) => approve(context, federation),
    }),
    requestFederation: t.field({
      type: results.federation,
      description: 'Requests a federation: it is saved, and its members are asked.',
      args: { need: t.arg({ type: service, required: true, description: 'What it must bring together.' }) },
      resolve: (_root, { need }, context) => start(context, need),
    }),
  }));
  return results.federation;
};

const defineAnswer = ({ builder }: Kit): void => {
  const decision = builder.enumType('Decision', {
    description: "An owner's decision.",
    values: { ACCEPT: { description: 'Yes, under the terms as they stand.' }, DECLINE: { description: 'No.' } } as const,
  });
  const answered = builder.objectRef<{ readonly agreement: Agreement }>('RequestAnswered').implement({
    description: 'The decision is saved and told to the initiator.',
    fields: (t) => ({ agreement: t.field({ type: 'Agreement', description: 'As it stands now.', resolve: ({ agreement }) => agreement }) }),
  });
  const result = builder.unionType('AnswerRequestResult', {
    description: 'The request as answered, or why not.',
    types: [answered, 'Problem'],
    resolveType: (value) => ('kind' in value ? 'Problem' : 'RequestAnswered'),
  });
  builder.mutationFields((t) => ({
    answerRequest: t.field({
      type: result,
      description: 'Answers a request that the policy of this agency leaves to a person, by its agreement or its federation.',
      args: {
        agreement: t.arg.id({ description: '`urn:dtf:agreement:...`' }),
        federation: t.arg.id({ description: '`urn:dtf:federation:...`' }),
        decision: t.arg({ type: decision, required: true, description: 'Yes or no.' }),
        reason: t.arg.string({ description: 'Told to the initiator.' }),
      },
      resolve: (_root, args, context) => answer(context, args),
    }),
  }));
};

/** The result that every change of a federation has. */
export type FederationChange = ReturnType<typeof defineRequests>;

export const defineOperator = (kit: Kit): FederationChange => {
  const changed = defineRequests(kit);
  defineAnswer(kit);
  return changed;
};
