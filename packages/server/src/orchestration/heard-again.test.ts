/**
 * What a member was told it hears again as long as it takes part: not when it has left, is removed, or the federated twin is paused or over.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Authority, agencyTwinIdOf, federationIdOf, type Message } from '@cityweave/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemDeps } from '../deps.ts';
import { openRecordStore } from '../store/records.ts';
import type { RecordStore } from '../store/store.ts';
import { isFellow } from './fellow.ts';
import { mayHearAgain } from './heard-again.ts';
import type { Room } from './room.ts';

const [front, water, other] = ['front.example', 'water.example', 'other.example'].map((name) => agencyTwinIdOf(Authority.parse(name)));
const federationId = federationIdOf(Authority.parse('front.example'), 'one');
const own = agencyTwinIdOf(Authority.parse('own.example'));
const agreementId = 'urn:dtf:agreement:front.example:one';
const connectionId = 'urn:dtf:connection:front.example:one';
const at = '2026-01-01T00:00:00.000Z';

describe('a fellow member', () => {
  let [directory, records]: [string, RecordStore] = ['', undefined as unknown as RecordStore]; // branding: opened before each
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'heard-again-'));
    const opened = openRecordStore({ directory, clock: systemDeps().clock });
    if (!opened.ok) return expect.fail(opened.problem.kind);
    records = opened.value;
  });
  afterEach(() => {
    records.close();
    rmSync(directory, { recursive: true });
  });

  const room = () => ({ deps: systemDeps(), records, self: { id: own }, node: { maintenance: [] }, vocabulary: () => undefined }) as unknown as Room; // branding: nothing else of the room is looked at

  /** This agency was invited by `front`; `water` is another member, in a state. */
  const takePart = (state: string, changes: object = {}): void => {
    const member = { twinId: water, agency: 'urn:dtf:agency:water.example', name: { en: 'water' }, state, since: at, features: [] };
    const federation = {
      id: federationId,
      name: { en: 'Test' },
      purpose: 'city:safety',
      initiator: front,
      rules: { authoritative: {}, tolerance: {} },
      createdAt: at,
      state: 'ACTIVE',
      since: at,
      revision: 1,
      needs: [],
      members: [member],
    };
    records.put('membership', federationId, { federation, initiator: front, agreementId, formed: true, released: false, ...changes });
    inForce('AGREED', 'CONNECTED');
  };

  /** How this agency's own agreement with `front` stands, and the connection under it. */
  const inForce = (agreement: string, connection: string): void => {
    const parties = { consumer: front, provider: own };
    const terms = { federationId, parties, features: [], purpose: 'city:safety', permissions: [], prohibitions: [], validity: { from: at } };
    records.put('agreement', agreementId, { id: agreementId, revision: 1, terms, state: agreement });
    const ends = [front, own].map((twinId) => ({ twinId, protocol: 'http', address: 'http://x.example/', format: 'application/json' }));
    records.put('communication', connectionId, { id: connectionId, federationId, agreementId, ends, state: connection, since: at });
  };

  const repeated = (sender: string, of: string = federationId) =>
    mayHearAgain(room(), 'digitalTwin.read.exchangeData', {
      header: { source: { id: sender } },
      data: { action: { parameters: { federationId: of, identify: { scheme: 'reach', values: ['A'] } } } },
    } as unknown as Message).ok; // branding: nothing else of the message is looked at

  it.each([
    ['ACTIVE', true],
    ['INTERRUPTED', true],
    ['LEAVING', true],
    ['LEFT', false],
    ['REMOVED', false],
  ] as const)('in the state %s is heard: %s', (state, heard) => {
    takePart(state);
    expect([isFellow(room(), String(water)), repeated(String(water))]).toEqual([heard, heard]);
    expect([isFellow(room(), String(front)), isFellow(room(), String(other))]).toEqual([true, false]);
    // in that federation and in no other
    expect(repeated(String(front), 'urn:dtf:federation:front.example:another')).toBe(false);
  });

  it('is none before the federated twin is formed, while it is paused, and after its release', () => {
    for (const changes of [{ formed: false }, { suspended: {} }, { suspended: { until: '2999-01-01T00:00:00.000Z' } }, { released: true }]) {
      takePart('ACTIVE', changes);
      expect([front, water].map((id) => isFellow(room(), String(id)))).toEqual([false, false]);
    }
    takePart('ACTIVE', { suspended: { until: at } });
    expect([front, water].map((id) => isFellow(room(), String(id)))).toEqual([true, true]);
  });

  it.each([
    ['REQUESTED', 'CONNECTED'],
    ['ACCEPTED', 'CONNECTED'],
    ['AGREED', 'ADAPTING'],
    ['AGREED', 'INTERRUPTED'],
    ['AGREED', 'CLOSED'],
    ['TERMINATED', 'CONNECTED'],
  ])('is none while this agency has an agreement that is %s, over a connection that is %s', (agreement, connection) => {
    takePart('ACTIVE');
    inForce(agreement, connection);
    expect([front, water].flatMap((id) => [isFellow(room(), String(id)), repeated(String(id))])).toEqual([false, false, false, false]);
  });
});
