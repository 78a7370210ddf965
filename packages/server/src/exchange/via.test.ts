import { generateKeyPairSync } from 'node:crypto';
import { AgencyId, Instant, limits, Message, ok, PublicKey } from '@cityweave/core';
import { describe, expect, it } from 'vitest';
import type { NodeKey } from '../trust/node-key.ts';
import { readThrough, signHop } from './via.ts';

const keyOf = (keyId: string): NodeKey => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const { x } = publicKey.export({ format: 'jwk' });
  return { keyId, privateKey, publicKey: PublicKey.parse({ kty: 'OKP', crv: 'Ed25519', x, kid: keyId }) };
};

const adaptor = keyOf('between');
const adaptorId = 'urn:dtf:twin:between.example:agency';
const keyFor = async (id: string, keyId: string) => (id === adaptorId && keyId === adaptor.keyId ? adaptor.publicKey : undefined);

const message = (n: number): Message =>
  Message.parse({
    header: {
      protocolVersion: '1.0',
      messageId: `urn:uuid:00000000-0000-4000-8000-00000000000${n}`,
      messageType: 'response',
      source: { id: AgencyId.parse('urn:dtf:agency:river.example'), role: 'digitalTwin' },
      destination: { id: 'urn:dtf:twin:front.example:agency', role: 'digitalTwin' },
      timestamp: '2026-03-02T12:00:00.000Z',
      contentFormat: 'application/json',
    },
    data: { action: { verb: 'read', object: 'exchangeData', parameters: { at: 'the owner' } }, objects: [{ level: 10 }] },
  });

const converted = { action: { parameters: {} }, objects: [{ level: 3.048 }] };
const hop = { adaptorId, at: Instant.parse('2026-03-02T12:00:01.000Z'), steps: ['semantic' as const], converted };

describe('what an adaptor adds to a message', () => {
  it('is read in place of what it was made of, once its own signature is good', async () => {
    const passed = Message.parse(JSON.parse(JSON.stringify(signHop(message(1), hop, adaptor))));
    expect(passed.data).toEqual(message(1).data);
    expect(await readThrough(passed, keyFor)).toMatchObject({
      ok: true,
      value: { adaptorId, message: { data: { objects: [{ level: 3.048 }], action: { verb: 'read' } } } },
    });
  });

  it('counts for nothing where another signed it, it stands in another message, or either side was changed', async () => {
    const passed = signHop(message(1), hop, adaptor);
    const kindOf = async (given: Message) => {
      const read = await readThrough(given, keyFor);
      return read.ok ? 'read' : read.problem.kind;
    };
    const [entry] = passed.header.via ?? [];
    expect(await kindOf(signHop(message(1), hop, keyOf('between')))).toBe('badSignature');
    expect(await kindOf(signHop(message(1), { ...hop, adaptorId: 'urn:dtf:twin:other.example:agency' }, adaptor))).toBe('badSignature');
    expect(await kindOf({ ...message(2), header: { ...message(2).header, via: entry ? [entry] : [] } })).toBe('badSignature');
    expect(await kindOf({ ...passed, data: { ...passed.data, objects: [{ level: 11 }] } })).toBe('badSignature');
    const altered = entry ? [{ ...entry, converted: { ...converted, objects: [{ level: 4 }] } }] : [];
    expect(await kindOf({ ...passed, header: { ...passed.header, via: altered } })).toBe('badSignature');
    expect(await kindOf({ ...passed, header: { ...passed.header, via: [{ ...hop }] } })).toBe('badSignature');
    expect(await kindOf(signHop(passed, hop, adaptor))).toBe('badSignature');
  });

  it('says only which way the message came where nobody signed it', async () => {
    const { converted: _, ...bare } = hop;
    const ways = Array.from({ length: limits.hopsMax }, () => bare);
    const came = { ...message(1), header: { ...message(1).header, via: ways } };
    expect(await readThrough(came, keyFor)).toEqual(ok({ message: came, adaptorId: undefined }));
  });
});
