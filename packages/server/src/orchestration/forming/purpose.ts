/**
 * Purpose (P1): what an application wants becomes a federation that this node forms: at once, or once a person of the agency has approved the plan.
 */
import {
  type Candidate,
  checkTerms,
  differences,
  type Federation,
  fail,
  federationIdOf,
  isOver,
  type Need,
  ok,
  problem,
  type Request,
  type Result,
  serves,
  viewOf,
} from '@cityweave/core';
import type { Done } from '../../exchange/answer.ts';
import { discoverCandidates } from '../candidate.ts';
import { federationById, type Room } from '../room.ts';
import type { FederationManagement } from './federation.ts';

type Asked = Request<'application.request.service'>;
type Draft = Parameters<FederationManagement['start']>[0];

/** Its own grid, or the slots in which results are to be delivered. */
const gridOf = ({ deps }: Room, { parameters: { deliver }, objects: [{ attributes }] }: Asked): Pick<Draft, 'sync'> => {
  if (attributes.sync) return { sync: attributes.sync };
  return deliver?.align ? { sync: { epoch: deps.clock.now(), slot: deliver.align.slot, methods: {}, units: {} } } : {};
};

const draftOf = (room: Room, asked: Asked): Draft => {
  const { federationId, purpose, needs, description, twinTypes, area, validUntil } = asked.objects[0].attributes;
  const name = asked.objects[0].attributes.name ?? description ?? room.vocabulary().term(purpose)?.label ?? { en: purpose };
  return {
    id: federationId ?? federationIdOf(room.self.authority, room.deps.ids.uuid()),
    ...{ name, purpose, needs, initiator: room.self.id, rules: { authoritative: {}, tolerance: {} } },
    ...(description && { description }),
    ...(twinTypes && { twinTypes }),
    ...(area && { area }),
    ...(validUntil && { validUntil }),
    ...(asked.parameters.approval && { approval: asked.parameters.approval }),
    ...gridOf(room, asked),
  };
};

/** Needs that neither this agency nor a candidate serves. */
export const unmetBy = async (room: Pick<Room, 'store' | 'vocabulary'>, needs: readonly Need[], candidates: readonly Candidate[]): Promise<readonly Need[]> => {
  const [own, vocabulary] = [await room.store.kinds(), room.vocabulary()];
  const kinds = [...own.map(({ kind }) => kind), ...candidates.filter(({ score }) => score > 0).map(({ feature }) => feature.attributes.semanticType)];
  return needs.filter((need) => !kinds.some((kind) => serves(kind, need, vocabulary)));
};

/** Who would be asked for what, if a person says yes: nobody but the registry was asked. */
const planOf = async (room: Room, { needs, purpose, area, twinTypes, validUntil: to }: Draft) => {
  const period = { from: room.deps.clock.now(), ...(to && { to }) };
  const found = await discoverCandidates(room, { needs, purpose, area, twinTypes, period });
  if (!found.ok) return found;
  const candidates = found.value.filter(({ score }) => score > 0).map(({ twin, feature, score }) => ({ twinId: twin.id, featureId: feature.id, score }));
  return ok({ candidates, unmet: (await unmetBy(room, needs, found.value)).map(({ kind }) => kind) });
};

/** Where results are to be had: this node's GraphQL, over what was asked for. */
const deliveryOf = ({ self }: Room, { deliver }: Asked['parameters']) => {
  if (!deliver) return {};
  const address = new URL('/graphql', self.address());
  if (deliver.protocol === 'websocket') address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:';
  return { deliver: { ...deliver, address: address.href } };
};

/** Under the id of a federation the same is proposed again, as long as it is not over, and nothing else. */
const checkKnown = (known: Federation | undefined, draft: Draft): Result<true> => {
  if (!known) return ok(true);
  const { id: subject, state } = known;
  if (isOver(state)) return fail(problem('notAllowedInState', { subject, found: state, accepted: 'the id of a federation that is not over, or none' }));
  const other = differences(known, draft);
  return other.length === 0
    ? ok(true)
    : fail(problem('federationsConflict', { subject, found: `other ${other.join(', ')}`, accepted: 'what it was proposed with, or another id' }));
};

type Rooms = { readonly room: Room; readonly management: Pick<FederationManagement, 'start'> };

export const answerPurpose = async ({ room, management }: Rooms, asked: Asked): Promise<Done<'application.request.service'>> => {
  const draft = draftOf(room, asked);
  const known = checkTerms(room.vocabulary(), [draft.purpose, ...(draft.twinTypes ?? []), ...draft.needs.map(({ kind }) => kind)]);
  if (!known.ok) return known;
  const free = checkKnown(federationById(room, draft.id), draft);
  if (!free.ok) return free;
  const plan = asked.parameters.approval === 'ask' ? await planOf(room, draft) : undefined;
  if (plan && !plan.ok) return plan;
  const started: Result<Federation> = management.start(draft);
  if (!started.ok) return started;
  const { id, revision } = started.value;
  const parameters = { federationId: id, ...(plan && { plan: plan.value }), ...deliveryOf(room, asked.parameters) };
  return ok({ reply: { parameters, objects: [{ kind: 'federation', id, revision, attributes: viewOf(started.value) }] } });
};
