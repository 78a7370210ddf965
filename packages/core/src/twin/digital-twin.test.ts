import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DigitalTwin, Endpoint, registryEntryLifecycle, Visibility } from './digital-twin.ts';
import { PublicKey } from './public-key.ts';
import { agencyIdOfName, termOf } from './trial-twin.ts';

const key = { kty: 'OKP', crv: 'Ed25519', x: 'abc', kid: 'k1' } as const;
const endpoint = { protocol: 'https', address: 'https://water.town.example/dtf/messages', format: 'application/json', security: 'jws' } as const;
const twin: DigitalTwin = {
  name: { en: 'Water board' },
  twinType: termOf('city:AgencyTwin'),
  domain: termOf('city:water'),
  owner: { name: 'Water board', organizationId: agencyIdOfName('water') },
  status: 'online',
  endpoints: [endpoint],
  keys: [key],
  features: [],
  visibility: { level: 'public' },
};

describe('an agency twin', () => {
  test('is registered with at least one key and one way to reach it', () => {
    expect(DigitalTwin.safeParse(twin).success).toBe(true);
    expect(
      [
        { ...twin, keys: [] },
        { ...twin, endpoints: [] },
      ].map((given) => DigitalTwin.safeParse(given).success),
    ).toEqual([false, false]);
  });
  test('signs by Ed25519 and nothing weaker', () =>
    expect([key, { ...key, crv: 'X25519' }, { ...key, kty: 'oct' }].map((given) => PublicKey.safeParse(given).success)).toEqual([true, false, false]));
  test('never gives its private key away', () => expect(PublicKey.parse({ ...key, d: 'secret' })).toEqual(key));
  test('is reached by HTTP with signed JSON', () => {
    const others = [{ protocol: 'gopher' }, { address: 'not an address' }, { security: 'none' }, { format: 'text/csv' }];
    expect(others.filter((other) => Endpoint.safeParse({ ...endpoint, ...other }).success)).toEqual([]);
  });
  test('is seen by everybody, by partners or by nobody', () =>
    expect(['public', 'federation', 'private', 'secret'].map((level) => Visibility.safeParse({ level }).success)).toEqual([true, true, true, false]));
});

test('an entry of the registry never leaves its lifecycle, and can always come back', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...registryEntryLifecycle.states)), (tried) => {
      const state = tried.reduce<typeof registryEntryLifecycle.initial>((at, wanted) => {
        const moved = registryEntryLifecycle.move(at, wanted);
        return moved.ok ? moved.value : at;
      }, registryEntryLifecycle.initial);
      expect(registryEntryLifecycle.states).toContain(state);
      expect(registryEntryLifecycle.isFinal(state)).toBe(false);
    }),
  );
});
