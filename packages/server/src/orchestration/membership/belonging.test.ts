/**
 * Whose it is: what a partner says of a federation, an agreement or a connection of another changes nothing of it.
 */
import { Authority, addMs, agencyTwinIdOf, connectionIdOf, FederationId, limits, profileIdOf } from '@cityweave/core';
import { describe, expect, it } from 'vitest';
import { agreementInForce } from '../agreement-in-force.ts';
import { isFellow } from '../fellow.ts';
import { agreements, communications, federations, memberships, type Room } from '../room.ts';
import { answerRequest, letGo, noteStatus, pausePart, resumePart } from './membership.ts';
import {
  authority,
  confirmedBy,
  connectedBy,
  draft,
  formedBy,
  heard,
  id,
  invitation,
  joinedWith,
  mallory,
  now,
  openRoom,
  ourKey,
  type Party,
  planning,
  said,
  self,
} from './trial-membership.ts';

const ask = async (room: Room, party: Party, changes: Parameters<typeof invitation>[1] = {}) =>
  said(room, await answerRequest(room, invitation(party, changes), party.by));

const named = { parameters: {}, objects: [{ kind: 'federation' as const, id }] as [{ kind: 'federation'; id: typeof id }] };
const suspend = (room: Room, { by }: Party) => heard(room, pausePart(room, named, by));
const resume = (room: Room, { by }: Party) => heard(room, resumePart(room, named, by));
const release = (room: Room, { by }: Party, parameters: Parameters<typeof letGo>[1]['parameters'] = {}) =>
  heard(room, letGo(room, { ...named, parameters }, { by, answered: () => ({ reads: 0 }) }));

const use = (room: Room, { agreementId, by }: Party) => agreementInForce(room, { id: agreementId, mode: 'read', federationId: id }, by);

describe('a federation of somebody else', () => {
  it('is neither taken over, nor suspended, nor ended', async () => {
    using open = openRoom({});
    const { room } = open;
    expect(await joinedWith(room, planning)).toEqual(['accepted', 'heard', 'heard', 'heard']);
    expect(await ask(room, mallory)).toBe('notInitiator');
    for (const say of [suspend, resume, release]) expect(say(room, mallory)).toBe('notInitiator');
    expect([formedBy(room, mallory), connectedBy(room, mallory)]).toEqual(['notInitiator', 'unknownFederation']);
    expect(memberships.load(room.records, id)).toMatchObject({ initiator: planning.id, formed: true, released: false });
    expect(use(room, planning)).toMatchObject({ ok: true });
    expect([suspend(room, planning), resume(room, planning), release(room, planning)]).toEqual(['heard', 'heard', 'heard']);
    expect(agreements.load(room.records, planning.agreementId)).toMatchObject({ state: 'TERMINATED', endedAt: now });
    expect(communications.load(room.records, planning.connectionId)).toMatchObject({ state: 'CLOSED' });
    // once it is over the name is free
    expect(await ask(room, mallory)).toBe('accepted');
  });

  it('is not taken over before anybody agreed to anything either, nor is one that this twin began', async () => {
    using asking = openRoom({ decision: 'ask' });
    expect([await ask(asking.room, planning), await ask(asking.room, mallory)]).toEqual(['review', 'notInitiator']);
    using own = openRoom({});
    own.room.records.putAll([federations.saved(id, draft)]);
    expect(await ask(own.room, mallory)).toBe('notInitiator');
  });

  it('ends with what belongs to it alone: an agreement of the same name with another stays', async () => {
    using open = openRoom({});
    await joinedWith(open.room, planning);
    const others = { id: mallory.agreementId, revision: 1, terms: mallory.terms, state: 'AGREED' };
    open.room.records.putAll([agreements.saved(mallory.agreementId, others as never)]); // branding: as an earlier version left it
    connectedBy(open.room, mallory);
    release(open.room, planning);
    expect(agreements.load(open.room.records, mallory.agreementId)?.state).toBe('AGREED');
    expect(communications.load(open.room.records, mallory.connectionId)?.state).toBe('CONNECTED');
  });

  it('is not told of in a way that names another: initiator, id and terms are of each other', async () => {
    using open = openRoom({});
    const other = FederationId.parse('urn:dtf:federation:planning.example:other');
    expect(await ask(open.room, mallory, { federation: { initiator: planning.id } })).toBe('notInitiator');
    expect(await ask(open.room, mallory, { federation: { id: other } })).toBe('invalid');
    const answer = await answerRequest(open.room, invitation(mallory, { terms: { federationId: other } }), mallory.by);
    expect(answer).toMatchObject({ problem: { kind: 'invalid', path: 'data.objects.1.attributes.terms.federationId', found: other, accepted: id } });
    await joinedWith(open.room, mallory);
    expect([formedBy(open.room, mallory, { id: other }), formedBy(open.room, mallory, { initiator: planning.id })]).toEqual(['invalid', 'notInitiator']);
    const status = { id: other, initiator: planning.id, state: 'ACTIVE', members: [], since: now, revision: 2 };
    const object = { kind: 'federationStatus' as const, id, attributes: status as never }; // branding: with members that a status has not
    heard(open.room, noteStatus(open.room, { parameters: {}, objects: [object] }, mallory.by));
    expect(memberships.load(open.room.records, id)?.federation).toMatchObject({ id, initiator: mallory.id, state: 'ACTIVE', revision: 2 });
  });

  it('tells nothing of its agreement to who names it as his own', async () => {
    using open = openRoom({});
    await ask(open.room, planning);
    expect(await ask(open.room, mallory, { agreement: { id: planning.agreementId } })).toBe('notAuthorised');
  });
});

describe('what is over', () => {
  it('stays so: nothing that comes late, or once more, opens, forms, pauses or goes on with it', async () => {
    using open = openRoom({});
    const { room } = open;
    await joinedWith(room, planning);
    release(room, planning);
    const over = memberships.load(room.records, id);
    expect(over).toMatchObject({ released: true, federation: { state: 'RELEASED' } });
    for (const say of [suspend, resume, formedBy, connectedBy]) expect(say(room, planning)).toBe('notAllowedInState');
    const status = { id, initiator: planning.id, state: 'ACTIVE', members: [], since: now, revision: 9 };
    const object = { kind: 'federationStatus' as const, id, attributes: status as never }; // branding: with members that a status has not
    expect(heard(room, noteStatus(room, { parameters: {}, objects: [object] }, planning.by))).toBe('heard');
    expect([release(room, planning), release(room, planning, { graceSeconds: 60 })]).toEqual(['heard', 'heard']);
    expect(memberships.load(room.records, id)).toEqual(over);
  });
});

describe('whoever takes part', () => {
  it('is paused only then: before the agreement there is nothing to pause', async () => {
    using waiting = openRoom({});
    await ask(waiting.room, planning);
    expect([suspend(waiting.room, planning), resume(waiting.room, planning)]).toEqual(['notAllowedInState', 'notAllowedInState']);
    expect(memberships.load(waiting.room.records, id)?.suspended).toBeUndefined();
    confirmedBy(waiting.room, planning);
    expect([suspend(waiting.room, planning), memberships.load(waiting.room.records, id)?.suspended]).toEqual(['heard', {}]);
  });

  it('does so once the agreement is in force and the connection open: before that nothing is formed, and nobody is a fellow', async () => {
    for (const rule of [{ decision: 'ask' }, {}]) {
      using waiting = openRoom(rule);
      await ask(waiting.room, planning);
      expect([formedBy(waiting.room, planning), isFellow(waiting.room, planning.id)]).toEqual(['notAllowedInState', false]);
    }
    using open = openRoom({});
    await joinedWith(open.room, planning);
    expect(isFellow(open.room, planning.id)).toBe(true);
    const link = communications.load(open.room.records, planning.connectionId);
    open.room.records.putAll([communications.saved(planning.connectionId, { ...link, state: 'INTERRUPTED' } as never)]); // branding: as its lifecycle has it
    expect([formedBy(open.room, planning), isFellow(open.room, planning.id)]).toEqual(['notInForce', false]);
  });

  it('is answered once the federation has begun, where it is formed for later', async () => {
    const at = addMs(now, 60_000);
    using open = openRoom({});
    await joinedWith(open.room, planning);
    const answered = (room = open.room): readonly unknown[] => {
      const used = agreementInForce(room, { id: planning.agreementId, mode: 'read', federationId: id }, planning.by);
      return [used.ok || used.problem, isFellow(room, planning.id)];
    };
    expect(answered()).toEqual([true, true]);
    expect(formedBy(open.room, planning, { startAt: at })).toBe('heard');
    expect(answered()).toMatchObject([{ kind: 'notAllowedInState', found: 'not begun', since: at }, false]);
    const then = { ...open.room, deps: { ...open.room.deps, clock: { ...open.room.deps.clock, now: () => at } } };
    expect(answered(then)).toEqual([true, true]);
    expect([formedBy(open.room, planning), ...answered()]).toEqual(['heard', true, true]);
  });
});

describe('a connection', () => {
  it('is between the parties of its agreement, in its federation', async () => {
    using open = openRoom({});
    await joinedWith(open.room, planning);
    const connection = connectionIdOf(authority, 'other');
    const end = (twinId: string) => ({ twinId, protocol: 'http', address: 'http://x.example/', format: 'application/json' });
    const federationId = FederationId.parse('urn:dtf:federation:planning.example:other');
    for (const changes of [{ federationId }, { ends: [end(mallory.id), end(self.id)] }, { ends: [end(planning.id), end(mallory.id)] }])
      expect(connectedBy(open.room, planning, { id: connection, ...changes })).toBe('invalid');
    expect(communications.load(open.room.records, connection)).toBeUndefined();
  });

  it('is opened up to its time, and one that is open stays so', async () => {
    using open = openRoom({});
    await said(open.room, await answerRequest(open.room, invitation(planning), planning.by));
    confirmedBy(open.room, planning);
    const [last, late] = [0, -1].map((ms) => addMs(now, ms - limits.clockToleranceMs));
    expect(connectedBy(open.room, planning, { openBy: late })).toBe('invitationExpired');
    expect(connectedBy(open.room, planning, { openBy: last })).toBe('heard');
    expect(connectedBy(open.room, planning, { openBy: late })).toBe('heard');
  });

  it('is one of connectionsPerAgreementMax that are open under its agreement', async () => {
    using open = openRoom({});
    await joinedWith(open.room, planning);
    const more = (at: number) => connectedBy(open.room, planning, { id: connectionIdOf(Authority.parse('planning.example'), `flood-${at}`) });
    const said = Array.from({ length: limits.connectionsPerAgreementMax }, (_, at) => more(at));
    expect(said).toEqual([...said.slice(1).map(() => 'heard'), 'overloaded']);
    expect(connectedBy(open.room, planning)).toBe('heard');
  });

  it('of another agreement keeps its adaptor, whoever else names it', async () => {
    using open = openRoom({}, now, { interfaces: [{ id: 'gates', protocol: 'ngsi-ld' }] });
    const bridgeBy = (name: string) => ({
      ...{ adaptorId: agencyTwinIdOf(Authority.parse(`${name}.example`)), address: `http://${name}.example/`, keys: [ourKey.publicKey] },
      ...{ profileId: profileIdOf(authority, name), steps: ['format'], features: [] },
      report: { coverage: 1, expectedLoss: 0, exact: [], lossy: [], unmapped: [] },
    });
    for (const [party, federation] of [
      [planning, id],
      [mallory, FederationId.parse('urn:dtf:federation:mallory.example:flood')],
    ] as const) {
      const agreed = { id: party.agreementId, revision: 1, terms: { ...party.terms, federationId: federation }, state: 'AGREED' };
      open.room.records.putAll([agreements.saved(party.agreementId, agreed as never)]); // branding: as it was confirmed
    }
    expect(connectedBy(open.room, planning, { bridge: bridgeBy('honest') })).toBe('heard');
    const taken = { id: planning.connectionId, federationId: 'urn:dtf:federation:mallory.example:flood', bridge: bridgeBy('mallory') };
    expect(connectedBy(open.room, mallory, taken)).toBe('notAuthorised');
    expect(communications.load(open.room.records, planning.connectionId)?.bridge?.adaptorId).toBe(bridgeBy('honest').adaptorId);
    // its own initiator may have it bridged anew
    expect(connectedBy(open.room, planning, { bridge: bridgeBy('newer') })).toBe('heard');
    expect(communications.load(open.room.records, planning.connectionId)?.bridge?.adaptorId).toBe(bridgeBy('newer').adaptorId);
  });
});

describe('what was given', () => {
  const deletedAt = addMs(now, 1_000);
  it('is gone only after the agreement has ended, and not before it is', async () => {
    using open = openRoom({}, addMs(now, 60_000));
    await joinedWith(open.room, planning);
    expect(release(open.room, planning, { deletedAt: addMs(now, 60_000) })).toBe('notAllowedInState');
    release(open.room, planning);
    const endedAt = addMs(now, 60_000);
    const early = addMs(endedAt, -limits.clockToleranceMs - 1);
    const late = addMs(endedAt, limits.clockToleranceMs + 1);
    expect([deletedAt, early].map((at) => release(open.room, planning, { deletedAt: at }))).toEqual(['notAllowedInState', 'notAllowedInState']);
    expect(release(open.room, planning, { deletedAt: late })).toBe('invalid');
    expect(agreements.load(open.room.records, planning.agreementId)?.deletedAt).toBeUndefined();
    for (const at of [addMs(early, 1), addMs(late, -1)]) {
      expect(release(open.room, planning, { deletedAt: at })).toBe('heard');
      expect(agreements.load(open.room.records, planning.agreementId)).toMatchObject({ deletedAt: at, deletionTold: true });
    }
    // of others' agreements nobody says it
    expect(release(open.room, mallory, { deletedAt: endedAt })).toBe('heard');
    expect(agreements.load(open.room.records, planning.agreementId)?.deletedAt).toBe(addMs(late, -1));
  });
});
