/**
 * The initiator's side of the last word (T5): an agreement is made only with the signature of both; who does not sign is not asked again and again.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  Agreement,
  Authority,
  agencyTwinIdOf,
  agreementIdOf,
  FederationId,
  fail,
  featureIdOf,
  instantOfMs,
  ok,
  problem,
  type Result,
  rowOf,
  TermId,
} from '@cityweave/core';
import { expect, it } from 'vitest';
import { openRecordStore } from '../../store/records.ts';
import type { RecordStore } from '../../store/store.ts';
import { loadNodeKey } from '../../trust/node-key.ts';
import { agreements, type Room } from '../room.ts';
import { signAgreement } from './agreement-signature.ts';
import { hashOf, invite } from './negotiation.ts';
import type { Saying } from './saying.ts';

const now = instantOfMs(Date.UTC(2026, 4, 4));
const [consumer, provider] = ['planning.example', 'water.example'].map((name) => agencyTwinIdOf(Authority.parse(name)));
if (!consumer || !provider) throw new Error('two agencies');
const water = Authority.parse('water.example');
const kind = TermId.parse('city:RiverGauge');
const federationId = FederationId.parse('urn:dtf:federation:planning.example:flood');
const terms = {
  federationId,
  parties: { consumer, provider },
  features: [{ featureId: featureIdOf(water, kind), kind, modes: ['read' as const] }],
  purpose: TermId.parse('city:safety'),
  permissions: [],
  prohibitions: [],
  validity: { from: now },
};
const id = agreementIdOf(Authority.parse('planning.example'), 'flood');
const accepted = Agreement.parse({ id, revision: 1, terms, state: 'ACCEPTED', hash: hashOf({ terms }) });

const newKey = () => loadNodeKey({ get: () => undefined, put: () => undefined } as unknown as RecordStore); // branding: it keeps one key
const [ourKey, theirKey] = await Promise.all([newKey(), newKey()]);
const signed = (by: typeof provider, key: typeof ourKey) => signAgreement({ self: { id: by }, keys: { current: () => key } } as unknown as Room, accepted); // branding: what is looked at

/** The last word to an owner who accepted, and what he says to it. */
const confirm = async (said: Result<unknown>, from = accepted) => {
  const folder = mkdtempSync(join(tmpdir(), 'negotiation-'));
  const records = openRecordStore({ directory: folder, clock: { now: () => now } });
  if (!records.ok) return expect.fail(records.problem.kind);
  records.value.putAll([agreements.saved(id, from)]);
  const rows: string[] = [];
  const room = {
    ...{ records: records.value, self: { id: consumer }, keys: { current: () => ourKey } },
    ask: async (_: unknown, row: string) => {
      rows.push(row);
      return said;
    },
    ...{ partners: { keysOf: () => [theirKey.publicKey] }, deps: { clock: { now: () => now } } },
  };
  const member = { twinId: provider, agreementId: id, endpoint: { address: 'http://water.example/' }, keys: [], features: terms.features };
  const become = await invite({ room, federation: { id: federationId }, member } as unknown as Saying); // branding: as above
  const kept = agreements.load(records.value, id);
  records.value.close();
  rmSync(folder, { recursive: true });
  return { become, kept, rows };
};

const reply = (signature?: unknown) => ok({ parameters: { agreementHash: accepted.hash, ...(signature !== undefined && { signature }) }, objects: [] });

it('is made with the signatures of both', async () => {
  const theirs = signed(provider, theirKey);
  const { become, kept } = await confirm(reply(theirs));
  expect(become).toMatchObject({ ok: true, value: { state: 'AGREED' } });
  expect(kept).toMatchObject({ state: 'AGREED', signatures: [{ by: consumer }, theirs] });
});

it('is over where the owner signs nothing, as another, or with a key of somebody else; or says that we did not sign', async () => {
  const wrong = [reply(), reply(signed(consumer, theirKey)), reply(signed(provider, ourKey)), fail(problem('badSignature', { subject: id }))];
  for (const said of wrong) {
    const { become, kept } = await confirm(said);
    expect(become).toMatchObject({ ok: true, value: { state: 'REMOVED', reason: 'badSignature' } });
    expect(kept).toMatchObject({ state: 'REJECTED', reason: 'badSignature' });
  }
});

it('tells the owner, who holds it for agreed, that it is not; and where this side held it so too, it is terminated', async () => {
  expect((await confirm(reply())).rows).toEqual(['digitalTwin.confirm.federation', 'digitalTwin.release.federation']);
  const agreed = Agreement.parse({ ...accepted, state: 'AGREED' });
  expect((await confirm(reply(), agreed)).kept).toMatchObject({ state: 'TERMINATED', reason: 'badSignature' });
});

it('hears the answer of an owner who does not sign', () => {
  const unsigned = { parameters: { agreementHash: accepted.hash }, objects: [] };
  expect(rowOf('digitalTwin.confirm.federation').reply.safeParse(unsigned).success).toBe(true);
});

it('is said again where the signature of a message was not taken: a key may be followed meanwhile', async () => {
  const { become, kept } = await confirm(fail(problem('badSignature', { found: consumer })));
  expect(become).toMatchObject({ ok: false, problem: { kind: 'badSignature' } });
  expect(kept?.state).toBe('ACCEPTED');
});
