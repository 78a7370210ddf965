/**
 * Deletion duties of the asker: what was given under an agreement goes when that is due after its end; the log says so, and the owner is told until it knows. Then
 * what is over is forgotten in its time.
 */
import { type AgencyId, type Agreement, type FederationId, type Member, msBetween, ok, type TwinId } from '@cityweave/core';
import { newMessageId, pause } from '../deps.ts';
import { resolveJoins } from '../import/joins.ts';
import { peerOf } from './forming/saying.ts';
import { forgetPast } from './membership/forgetting.ts';
import { agreements, federationById, type Room } from './room.ts';

/** Another room's part of what a node keeps of others' data under a federation. */
export type Forget = (federation: FederationId) => Promise<void>;

export type Duties = {
  readonly onForget: (forget: Forget) => void;
  /** Looks again: an agreement may have ended. */
  readonly nudge: () => void;
  /** Keeps to what was promised until the node ends. */
  readonly keep: () => Promise<void>;
};

const lookMs = 30_000;
const sayAgainMs = 5_000;

type Desk = { readonly room: Room; readonly forgets: readonly Forget[] };

/** Agreements by which this node was given something, that are over, and of whose owner it is not known that it knows. */
const owed = ({ room }: Desk): readonly Agreement[] =>
  agreements
    .all(room.records)
    .filter(({ terms, deleteDataBy, deletionTold }) => terms.parties.consumer === room.self.id && deleteDataBy !== undefined && !deletionTold);

const save = ({ room }: Desk, agreement: Agreement): void => room.records.putAll([agreements.saved(agreement.id, agreement)]);

/** Under another agreement the same may still be kept. */
const isGivenOtherwise = ({ room }: Desk, provider: TwinId): boolean =>
  agreements.live(room.records).some(({ terms, state }) => state === 'AGREED' && terms.parties.provider === provider);

const memberOf = ({ room }: Desk, { id, terms }: Agreement): Member | undefined =>
  federationById(room, terms.federationId)?.members.find(({ agreementId }) => agreementId === id);

/** Partners that keys of ours were resolved to: asked again, nobody is found, so that link and name go. */
const forgetJoins = async ({ room }: Desk, agency: AgencyId): Promise<void> => {
  const options = { clock: room.deps.clock, own: room.self.agency, agencies: [agency], again: true, signal: room.signal };
  await resolveJoins(room.store, async () => ok({ partners: new Map() }), options);
};

const deleteNow = async (desk: Desk, agreement: Agreement): Promise<Agreement> => {
  const { room, forgets } = desk;
  const { federationId, parties } = agreement.terms;
  const member = memberOf(desk, agreement);
  if (member && !isGivenOtherwise(desk, parties.provider)) await forgetJoins(desk, member.agency);
  for (const forget of forgets) await forget(federationId);
  const deleted = { ...agreement, deletedAt: room.deps.clock.now(), deletionMessageId: newMessageId(room.deps.ids) };
  save(desk, deleted);
  const entry = { kind: 'exchange' as const, direction: 'said' as const, from: room.self.id, to: parties.provider, verb: 'delete', object: 'exchangeData' };
  room.log.append({ ...entry, federationId, agreementId: agreement.id, code: 'DTF-000' });
  return deleted;
};

/** At the owner it ended later than here: what came until then goes as well, and that is said as something new. */
const deleteAgain = (desk: Desk, { deletionMessageId: _, ...agreement }: Agreement): void => save(desk, agreement);

/** Said once more under T15, with the time at which it was done. */
const tell = async (desk: Desk, agreement: Agreement): Promise<void> => {
  const { room } = desk;
  const { federationId } = agreement.terms;
  const member = memberOf(desk, agreement);
  const objects: [{ kind: 'federation'; id: FederationId }] = [{ kind: 'federation', id: federationId }];
  const content = { parameters: { deletedAt: agreement.deletedAt }, objects };
  const asking = { messageId: agreement.deletionMessageId, federationId, signal: room.signal };
  const told = member && (await room.ask(peerOf(member), 'digitalTwin.release.federation', content, asking));
  if (!told || told.ok || told.problem.kind === 'unknownFederation') save(desk, { ...agreement, deletionTold: true });
  else if (told.problem.kind === 'notAllowedInState') deleteAgain(desk, agreement);
};

/** One look at everything that is owed; how long until the next. */
const look = async (desk: Desk): Promise<number> => {
  const now = desk.room.deps.clock.now();
  for (const agreement of owed(desk)) {
    if (agreement.deleteDataBy !== undefined && agreement.deleteDataBy > now) continue;
    await tell(desk, agreement.deletionMessageId ? agreement : await deleteNow(desk, agreement));
  }
  const waits = owed(desk).map(({ deletedAt, deleteDataBy = now }) => (deletedAt ? sayAgainMs : Math.max(1, msBetween(now, deleteDataBy))));
  return Math.min(lookMs, ...waits);
};

export const createDuties = (room: Room): Duties => {
  const forgets: Forget[] = [];
  let wake = new AbortController();
  return {
    onForget: (forget) => {
      forgets.push(forget);
    },
    nudge: () => {
      wake.abort();
      wake = new AbortController();
    },
    keep: async () => {
      while (!room.signal.aborted) {
        // What ends while it looks is looked at again: the wake is taken before.
        const woken = wake.signal;
        const waitMs = await look({ room, forgets });
        forgetPast(room);
        await pause(room.deps.timers, waitMs, AbortSignal.any([woken, room.signal]));
      }
    },
  };
};
