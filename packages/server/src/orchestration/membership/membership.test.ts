/**
 * The member's side of an invitation: how many federations it takes part in, and what stands when it is asked again.
 */
import {
  Agreement,
  AgreementId,
  Authority,
  addMs,
  agencyTwinIdOf,
  connectionIdOf,
  FederationId,
  featureIdOf,
  instantOfMs,
  limits,
  profileIdOf,
  type Request,
  viewOf,
} from '@cityweave/core';
import { expect, it } from 'vitest';
import type { AskedBy } from '../../exchange/answer.ts';
import { agreementInForce } from '../agreement-in-force.ts';
import { checkSignature, signAgreement } from '../forming/agreement-signature.ts';
import { hashOf } from '../forming/negotiation.ts';
import { scheduleOf } from '../maintenance.ts';
import { agreements, type Membership, memberships, type Room } from '../room.ts';
import { answerRequest, confirmAgreement, noteStatus, openCommunication } from './membership.ts';
import { review } from './review.ts';
import {
  agreementId,
  authority,
  by,
  consumer,
  draft,
  id,
  kind,
  now,
  openRoom,
  ourKey,
  request,
  said,
  self,
  standsIn,
  terms,
  theirKey,
} from './trial-membership.ts';

it('a twin takes part in membershipsMax federations, and refuses one more', async () => {
  using open = openRoom({});
  const membership: Membership = { federation: viewOf(draft), initiator: consumer, agreementId, formed: true, released: false };
  const joined = Array.from({ length: limits.membershipsMax }, (_, at) => memberships.saved(`urn:dtf:federation:planning.example:${at}`, membership));
  open.room.records.putAll(joined);
  expect(await answerRequest(open.room, request(), by)).toMatchObject({ ok: false, problem: { kind: 'memberLimit', limit: limits.membershipsMax } });
  open.room.records.putAll(joined.slice(0, 1).map((one) => ({ ...one, value: { ...membership, released: true } })));
  expect(await said(open.room, await answerRequest(open.room, request(), by))).toBe('accepted');
});

it('an invitation is answered up to its end, and asked again it is answered as it stands', async () => {
  const answerBy = addMs(now, limits.invitationMs);
  using late = openRoom({}, addMs(answerBy, 1));
  expect(await said(late.room, await answerRequest(late.room, request({ answerBy }), by))).toBe('invitationExpired');
  using open = openRoom({ maxRatePerMinute: 10 });
  expect(await said(open.room, await answerRequest(open.room, request({ answerBy }), by))).toBe('offered');
  expect(await said(open.room, await answerRequest(open.room, request({ answerBy }), by))).toBe('offered');
});

it('nothing is confirmed that was not accepted, nothing accepted that differs, and no side accepts its own words', async () => {
  using open = openRoom({ maxRatePerMinute: 10 });
  await said(open.room, await answerRequest(open.room, request(), by));
  const [offered] = open.room.records.list('agreement').map(({ value }) => value as { terms: typeof terms; revision: number }); // branding: as it was saved
  if (!offered) return expect.unreachable();
  const object = { kind: 'agreement' as const, id: agreementId, attributes: { revision: offered.revision, terms: offered.terms, state: standsIn('OFFERED') } };
  const confirm = (hash: string) => confirmAgreement(open.room, { parameters: { agreementHash: hash }, objects: [object] }, by);
  const accept = (hash: string) => review.accepted(open.room, { parameters: { agreementHash: hash }, objects: [object] }, by);
  expect(confirm(hashOf(offered))).toMatchObject({ ok: false, problem: { kind: 'notAllowedInState' } });
  expect(accept(hashOf({ terms }))).toMatchObject({ ok: false, problem: { kind: 'hashDiffers' } });
  const accepted = accept(hashOf(offered));
  if (!accepted.ok) return expect.unreachable();
  open.room.records.putAll(accepted.value.save ?? []);
  expect(confirm(hashOf({ terms }))).toMatchObject({ ok: false, problem: { kind: 'hashDiffers' } });
  // what it was accepted as is right, but nobody signed it
  expect(confirm(hashOf(offered))).toMatchObject({ ok: false, problem: { kind: 'badSignature', subject: agreementId, found: 'no signature' } });
  const round = await review.offered(open.room, { parameters: { round: limits.negotiationRoundsMax + 1 }, objects: [object] }, by);
  expect(round).toMatchObject({ ok: false, problem: { kind: 'notAllowedInState' } });
});

it('each side signs what was agreed, and takes no signature for the other that is not its own', async () => {
  using open = openRoom({});
  await said(open.room, await answerRequest(open.room, request(), by));
  const held = { id: agreementId, revision: 1, terms, state: standsIn('AGREED') };
  const theirs = signAgreement({ self: { ...self, id: consumer }, keys: { current: () => theirKey } } as unknown as Room, held); // branding: what is looked at
  const confirm = (...signatures: readonly unknown[]) => {
    const { id: _, ...attributes } = held;
    const object = { kind: 'agreement' as const, id: agreementId, attributes: { ...attributes, signatures } };
    return confirmAgreement(open.room, { parameters: { agreementHash: hashOf(held) }, objects: [object as never] }, by); // branding: as it is said
  };
  const otherTerms = signAgreement({ self: { ...self, id: consumer }, keys: { current: () => theirKey } } as unknown as Room, {
    ...held,
    terms: { ...terms, prohibitions: ['none'] },
  });
  for (const wrong of [otherTerms, signAgreement(open.room, held), { ...theirs, value: `${theirs.value.slice(0, -4)}AAAA` }, { ...theirs, keyId: 'another' }])
    expect(confirm(wrong)).toMatchObject({ ok: false, problem: { kind: 'badSignature' } });
  const confirmed = confirm(theirs);
  if (!confirmed.ok) return expect.unreachable();
  const ours = confirmed.value.reply.parameters.signature;
  expect(confirmed.value.save?.[0]?.value).toMatchObject({ state: 'AGREED', signatures: [theirs, ours] });
  const asThey = { partners: { keysOf: () => [ourKey.publicKey] } } as unknown as Room; // branding: as above
  expect(checkSignature(asThey, held, { party: self.id, signature: ours })).toMatchObject({ ok: true });
  expect(checkSignature(asThey, held, { party: self.id, signature: { ...theirs, by: self.id } })).toMatchObject({ problem: { kind: 'badSignature' } });
});

it('who declines says why as a code of the table', async () => {
  for (const [rule, reasonCode] of [
    [{ decision: 'decline' }, 'DTF-403'],
    [{ purposes: ['city:planning'] }, 'DTF-403'],
  ] as const) {
    using open = openRoom(rule);
    const answer = await answerRequest(open.room, request(), by);
    expect(answer).toMatchObject({ value: { reply: { parameters: { decision: 'rejected', reasonCode } } } });
    expect(answer).toMatchObject({ value: { save: [{ value: { state: 'REJECTED', reasonCode } }] } });
  }
  using open = openRoom({ maxRatePerMinute: 10 });
  await said(open.room, await answerRequest(open.room, request(), by));
  const object = { kind: 'agreement' as const, id: agreementId, attributes: { revision: 3, terms, state: standsIn('OFFERED') } };
  const last = await review.offered(open.room, { parameters: { round: limits.negotiationRoundsMax }, objects: [object] }, by);
  expect(last).toMatchObject({ value: { reply: { parameters: { decision: 'rejected', reasonCode: 'DTF-405' } } } });
});

it('terms are put forward no more often than negotiationRoundsMax, and in their turn', async () => {
  using open = openRoom({ maxRatePerMinute: 10 });
  await said(open.room, await answerRequest(open.room, request(), by));
  const object = { kind: 'agreement' as const, id: agreementId, attributes: { revision: 3, terms, state: standsIn('OFFERED') } };
  const offer = async (round: number) => {
    const answer = await review.offered(open.room, { parameters: { round }, objects: [object] }, by);
    if (!answer.ok) return answer.problem.kind;
    open.room.records.putAll(answer.value.save ?? []);
    return answer.value.reply.parameters.decision;
  };
  expect(await offer(2)).toBe('notAllowedInState');
  expect(await offer(limits.negotiationRoundsMax + 1)).toBe('tooManyRounds');
  expect(await offer(3)).toBe('offered');
  expect(await offer(5)).toBe('rejected');
});

it('nobody else speaks for the initiator, and what nobody asked about is not known', async () => {
  using open = openRoom({});
  await said(open.room, await answerRequest(open.room, request(), by));
  const stranger = { sender: 'urn:dtf:twin:stranger.example:agency' } as unknown as AskedBy; // branding: as above
  const object = { kind: 'agreement' as const, id: agreementId, attributes: { revision: 1, terms, state: standsIn('ACCEPTED') } };
  const confirm = (who: AskedBy, id_ = agreementId) =>
    confirmAgreement(open.room, { parameters: { agreementHash: hashOf({ terms }) }, objects: [{ ...object, id: id_ }] }, who);
  expect(confirm(stranger)).toMatchObject({ ok: false, problem: { kind: 'notInitiator' } });
  expect(confirm(by, AgreementId.parse('urn:dtf:agreement:planning.example:other'))).toMatchObject({ ok: false, problem: { kind: 'unknownFederation' } });
});

it('a word about the federation that was overtaken on its way changes nothing', () => {
  using open = openRoom({});
  const federation = viewOf({ ...draft, revision: 4 });
  open.room.records.putAll([memberships.saved(id, { federation, initiator: consumer, agreementId, formed: true, released: false })]);
  const hear = (revision: number, since = now) => {
    const attributes = { state: federation.state, members: [], since, revision };
    const noted = noteStatus(open.room, { parameters: {}, objects: [{ kind: 'federationStatus', id, attributes }] }, by);
    if (!noted.ok) return expect.fail(noted.problem.kind);
    open.room.records.putAll(noted.value.save ?? []);
    return memberships.load(open.room.records, id)?.federation;
  };
  expect(hear(3, addMs(now, 1))).toEqual(federation);
  expect(hear(5, addMs(now, 2))).toMatchObject({ revision: 5, since: addMs(now, 2) });
  expect(hear(5, addMs(now, 2))).toMatchObject({ revision: 5 });
});

it('what tells of persons is not agreed on without a rule that permits it', async () => {
  const offers = [{ kind, personalData: true }];
  using open = openRoom({}, now, { offers });
  expect(await said(open.room, await answerRequest(open.room, request(), by))).toBe('personalDataNotPermitted');
  using permitted = openRoom({ personalData: true }, now, { offers });
  expect(await said(permitted.room, await answerRequest(permitted.room, request(), by))).toBe('accepted');
});

it('what one federation may move no other one may move at the same time', async () => {
  using open = openRoom({ actuation: true });
  const moving = { ...terms, features: [{ featureId: featureIdOf(authority, kind), kind, modes: ['actuate' as const] }] };
  const other = { ...moving, federationId: FederationId.parse('urn:dtf:federation:planning.example:other') };
  const held = (state: string) => Agreement.parse({ id: AgreementId.parse('urn:dtf:agreement:planning.example:other'), revision: 1, state, terms: other });
  const keep = (agreement: Agreement) => open.room.records.putAll([agreements.saved(agreement.id, agreement)]);
  keep(held('AGREED'));
  const asked = request();
  const [federation, agreement] = asked.objects;
  const wanted: typeof asked = { ...asked, objects: [federation, { ...agreement, attributes: { ...agreement.attributes, terms: moving } }] };
  expect(await said(open.room, await answerRequest(open.room, wanted, by))).toBe('federationsConflict');
  keep(held('TERMINATED'));
  expect(await said(open.room, await answerRequest(open.room, wanted, by))).toBe('accepted');
});

it('while it is closed for maintenance it is asked in vain, and says until when', async () => {
  const maintenance = [{ from: addMs(now, -1_000), to: addMs(now, 60_000) }];
  using closed = openRoom({}, now, { maintenance });
  expect(await answerRequest(closed.room, request(), by)).toMatchObject({
    problem: { kind: 'inMaintenance', since: maintenance[0]?.from, retryAfterMs: 60_000 },
  });
  expect(agreementInForce(closed.room, { id: agreementId, mode: 'read' }, by)).toMatchObject({ problem: { kind: 'inMaintenance' } });
  expect(scheduleOf(closed.room)).toEqual([{ from: instantOfMs(0), to: maintenance[0]?.from }, { from: maintenance[0]?.to }]);
  using over = openRoom({}, addMs(now, 60_000), { maintenance });
  expect(await said(over.room, await answerRequest(over.room, request(), by))).toBe('accepted');
  expect(agreementInForce(over.room, { id: agreementId, mode: 'read' }, by)).toMatchObject({ problem: { kind: 'notInForce' } });
});

it('who keeps its data elsewhere is connected over an adaptor only, who answers here only directly; both are told', () => {
  const agreement = Agreement.parse({ id: agreementId, revision: 1, terms, state: 'AGREED' });
  const adaptorId = agencyTwinIdOf(Authority.parse('between.example'));
  const report = { coverage: 1, expectedLoss: 0, exact: [], lossy: [], unmapped: [] };
  const profileId = profileIdOf(authority, 'one');
  const bridge = { adaptorId, address: 'http://between.example/', keys: [], profileId, steps: ['format' as const], features: [], report };
  const ends = [consumer, self.id].map((twinId) => ({ twinId, protocol: 'http', address: 'http://x.example/', format: 'application/json' }));
  const connection = connectionIdOf(authority, 'one');
  const open = (interfaces: readonly object[], changes: object) => {
    using room = openRoom({}, now, { interfaces });
    room.room.records.putAll([agreements.saved(agreementId, agreement)]);
    const attributes = { federationId: id, agreementId, ends, state: 'REQUESTED', since: now, ...changes };
    const asked = {
      parameters: {},
      objects: [{ kind: 'communication', id: connection, attributes }],
    } as unknown as Request<'digitalTwin.request.communication'>; // branding: as it is parsed
    return openCommunication(room.room, asked, by);
  };
  const gates = { id: 'gates', protocol: 'ngsi-ld' };
  expect(open([], {})).toMatchObject({ ok: true });
  expect(open([gates], { bridge })).toMatchObject({ ok: true });
  expect(open([], { bridge })).toMatchObject({
    ok: false,
    problem: { kind: 'unbridgeable', found: 'an adaptor', accepted: expect.stringContaining('a direct connection') },
  });
  expect(open([gates], {})).toMatchObject({
    ok: false,
    problem: { kind: 'unbridgeable', found: 'a direct connection', accepted: 'an adaptor for application/ld+json' },
  });
});
