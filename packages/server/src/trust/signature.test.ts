import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { canonicalJson, type Message, parseMessage, signedText } from '@cityweave/core';
import { compactVerify, importJWK } from 'jose';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemDeps } from '../deps.ts';
import { openRecordStore } from '../store/records.ts';
import type { RecordStore } from '../store/store.ts';
import { loadNodeKey } from './node-key.ts';
import { signMessage, verifyMessage } from './signature.ts';

let directory = '';
let records: RecordStore;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'signature-'));
  const opened = openRecordStore({ directory, clock: systemDeps().clock });
  if (!opened.ok) return expect.fail(opened.problem.kind);
  records = opened.value;
});

afterEach(() => {
  records.close();
  rmSync(directory, { recursive: true });
});

const messageOf = (echo: string): Message => {
  const parsed = parseMessage({
    header: {
      protocolVersion: '1.0',
      messageId: 'urn:uuid:6f0d2f0e-8d5c-4b3a-9a57-1f4b6c2d7e90',
      messageType: 'request',
      source: { id: 'urn:dtf:twin:a.example:agency', role: 'digitalTwin' },
      destination: { id: 'urn:dtf:twin:b.example:agency', role: 'digitalTwin' },
      timestamp: '2026-05-04T12:00:00.000Z',
      contentFormat: 'application/json',
    },
    data: { action: { verb: 'probe', object: 'digitalTwin', parameters: { echo } }, objects: [] },
  });
  return parsed.ok ? parsed.value : expect.fail(canonicalJson(parsed.problem));
};

describe('a signed message', () => {
  it('verifies with the key of its sender, and with any library that knows JWS', async () => {
    const key = await loadNodeKey(records);
    const signed = await signMessage(messageOf('Größe'), key);
    expect(await verifyMessage(signed, [key.publicKey])).toEqual({ ok: true, value: true });
    const [head, , signature] = (signed.header.security?.signature ?? '').split('.');
    const payload = Buffer.from(signedText(signed)).toString('base64url');
    const verified = await compactVerify(`${head}.${payload}.${signature}`, await importJWK(key.publicKey, 'EdDSA'));
    expect(verified.protectedHeader).toEqual({ alg: 'EdDSA', kid: key.keyId });
  });
  it('is refused when a word of it was changed, whoever signed it', async () => {
    const key = await loadNodeKey(records);
    const { header } = await signMessage(messageOf('one'), key);
    expect(await verifyMessage({ ...messageOf('two'), header }, [key.publicKey])).toMatchObject({ ok: false, problem: { kind: 'badSignature' } });
  });
  it('is refused with another algorithm in its header, or a header that is none', async () => {
    const key = await loadNodeKey(records);
    const signed = await signMessage(messageOf('one'), key);
    const [, , signature] = (signed.header.security?.signature ?? '').split('.');
    for (const head of [Buffer.from('{"alg":"none"}').toString('base64url'), Buffer.from('{"alg":"EdDSA","crit":["b64"]}').toString('base64url'), 'x']) {
      const security = { scheme: 'jws' as const, keyId: key.keyId, signature: `${head}..${signature}` };
      expect(await verifyMessage({ ...signed, header: { ...signed.header, security } }, [key.publicKey])).toMatchObject({
        ok: false,
        problem: { kind: 'badSignature' },
      });
    }
  });
  it('is made with the same key after a restart', async () => expect((await loadNodeKey(records)).keyId).toBe((await loadNodeKey(records)).keyId));
});
