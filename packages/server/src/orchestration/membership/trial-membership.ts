/**
 * A member's side of federations for tests: its room over a real record store, and an initiator that speaks to it.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  Agreement,
  AgreementId,
  type AgreementState,
  Authority,
  agencyIdOf,
  agencyTwinIdOf,
  type ConnectionId,
  cityDictionary,
  connectionIdOf,
  createVocabulary,
  FederationId,
  featureIdOf,
  type Instant,
  instantOfMs,
  type Problem,
  proposeFederation,
  type Request,
  TermId,
  viewOf,
} from '@cityweave/core';
import { expect } from 'vitest';
import type { AskedBy, Done, Saved } from '../../exchange/answer.ts';
import { endpointsAt } from '../../exchange/peer.ts';
import { openRecordStore } from '../../store/records.ts';
import type { RecordStore } from '../../store/store.ts';
import { loadNodeKey } from '../../trust/node-key.ts';
import { signAgreement } from '../forming/agreement-signature.ts';
import { hashOf } from '../forming/negotiation.ts';
import type { Room } from '../room.ts';
import { answerRequest, confirmAgreement, noteFormed, openCommunication } from './membership.ts';

export const now = instantOfMs(Date.UTC(2026, 4, 4));
export const consumer = agencyTwinIdOf(Authority.parse('planning.example'));
export const authority = Authority.parse('water.example');
const address = () => 'http://water.example/';
const endpoints = () => endpointsAt(address(), ['http']);
export const self = { id: agencyTwinIdOf(authority), agency: agencyIdOf(authority), authority, name: { en: 'Water' }, address, endpoints };
export const kind = TermId.parse('city:RiverGauge');
export const id = FederationId.parse('urn:dtf:federation:planning.example:flood');
export const draft = proposeFederation(
  { id, name: { en: 'Flood' }, purpose: TermId.parse('city:safety'), initiator: consumer, needs: [], rules: { authoritative: {}, tolerance: {} } },
  now,
);
export const terms = {
  federationId: id,
  parties: { consumer, provider: self.id },
  features: [{ featureId: featureIdOf(authority, kind), kind, modes: ['read' as const] }],
  purpose: draft.purpose,
  permissions: [],
  prohibitions: [],
  validity: { from: now },
};
export const agreementId = AgreementId.parse('urn:dtf:agreement:planning.example:flood');
export const by = { sender: consumer } as unknown as AskedBy; // branding: the sender alone is looked at

/** A key as a node makes it at its first start. */
const newKey = () => loadNodeKey({ get: () => undefined, put: () => undefined } as unknown as RecordStore); // branding: it keeps one key
export const [ourKey, theirKey, otherKey] = await Promise.all([newKey(), newKey(), newKey()]);

export const openRoom = (rule: object, at = now, changes: object = {}) => {
  const folder = mkdtempSync(join(tmpdir(), 'membership-'));
  const records = openRecordStore({ directory: folder, clock: { now: () => now } });
  if (!records.ok) return expect.fail(records.problem.kind);
  const held = [{ kind, count: 1, terms: [] }];
  const room = {
    records: records.value,
    self,
    keys: { current: () => ourKey },
    partners: { keysOf: (who: string) => [planning, mallory].flatMap(({ id: twin, key }) => (who === twin ? [key.publicKey] : [])) },
    deps: { clock: { now: () => at } },
    node: {
      policy: { rules: [{ withhold: [], decision: 'accept', ...rule }], visibility: 'public' },
      attribution: [],
      bindings: ['http'],
      functions: [],
      maintenance: [],
      offers: [],
      interfaces: [],
      farFunctions: [],
      ...changes,
    },
    store: { kinds: async () => held },
    vocabulary: () => createVocabulary([cityDictionary]),
  } as unknown as Room; // branding: what the member's side looks at
  return {
    room,
    [Symbol.dispose]: () => {
      records.value.close();
      rmSync(folder, { recursive: true });
    },
  };
};

/** As it is read from a message. */
export const standsIn = (state: AgreementState) => Agreement.shape.state.parse(state);

export const request = (parameters: Partial<Request<'digitalTwin.request.federation'>['parameters']> = {}): Request<'digitalTwin.request.federation'> => ({
  parameters: { round: 1, ...parameters },
  objects: [
    { kind: 'federation', id, attributes: viewOf(draft) },
    { kind: 'agreement', id: agreementId, attributes: { revision: 1, terms, state: standsIn('REQUESTED') } },
  ],
});

/** As the desk does: what is saved with the answer is there before it leaves. */
export const said = async (room: Room, answer: Done<'digitalTwin.request.federation'>) => {
  if (!answer.ok) return answer.problem.kind;
  room.records.putAll(answer.value.save ?? []);
  return answer.value.reply.parameters.decision;
};

type Outcome = { readonly ok: true; readonly value: { readonly save?: readonly Saved[] | undefined } } | { readonly ok: false; readonly problem: Problem };

/** The same of a message whose answer tells nothing but whether it was taken. */
export const heard = ({ records }: Room, answer: Outcome): string => {
  if (!answer.ok) return answer.problem.kind;
  records.putAll(answer.value.save ?? []);
  return 'heard';
};

export const signedBy = (party: Party, agreement: Pick<Agreement, 'id' | 'terms'>) =>
  signAgreement({ self: { id: party.id }, keys: { current: () => party.key } } as unknown as Room, agreement as Agreement); // branding: what is looked at

/** Who speaks to this twin, under its own names. */
export type Party = typeof planning;
const partyNamed = (name: string, key: typeof theirKey) => {
  const own = Authority.parse(`${name}.example`);
  const twin = agencyTwinIdOf(own);
  return {
    key,
    id: twin,
    by: { sender: twin } as unknown as AskedBy, // branding: as above
    agreementId: AgreementId.parse(`urn:dtf:agreement:${own}:flood`),
    connectionId: connectionIdOf(own, 'flood'),
    terms: { ...terms, parties: { consumer: twin, provider: self.id } },
  };
};
export const planning = partyNamed('planning', theirKey);
export const mallory = partyNamed('mallory', otherKey);

export const invitation = (party: Party, changes: { readonly federation?: object; readonly agreement?: object; readonly terms?: object } = {}) => {
  const asked = request();
  const [federation, agreement] = asked.objects;
  const attributes = { ...agreement.attributes, terms: { ...party.terms, ...changes.terms } };
  const told = { ...federation, attributes: { ...federation.attributes, initiator: party.id, ...changes.federation } };
  return { ...asked, objects: [told, { ...agreement, id: party.agreementId, attributes, ...changes.agreement }] } as unknown as typeof asked; // branding: as it is parsed
};

/** T5. */
export const confirmedBy = (room: Room, party: Party): string => {
  const held = { id: party.agreementId, revision: 1, terms: party.terms, state: standsIn('ACCEPTED') };
  const object = { kind: 'agreement' as const, id: held.id, attributes: { ...held, signatures: [signedBy(party, held)] } };
  return heard(room, confirmAgreement(room, { parameters: { agreementHash: hashOf(held) }, objects: [object] }, party.by));
};

type ConnectionChanges = {
  readonly openBy?: Instant | undefined;
  readonly id?: ConnectionId;
  readonly federationId?: string;
  readonly ends?: readonly object[];
  readonly bridge?: object;
};

/** T6a. */
export const connectedBy = (room: Room, party: Party, { id: connection = party.connectionId, openBy, ...changes }: ConnectionChanges = {}): string => {
  const ends = [party.id, self.id].map((twinId) => ({ twinId, protocol: 'http', address: 'http://x.example/', format: 'application/json' }));
  const attributes = { federationId: id, agreementId: party.agreementId, ends, state: 'REQUESTED', since: now, ...changes };
  const object = { kind: 'communication', id: connection, attributes } as unknown as Request<'digitalTwin.request.communication'>['objects'][0]; // branding: as it is parsed
  return heard(room, openCommunication(room, { parameters: { openBy }, objects: [object] }, party.by));
};

/** T6. */
export const formedBy = (room: Room, party: Party, { startAt, ...changes }: { readonly startAt?: Instant; readonly [name: string]: unknown } = {}): string => {
  const [federation] = invitation(party).objects;
  const told = { ...federation, attributes: { ...federation.attributes, ...changes } };
  const objects = [{}, told] as unknown as Request<'digitalTwin.form.federatedDigitalTwin'>['objects']; // branding: the federated twin itself is not looked at
  return heard(room, noteFormed(room, { parameters: { startAt }, objects }, party.by));
};

/** From the invitation to the federated twin. */
export const joinedWith = async (room: Room, party: Party) => [
  await said(room, await answerRequest(room, invitation(party), party.by)),
  confirmedBy(room, party),
  connectedBy(room, party),
  formedBy(room, party),
];
