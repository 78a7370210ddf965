/**
 * Keys that change: rotated, retired, revoked; followed by whoever knows an older one, and by nobody else's word.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Authority, addMs, agencyTwinIdOf, fail, instantOfMs, limits, type Message, ok, problem, type Result, requestMessage } from '@cityweave/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newMessageId, systemDeps } from '../deps.ts';
import { openRecordStore } from '../store/records.ts';
import type { RecordStore } from '../store/store.ts';
import { type NodeKey, type NodeKeys, openNodeKeys } from '../trust/node-key.ts';
import { type Introduced, pinOf } from '../trust/pin.ts';
import { signMessage } from '../trust/signature.ts';
import { createPartnerKeys, type PartnerKeys } from './partner-keys.ts';

const [water, front] = [agencyTwinIdOf(Authority.parse('water.example')), agencyTwinIdOf(Authority.parse('front.example'))];
const endpoint = 'http://water.example/dtf/messages';

describe('the keys of a partner', () => {
  let folder = '';
  let now = instantOfMs(Date.UTC(2026, 4, 4));
  let ms = 0;
  let opened: RecordStore[] = [];
  let keys: NodeKeys;
  let records: RecordStore;
  let lookedUp = 0;
  let entry: () => Promise<Result<Introduced>>;
  let partners: PartnerKeys;
  const clock = { now: () => now, monotonicMs: () => ms };
  const pass = (by: number): void => {
    now = addMs(now, by);
    ms += by;
  };

  const openRecords = async (name: string): Promise<RecordStore> => {
    const made = openRecordStore({ directory: await mkdtemp(join(folder, `${name}-`)), clock });
    if (!made.ok) return expect.fail(made.problem.kind);
    opened.push(made.value);
    return made.value;
  };
  const published = async () => ok({ keys: keys.published(), announcements: keys.announcements(), endpoint });
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'partner-keys-'));
    [keys, records] = [await openNodeKeys(await openRecords('water'), water), await openRecords('front')];
    lookedUp = 0;
    entry = published;
    const lookUp = () => {
      lookedUp += 1;
      return entry();
    };
    partners = createPartnerKeys({ deps: { ...systemDeps(), clock }, records, self: { id: front, keys: () => [] }, lookUp });
  });
  afterEach(async () => {
    for (const one of opened) one.close();
    opened = [];
    await rm(folder, { recursive: true, force: true });
  });

  const write = (key: NodeKey = keys.current(), id = water): Promise<Message> => {
    const source = { id, role: 'digitalTwin' as const, endpoint };
    const content = { parameters: { echo: 'one' }, objects: [{ kind: 'digitalTwin', id: front }] as [{ kind: 'digitalTwin'; id: typeof front }] };
    const sending = { messageId: newMessageId(systemDeps().ids), source, destination: { id: front, role: 'digitalTwin' as const }, timestamp: now };
    return signMessage(requestMessage('digitalTwin.probe.digitalTwin', content, sending), key);
  };
  const heard = async (key?: NodeKey) => {
    const verified = await partners.verify(await write(key));
    return verified.ok ? 'heard' : verified.problem.kind;
  };

  it('are looked up once, pinned, and used from then on', async () => {
    for (let n = 0; n < 3; n += 1) expect(await heard()).toBe('heard');
    expect(lookedUp).toBe(1);
    expect(pinOf(records, water)?.keys).toEqual(keys.published());
  });

  it('that were rotated are followed, several changes at once; the old one counts until its end and not after it', async () => {
    await heard();
    const first = keys.current();
    await keys.rotate(now, 60_000);
    const second = keys.current();
    await keys.rotate(now, 60_000);
    expect(await heard()).toBe('heard');
    expect([await heard(first), await heard(second)]).toEqual(['heard', 'heard']);
    pass(60_001);
    expect([await heard(first), await heard(second), await heard()]).toEqual(['keyNotTrusted', 'keyNotTrusted', 'heard']);
  });

  it('that were revoked count no longer once anything was heard under the new one, also where the current one was revoked', async () => {
    await heard();
    const stolen = keys.current();
    await keys.revoke(stolen.keyId, now);
    expect(await heard()).toBe('heard');
    expect(await heard(stolen)).toBe('keyNotTrusted');
    const current = keys.current();
    await keys.rotate(now, 60_000);
    await keys.revoke(current.keyId, now);
    expect([await heard(), await heard(current)]).toEqual(['heard', 'keyNotTrusted']);
    expect(await keys.revoke('unknown', now)).toMatchObject({ ok: false, problem: { kind: 'notFound' } });
  });

  it('that were revoked are found out after keyRefreshMs, though nothing but the revoked one is used', async () => {
    await heard();
    const stolen = keys.current();
    expect(await heard(stolen)).toBe('heard');
    await keys.revoke(stolen.keyId, now);
    pass(limits.keyRefreshMs);
    expect(await heard(stolen)).toBe('heard');
    pass(1);
    await heard(stolen);
    await new Promise((resolve) => setImmediate(resolve));
    expect(await heard(stolen)).toBe('keyNotTrusted');
  });

  it('are named by who passes something on: a change is followed, what was revoked is found out, and of a stranger nothing is pinned', async () => {
    const named = async ({ keyId }: NodeKey) => (await partners.keyFor(water, keyId))?.kid === keyId;
    const stolen = keys.current();
    expect([await named(stolen), pinOf(records, water)]).toEqual([true, undefined]);
    await heard();
    await keys.revoke(stolen.keyId, now);
    expect([await named(stolen), lookedUp]).toEqual([true, 2]);
    expect([await named(keys.current()), await named(stolen)]).toEqual([true, false]);
    expect(pinOf(records, water)?.keys).toEqual(keys.published());
    const current = keys.current();
    await keys.revoke(current.keyId, now);
    pass(limits.keyRefreshMs + 1);
    await named(current);
    await new Promise((resolve) => setImmediate(resolve));
    expect(await named(current)).toBe(false);
  });

  it("are no other's word: an entry with other keys, or announcements that the known key did not sign, change nothing", async () => {
    await heard();
    const thief = await openNodeKeys(await openRecords('thief'), water);
    await thief.rotate(now, 60_000);
    entry = async () => ok({ keys: thief.published(), announcements: thief.announcements(), endpoint });
    expect(await heard(thief.current())).toBe('keyNotTrusted');
    expect(pinOf(records, water)?.keys).toEqual(keys.published());
  });

  it('of a stranger cannot be told while who knows them does not answer in time: that is no fault of his', async () => {
    entry = async () => fail(problem('timedOut'));
    expect(await heard()).toBe('upstreamTimedOut');
  });

  it('are looked up again not sooner than keyLookUpPauseMs after a failure', async () => {
    entry = async () => fail(problem('unreachable'));
    expect(await heard()).toBe('notAuthenticated');
    entry = published;
    expect(await heard()).toBe('notAuthenticated');
    pass(limits.keyLookUpPauseMs - 1);
    expect(await heard()).toBe('notAuthenticated');
    pass(1);
    expect(await heard()).toBe('heard');
    expect(lookedUp).toBe(2);
  });

  it('of keyLookUpsMax strangers are looked up at a time; one more is told to come again', async () => {
    const waiting: (() => void)[] = [];
    entry = () => new Promise((resolve) => waiting.push(() => resolve(fail(problem('notRegistered')))));
    const ask = async (n: number) => partners.verify(await write(keys.current(), agencyTwinIdOf(Authority.parse(`s${n}.example`))));
    const asked = [];
    for (let n = 0; n < limits.keyLookUpsMax; n += 1) asked.push(ask(n));
    while (waiting.length < limits.keyLookUpsMax) await new Promise((resolve) => setImmediate(resolve));
    expect(await ask(limits.keyLookUpsMax)).toMatchObject({ ok: false, problem: { kind: 'overloaded' } });
    for (const done of waiting) done();
    for (const one of await Promise.all(asked)) expect(one).toMatchObject({ ok: false, problem: { kind: 'notAuthenticated' } });
  });

  it('are kept: a node started again signs with the same one and tells the same changes', async () => {
    const own = await openRecords('kept');
    const before = await openNodeKeys(own, water);
    await before.rotate(now, 60_000);
    const after = await openNodeKeys(own, water);
    expect(after.current().keyId).toBe(before.current().keyId);
    expect([after.published(), after.announcements()]).toEqual([before.published(), before.announcements()]);
  });

  it('never exceed keysMax, nor their changes keyAnnouncementsMax', async () => {
    for (let n = 0; n <= limits.keyAnnouncementsMax; n += 1) await keys.rotate(now, limits.keyGraceMs);
    expect(keys.published()).toHaveLength(limits.keysMax);
    expect(keys.announcements()).toHaveLength(limits.keyAnnouncementsMax);
  });
});
