/**
 * What is asked again, how often and after how long: only what may help when repeated, under one message id.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Authority, agencyTwinIdOf, connectionIdOf, fail, instantOfMs, limits, ok, type Problem, problem, type Request } from '@cityweave/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemDeps } from '../deps.ts';
import { createEvents } from '../events.ts';
import { createHttpProtocol } from '../protocol/http.ts';
import type { Protocol, Sending } from '../protocol/protocol.ts';
import { openRecordStore } from '../store/records.ts';
import { loadNodeKey, type NodeKey } from '../trust/node-key.ts';
import { createAsk } from './ask.ts';
import type { Peer } from './peer.ts';

const deps = systemDeps();
const self = { id: agencyTwinIdOf(Authority.parse('front.example')), address: () => 'http://front.example/dtf/messages' };
const peer = { id: agencyTwinIdOf(Authority.parse('water.example')), role: 'digitalTwin', address: 'http://water.example/dtf/messages', keys: [] } as const;

describe('a question that fails', () => {
  let directory = '';
  let key: NodeKey;
  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'ask-'));
    const records = openRecordStore({ directory, clock: deps.clock });
    if (!records.ok) expect.fail(records.problem.kind);
    key = await loadNodeKey(records.value);
    records.value.close();
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  const askingOver = (send: Protocol['send'], clock = deps.clock) =>
    createAsk({
      deps: { ...deps, clock },
      events: createEvents({ agency: 'front', level: 'silent' }),
      protocol: { ...createHttpProtocol(), send },
      keys: { current: () => key },
      partners: { verify: async () => ok(true), keyFor: async () => undefined },
      log: { append: () => undefined, count: () => undefined },
      self,
    });

  it('where it is a notice of a conversation has a number that rises, also from one start to the next; a repeat keeps it', async () => {
    const numbers: number[] = [];
    const send = async ({ text }: Sending) => {
      numbers.push(JSON.parse(text).header.sequence);
      return fail(problem('unreachable'));
    };
    const connection = connectionIdOf(Authority.parse('water.example'), 'one');
    const content: Request<'digitalTwin.notify.communication'> = {
      parameters: {},
      objects: [{ kind: 'communication', id: connection, attributes: { state: 'CONNECTED', since: deps.clock.now() } }],
    };
    const still = { ...deps.clock, now: () => instantOfMs(1_000) };
    const [ask, restarted] = [askingOver(send, still), askingOver(send, { ...still, now: () => instantOfMs(2_000) })];
    const said = { conversationId: connection, attempts: 2 };
    await ask(peer, 'digitalTwin.notify.communication', content, said);
    await ask(peer, 'digitalTwin.notify.communication', content, said);
    await restarted(peer, 'digitalTwin.notify.communication', content, said);
    await ask(peer, 'digitalTwin.notify.communication', content);
    expect(numbers).toEqual([1_000, 1_000, 1_001, 1_001, 2_000, 2_000, undefined]);
  });

  /** Asks over a line that always fails so; what went out, and when. */
  const asked = async (failure: Problem, attempts: number, to: Peer = peer) => {
    const sent: { readonly id: unknown; readonly atMs: number }[] = [];
    const send = async ({ text }: Sending) => {
      sent.push({ id: JSON.parse(text).header.messageId, atMs: deps.clock.monotonicMs() });
      return fail(failure);
    };
    const ask = askingOver(send);
    const answer = await ask(
      to,
      'digitalTwin.probe.digitalTwin',
      { parameters: { echo: 'one' }, objects: [{ kind: 'digitalTwin', id: peer.id }] },
      { attempts },
    );
    return { sent, kind: answer.ok ? undefined : answer.problem.kind };
  };

  it('is asked retryAttemptsMax times at most, under one id, between retryDelayMinMs and retryDelayMaxMs apart', async () => {
    for (const attempts of [limits.retryAttemptsMax, limits.retryAttemptsMax + 1]) {
      const { sent, kind } = await asked(problem('unreachable'), attempts);
      expect(kind).toBe('unreachable');
      expect(sent).toHaveLength(limits.retryAttemptsMax);
      expect(new Set(sent.map(({ id }) => id)).size).toBe(1);
      const gaps = sent.slice(1).map(({ atMs }, at) => atMs - (sent[at]?.atMs ?? 0));
      for (const gap of gaps) expect(gap).toBeGreaterThanOrEqual(limits.retryDelayMinMs - 2);
      for (const gap of gaps) expect(gap).toBeLessThan(limits.retryDelayMaxMs);
    }
  });

  it('names the adaptor that nobody answers at, be it on the way or the one that is asked', async () => {
    const id = agencyTwinIdOf(Authority.parse('between.example'));
    for (const to of [
      { ...peer, through: { id, keys: [] } },
      { ...peer, id, role: 'communicationAdaptor' as const },
    ])
      expect((await asked(problem('unreachable'), 1, to)).kind).toBe('adaptorUnreachable');
    expect((await asked(problem('timedOut'), 1, { ...peer, through: { id, keys: [] } })).kind).toBe('timedOut');
  });

  it('is asked once where nobody wished for more, or where repeating cannot help', async () => {
    expect((await asked(problem('unreachable'), 1)).sent).toHaveLength(1);
    expect(await asked(problem('declined'), limits.retryAttemptsMax)).toMatchObject({ sent: [{}], kind: 'declined' });
  });
});
