/**
 * The desk of a node: what is said twice, wrongly, too late, by strangers or at too great a length.
 */
import {
  Authority,
  type CommunicationState,
  connectionIdOf,
  fail,
  limits,
  type Message,
  messageDepthMax,
  ok,
  problem,
  type Request,
  type RowName,
} from '@cityweave/core';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { newMessageId, systemDeps } from '../deps.ts';
import { type Desk, describeTwin, openDesk, type Partner } from '../registry/desk.contract.ts';
import { pinOf } from '../trust/pin.ts';
import { verifyMessage } from '../trust/signature.ts';
import type { Done } from './answer.ts';

const registration = (who: Partner, name = 'one') => ({
  parameters: {},
  objects: [describeTwin(who, { name: { en: name } })] as [ReturnType<typeof describeTwin>],
});

const readRegistry = { parameters: {}, objects: [] as [] };

const kindOf = async (told: Promise<{ readonly problem: { readonly kind: string } | undefined }>) => (await told).problem?.kind;

const registered = async (desk: Desk): Promise<Partner> => {
  const water = await desk.partner('water.example');
  await desk.register(water);
  return water;
};

it('keeps the trace of its sender, in the answer and in the log, with the code of how it was answered', async () => {
  await using desk = await openDesk();
  const water = await registered(desk);
  const trace = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
  const told = await desk.say({ ...water, header: (header) => ({ ...header, trace }) }, 'registry.retrieve.registry', readRegistry);
  expect(told.message?.header.trace).toBe(trace);
  expect(desk.logged.at(-1)).toMatchObject({ direction: 'heard', from: water.id, verb: 'retrieve', object: 'registry', trace, code: 'DTF-000' });
});

it('lets nothing follow from a read: its room cannot say what to save, or what to do afterwards', () => {
  type Follows<N extends RowName> = Pick<Extract<Done<N>, { readonly ok: true }>['value'], 'save' | 'afterwards'>;
  expectTypeOf<Follows<'digitalTwin.probe.digitalTwin'>>().toEqualTypeOf<{ readonly save?: never; readonly afterwards?: never }>();
  expectTypeOf<Follows<'digitalTwin.cancel.feature'>['afterwards']>().toEqualTypeOf<(() => void) | undefined>();
});

describe('what is said twice', () => {
  it('gets the very answer that was kept and changes nothing', async () => {
    await using desk = await openDesk();
    const water = await desk.partner('water.example');
    const message = await desk.write(water, 'registry.register.digitalTwin', registration(water));
    const first = await desk.hear(message);
    const before = desk.records.list('registry.twin');
    desk.pass(60_000);
    expect((await desk.hear(message)).message).toEqual(first.message);
    expect(desk.records.list('registry.twin')).toEqual(before);
  });

  it('is of its sender: another one who uses its id for something else is answered as he asks', async () => {
    await using desk = await openDesk();
    const [water, energy] = [await desk.partner('water.example'), await desk.partner('energy.example')];
    const messageId = newMessageId(systemDeps().ids);
    const [first, second] = [
      await desk.say({ ...water, messageId }, 'registry.register.digitalTwin', registration(water)),
      await desk.say({ ...energy, messageId }, 'registry.register.digitalTwin', registration(energy)),
    ];
    expect([first, second].map(({ problem: refused, message }) => [refused, Object(message?.data.objects[0]).id])).toEqual([
      [undefined, water.id],
      [undefined, energy.id],
    ]);
    expect(desk.records.list('answer')).toHaveLength(2);
  });

  it('gets the kept answer under the key of now, for the one that it was signed with may be revoked', async () => {
    await using desk = await openDesk();
    const water = await desk.partner('water.example');
    const message = await desk.write(water, 'registry.register.digitalTwin', registration(water));
    const first = await desk.hear(message);
    await desk.keys.rotate(desk.clock.now(), 0);
    const second = await desk.hear(message);
    if (!first.message || !second.message) return expect.fail('no answer');
    expect(second.message.data).toEqual(first.message.data);
    expect(second.message.header.messageId).toBe(first.message.header.messageId);
    expect(await verifyMessage(second.message, desk.keys.published())).toEqual({ ok: true, value: true });
  });

  it('stays refused, whatever has changed since: nobody who saw it can make it be done later', async () => {
    await using desk = await openDesk();
    const water = await registered(desk);
    const renewal: Request<'registry.renew.digitalTwin'> = { parameters: {}, objects: [{ kind: 'digitalTwin', id: water.id, attributes: {} }] };
    await desk.say(water, 'registry.deregister.digitalTwin', { parameters: {}, objects: [{ kind: 'digitalTwin', id: water.id }] });
    const message = await desk.write(water, 'registry.renew.digitalTwin', renewal);
    const refused = await desk.hear(message);
    expect(refused.problem?.kind).toBe('notRegistered');
    await desk.register(water);
    expect((await desk.hear(message)).message).toEqual(refused.message);
    expect((await desk.say(water, 'registry.renew.digitalTwin', renewal)).problem).toBeUndefined();
  });

  it('is tried again where it was refused for now', async () => {
    await using desk = await openDesk();
    const water = await registered(desk);
    const change = (baseRevision: number): Request<'registry.update.digitalTwin'> => ({
      parameters: { baseRevision },
      objects: [{ kind: 'digitalTwin', id: water.id, attributes: { status: 'degraded' } }],
    });
    const message = await desk.write(water, 'registry.update.digitalTwin', change(2));
    expect(await kindOf(desk.hear(message))).toBe('revisionConflict');
    await desk.say(water, 'registry.update.digitalTwin', change(1));
    expect(await kindOf(desk.hear(message))).toBeUndefined();
  });

  it('is not given once more what it may not be given any more', async () => {
    let ended = false;
    await using desk = await openDesk({ mayHearAgain: () => (ended ? fail(problem('notInForce')) : ok(true)) });
    const water = await desk.partner('water.example');
    const message = await desk.write(water, 'registry.register.digitalTwin', registration(water));
    expect(await kindOf(desk.hear(message))).toBeUndefined();
    expect(await kindOf(desk.hear(message))).toBeUndefined();
    ended = true;
    expect(await kindOf(desk.hear(message))).toBe('notInForce');
  });

  it('is answered once when it comes twice at the same time', async () => {
    await using desk = await openDesk();
    const water = await desk.partner('water.example');
    const message = await desk.write(water, 'registry.register.digitalTwin', registration(water));
    const [first, second] = await Promise.all([desk.hear(message), desk.hear(message)]);
    expect(second?.message).toEqual(first?.message);
    expect(first?.message?.data.objects[0]).toMatchObject({ revision: 1 });
  });

  it('under one id with other content is refused', async () => {
    await using desk = await openDesk();
    const water = await desk.partner('water.example');
    const messageId = newMessageId(systemDeps().ids);
    await desk.say({ ...water, messageId }, 'registry.register.digitalTwin', registration(water));
    expect(await kindOf(desk.say({ ...water, messageId }, 'registry.register.digitalTwin', registration(water, 'two')))).toBe('replayed');
  });

  it('is remembered for replayMemoryMs: until then the kept answer, after it too late to be said', async () => {
    await using desk = await openDesk();
    const water = await desk.partner('water.example');
    const message = await desk.write(water, 'registry.register.digitalTwin', registration(water));
    const first = await desk.hear(message);
    desk.pass(limits.replayMemoryMs);
    expect((await desk.hear(message)).message).toEqual(first.message);
    desk.pass(1);
    expect(await kindOf(desk.hear(message))).toBe('expired');
  });

  it('kept answers go when nobody can ask for them any more', async () => {
    await using desk = await openDesk();
    const water = await registered(desk);
    desk.pass(limits.replayMemoryMs + limits.clockToleranceMs + 1);
    await desk.register(water);
    for (let count = 0; count < 256; count += 1)
      await desk.say(water, 'registry.renew.digitalTwin', { parameters: {}, objects: [{ kind: 'digitalTwin', id: water.id, attributes: {} }] });
    const oldest = desk.records
      .list('answer')
      .map(({ value }) => (value as { at: string }).at)
      .sort()[0]; // branding: the desk keeps when it answered
    expect(oldest).toBe(desk.clock.now());
  });
});

describe('a notice that was overtaken on its way', () => {
  const bridge = connectionIdOf(Authority.parse('water.example'), 'one');

  it('is answered, logged and changes nothing; what is newer does, also where numbers are missing', async () => {
    const heard: string[] = [];
    const note = ({ objects: [{ attributes }] }: Request<'digitalTwin.notify.communication'>) => {
      heard.push(attributes.state);
      return attributes.state === 'FAILED' ? fail(problem('notAllowedInState')) : ok({ reply: { parameters: {}, objects: [] } });
    };
    await using desk = await openDesk({ twin: { 'digitalTwin.notify.communication': note } });
    const water = await registered(desk);
    const tell = (sequence: number, state: CommunicationState) => {
      const attributes = { state, since: desk.clock.now() };
      const header = (given: Message['header']) => ({
        ...{ ...given, conversationId: bridge, sequence },
        destination: { ...given.destination, role: 'digitalTwin' as const },
      });
      return desk.say({ ...water, header }, 'digitalTwin.notify.communication', {
        parameters: {},
        objects: [{ kind: 'communication', id: bridge, attributes }],
      });
    };
    expect(await kindOf(tell(5, 'CONNECTED'))).toBeUndefined();
    expect(await kindOf(tell(9, 'INTERRUPTED'))).toBeUndefined();
    const logged = desk.logged.length;
    expect(await kindOf(tell(7, 'CONNECTED'))).toBeUndefined();
    expect(desk.logged.slice(logged)).toMatchObject([{ verb: 'notify', code: 'DTF-000' }]);
    // what came to nothing was not heard yet
    expect([await kindOf(tell(11, 'FAILED')), await kindOf(tell(11, 'CLOSING'))]).toEqual(['notAllowedInState', undefined]);
    expect(heard).toEqual(['CONNECTED', 'INTERRUPTED', 'FAILED', 'CLOSING']);
  });
});

describe('a question under an id that was used', () => {
  const speak = async (desk: Desk, water: Partner, changes: Partial<Message['header']>) => {
    const header = (given: Message['header']): Message['header'] => ({ ...given, ...changes });
    return desk.write({ ...water, header }, 'registry.retrieve.registry', readRegistry);
  };

  it('is answered again where it says the same, refused where it says anything else', async () => {
    await using desk = await openDesk();
    const water = await registered(desk);
    const messageId = newMessageId(systemDeps().ids);
    const made = await speak(desk, water, { messageId });
    expect(await kindOf(desk.hear(made))).toBeUndefined();
    expect(await kindOf(desk.hear(made))).toBeUndefined();
    const other = desk.say({ ...water, messageId }, 'registry.retrieve.digitalTwin', { parameters: {}, objects: [{ kind: 'digitalTwin', id: water.id }] });
    expect(await kindOf(other)).toBe('replayed');
  });

  it('at most once (qos 0): is refused when it comes again', async () => {
    await using desk = await openDesk();
    const water = await registered(desk);
    const made = await speak(desk, water, { qos: 0 });
    expect(await kindOf(desk.hear(made))).toBeUndefined();
    expect(await kindOf(desk.hear(made))).toBe('replayed');
  });

  it('exactly once (qos 2): gets the very answer that was kept', async () => {
    await using desk = await openDesk();
    const water = await registered(desk);
    const made = await speak(desk, water, { qos: 2 });
    const first = await desk.hear(made);
    desk.pass(1_000);
    expect((await desk.hear(made)).message).toEqual(first.message);
    const atLeastOnce = await speak(desk, water, { qos: 1 });
    const again = await desk.hear(atLeastOnce);
    desk.pass(1_000);
    expect((await desk.hear(atLeastOnce)).message?.header.messageId).not.toBe(again.message?.header.messageId);
  });

  it('is remembered among messageIdsRememberedMax ids; the oldest gives way to one more', async () => {
    await using desk = await openDesk();
    const water = await registered(desk);
    const made = await speak(desk, water, { qos: 0 });
    const fill = async (count: number) => {
      for (let n = 0; n < count; n += 1) await desk.hear(await speak(desk, water, {}));
    };
    await desk.hear(made);
    await fill(limits.messageIdsRememberedMax - 1);
    expect(await kindOf(desk.hear(made))).toBe('replayed');
    const late = await speak(desk, water, { qos: 0 });
    await desk.hear(late);
    await fill(limits.messageIdsRememberedMax);
    expect(await kindOf(desk.hear(late))).toBeUndefined();
  });
});

describe('what is said wrongly', () => {
  it('to another node, by an unknown verb, or to a role this node does not have', async () => {
    await using desk = await openDesk();
    const water = await registered(desk);
    const change = (header: (given: Message['header']) => Message['header']) => desk.say({ ...water, header }, 'registry.retrieve.registry', readRegistry);
    expect(await kindOf(change((given) => ({ ...given, destination: { ...given.destination, id: water.id } })))).toBe('unknownDestination');
    expect(await kindOf(change((given) => ({ ...given, destination: { ...given.destination, role: 'communicationAdaptor' } })))).toBe('notMyRole');
    const message = await desk.write(water, 'registry.retrieve.registry', readRegistry);
    const withVerb = (verb: string) => desk.hear({ ...message, data: { ...message.data, action: { ...message.data.action, verb } } });
    expect(await kindOf(withVerb('conjure'))).toBe('unknownVerb');
    expect(await kindOf(withVerb('renew'))).toBe('notMyRole');
  });

  it('after its time, or from a clock that is ahead of ours by more than clockToleranceMs', async () => {
    await using desk = await openDesk();
    const water = await registered(desk);

    const made = await desk.write({ ...water, header: (given) => ({ ...given, expiresAt: given.timestamp }) }, 'registry.retrieve.registry', readRegistry);
    expect(await kindOf(desk.hear(made))).toBeUndefined();
    desk.pass(1);
    expect(await kindOf(desk.hear(made))).toBe('expired');
    const ahead = await desk.write(water, 'registry.retrieve.registry', readRegistry);
    desk.pass(-limits.clockToleranceMs);
    expect(await kindOf(desk.hear(ahead))).toBeUndefined();
    desk.pass(-1);
    expect((await desk.hear(ahead)).problem).toMatchObject({ kind: 'clocksDiffer', limit: limits.clockToleranceMs });
  });

  it('after its time, though it came in time and waited for its turn', async () => {
    await using desk = await openDesk();
    const water = await registered(desk);
    const made = await desk.write(
      { ...water, header: (given) => ({ ...given, expiresAt: given.timestamp }) },
      'registry.register.digitalTwin',
      registration(water, 'late'),
    );
    const before = desk.say(water, 'registry.register.digitalTwin', registration(water, 'in time'));
    const late = desk.hear(made);
    desk.pass(1);
    expect([await kindOf(before), await kindOf(late)]).toEqual([undefined, 'expired']);
  });

  it('as another type of message than its row says', async () => {
    await using desk = await openDesk();
    const water = await registered(desk);
    for (const messageType of ['response', 'notification'] as const) {
      const made = await desk.write({ ...water, header: (given) => ({ ...given, messageType }) }, 'registry.retrieve.registry', readRegistry);
      expect((await desk.hear(made)).problem).toMatchObject({ kind: 'malformed', path: '/header/messageType', accepted: 'request' });
    }
  });

  it('without an envelope, of another version, or nested deeper than allowed', async () => {
    await using desk = await openDesk();
    const water = await registered(desk);
    const message = await desk.write(water, 'registry.retrieve.registry', readRegistry);
    for (const raw of [undefined, null, 7, 'text', []]) expect(await kindOf(desk.hear(raw))).toBe('malformed');
    for (const raw of [{}, { header: {}, data: {} }]) expect(await kindOf(desk.hear(raw))).toBe('missing');
    expect(await kindOf(desk.hear({ ...message, header: { ...message.header, protocolVersion: '9.9' } }))).toBe('unsupportedVersion');
    const nested = (depth: number): unknown => (depth === 0 ? 1 : { in: nested(depth - 1) });
    // Two levels are the message and the member; what is signed no longer fits, which is found after the depth.
    expect(await kindOf(desk.hear({ ...message, extra: nested(messageDepthMax - 1) }))).toBe('badSignature');
    expect(await kindOf(desk.hear({ ...message, extra: nested(messageDepthMax + 1) }))).toBe('malformed');
  });

  it('with a number that is none', async () => {
    await using desk = await openDesk();
    const water = await registered(desk);
    const message = await desk.write(water, 'registry.register.digitalTwin', registration(water));
    const raw = JSON.parse(JSON.stringify(message).replace('"objects"', '"later":[{"much":1e999}],"objects"'));
    expect(await kindOf(desk.hear(raw))).toBe('malformed');
  });

  it('at greater length than controlMessageBytesMax allows', async () => {
    await using desk = await openDesk();
    const water = await registered(desk);
    const message = await desk.write(water, 'registry.retrieve.registry', readRegistry);
    expect((await desk.hear(message, limits.controlMessageBytesMax)).problem).toBeUndefined();
    expect((await desk.hear(message, limits.controlMessageBytesMax + 1)).problem).toMatchObject({ kind: 'tooLarge', limit: limits.controlMessageBytesMax });
  });
});

describe('who says it', () => {
  it('a stranger is asked to register first', async () => {
    await using desk = await openDesk();
    const stranger = await desk.partner('stranger.example');
    expect(await kindOf(desk.say(stranger, 'registry.retrieve.registry', readRegistry))).toBe('notAuthenticated');
  });

  it('another key for a known id is refused, also when it registers without saying where it lives', async () => {
    await using desk = await openDesk();
    const [water, thief] = [await desk.partner('water.example'), await desk.partner('water.example')];
    const silent = { header: ({ source, ...rest }: Message['header']) => ({ ...rest, source: { id: source.id, role: source.role } }) };
    expect(await kindOf(desk.say({ ...water, ...silent }, 'registry.register.digitalTwin', registration(water)))).toBeUndefined();
    expect(await kindOf(desk.say(thief, 'registry.register.digitalTwin', registration(thief, 'mine now')))).toBe('keyNotTrusted');
    expect(pinOf(desk.records, water.id)?.keys).toEqual([water.key.publicKey]);
  });

  it('content that was changed on the way is refused, and so is a message without a signature', async () => {
    await using desk = await openDesk();
    const water = await desk.partner('water.example');
    const message = await desk.write(water, 'registry.register.digitalTwin', registration(water));
    const tampered = { ...message, data: { ...message.data, objects: [describeTwin(water, { name: { en: 'another' } })] } };
    expect(await kindOf(desk.hear(tampered))).toBe('badSignature');
    const { security: _, ...header } = message.header;
    expect(await kindOf(desk.hear({ ...message, header }))).toBe('notAuthenticated');
    expect(await kindOf(desk.hear({ ...message, header: { ...header, security: { scheme: 'none' } } }))).toBe('notAuthenticated');
  });

  it('an application needs more than its word where the desk is not open to all', async () => {
    await using desk = await openDesk();
    const water = await registered(desk);
    const told = desk.say(
      { ...water, header: (given) => ({ ...given, source: { ...given.source, role: 'application' } }) },
      'application.query.federationStatus',
      { parameters: {}, objects: [{ kind: 'federation', id: 'urn:dtf:federation:water.example:x' as never }] },
    ); // branding: the id is never looked at
    expect(await kindOf(told)).toBe('notAuthenticated');
  });

  it('members of a message that this version does not know are signed and kept', async () => {
    await using desk = await openDesk();
    const water = await registered(desk);
    const header = (given: Message['header']): Message['header'] => ({ ...given, later: { kept: true }, conversationId: 'talk' });
    const told = await desk.say({ ...water, header }, 'registry.retrieve.registry', readRegistry);
    expect(told.problem).toBeUndefined();
    expect(told.message?.header.conversationId).toBe('talk');
    expect(told.message && (await verifyMessage(told.message, [desk.key.publicKey])).ok).toBe(true);
  });

  it('what passes through others on the way may be added under `via` without breaking the signature', async () => {
    await using desk = await openDesk();
    const water = await registered(desk);
    const message = await desk.write(water, 'registry.retrieve.registry', readRegistry);
    const hop = { adaptorId: 'urn:dtf:adaptor:county.example:one', at: '2026-01-01T00:00:00.000Z', steps: ['protocol'] };
    const passed = (hops: number) => desk.hear({ ...message, header: { ...message.header, via: Array.from({ length: hops }, () => hop) } });
    expect(await kindOf(passed(1))).toBeUndefined();
    expect(await kindOf(passed(limits.hopsMax))).toBeUndefined();
    expect(await kindOf(passed(limits.hopsMax + 1))).toBe('malformed');
  });
});
