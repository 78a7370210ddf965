import { expect, test } from 'vitest';
import { Authority, agencyTwinIdOf } from '../ground/id.ts';
import { Instant } from '../ground/instant.ts';
import { limits } from '../ground/limits.ts';
import { announcementText, followAnnouncements, KeyAnnouncement, KeyAnnouncements, keysInForce, type PublicKey, PublicKeys } from './public-key.ts';

const twinId = agencyTwinIdOf(Authority.parse('water.example'));
const at = Instant.parse('2026-05-04T12:00:00Z');
const key = (kid: string, notAfter?: string): PublicKey => ({
  kty: 'OKP',
  crv: 'Ed25519',
  x: kid,
  kid,
  ...(notAfter && { notAfter: Instant.parse(notAfter) }),
});
const later = '2026-05-05T12:00:00Z';

/** Stands for a signature: names its signer. */
const announce = (sequence: number, by: string, keys: readonly PublicKey[]): KeyAnnouncement =>
  KeyAnnouncement.parse({ twinId, sequence, at, keys, by, signature: by });
const following = { twinId, verifies: ({ signature }: KeyAnnouncement, { kid }: PublicKey) => signature === kid };
const follow = (known: readonly PublicKey[], announcements: readonly KeyAnnouncement[], sequence = 0) =>
  followAnnouncements({ keys: known, sequence }, announcements, following);

const second = announce(1, 'one', [key('two'), key('one', later)]);
const third = announce(2, 'two', [key('three')]);

test('whoever knows the first key follows to the newest set, in whatever order it hears of the changes', () => {
  for (const announcements of [
    [second, third],
    [third, second],
  ])
    expect(follow([key('one')], announcements)).toEqual({ keys: [key('three')], sequence: 2 });
});

test('an announcement that another key signed, or that is of another twin, changes nothing', () => {
  expect(follow([key('one')], [{ ...announce(1, 'one', [key('thief')]), signature: 'thief' }]).keys).toEqual([key('one')]);
  expect(follow([key('one')], [announce(1, 'thief', [key('thief')])]).keys).toEqual([key('one')]);
  const other = { ...second, twinId: agencyTwinIdOf(Authority.parse('fire.example')) };
  expect(follow([key('one')], [other]).keys).toEqual([key('one')]);
});

test('an older announcement does not bring a revoked key back, a retired key announces nothing', () => {
  expect(follow([key('three')], [second, third], 2).keys).toEqual([key('three')]);
  expect(follow([key('two'), key('one', later)], [announce(2, 'one', [key('thief')])], 1).keys).toEqual([key('two'), key('one', later)]);
});

test('what a retired key signed is accepted up to its end and not after it', () => {
  const keys = [key('two'), key('one', later)];
  expect(keysInForce(keys, Instant.parse(later)).map(({ kid }) => kid)).toEqual(['two', 'one']);
  expect(keysInForce(keys, Instant.parse('2026-05-05T12:00:00.001Z')).map(({ kid }) => kid)).toEqual(['two']);
});

test('the text that is signed is everything but the signature', () => {
  expect(announcementText(second)).toBe(announcementText({ ...second, signature: 'other' }));
  expect(announcementText(second)).not.toBe(announcementText({ ...second, sequence: 3 }));
});

test('keysMax keys and keyAnnouncementsMax announcements are taken, one more is not', () => {
  const keys = (count: number) => Array.from({ length: count }, (_, n) => key(`k${n}`));
  expect(PublicKeys.safeParse(keys(limits.keysMax)).success).toBe(true);
  expect(PublicKeys.safeParse(keys(limits.keysMax + 1)).success).toBe(false);
  const many = (count: number) => Array.from({ length: count }, () => second);
  expect(KeyAnnouncements.safeParse(many(limits.keyAnnouncementsMax)).success).toBe(true);
  expect(KeyAnnouncements.safeParse(many(limits.keyAnnouncementsMax + 1)).success).toBe(false);
});
