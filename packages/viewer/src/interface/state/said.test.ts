import { describe, expect, it } from 'vitest';
import { en } from '../words/en.ts';
import { createWords } from '../words/words.ts';
import { inUnitOf } from './in-unit.ts';
import { agedAt, flagText, watchedText, whenText } from './said.ts';

const words = createWords('en', en);
const said = { age: 'PT12S', isFileDate: false, observedAt: '2026-01-02T12:00:00Z' };

describe('what is said beside a value', () => {
  it('tells of its age, of the day of a file that names no time, and of a silent agency since when', () => {
    expect(whenText(said, undefined, words)).toMatch(/^12\ss old$/);
    expect(whenText({ ...said, isFileDate: true }, undefined, words)).toBe('file of Jan 2, 2026');
    const silence = { since: '2026-01-01T14:03:00Z', lastSeen: '2026-01-01T14:02:00Z' };
    expect(whenText({ ...said, isFileDate: true }, silence, words)).toMatch(/^last known Jan 1, 2026/);
  });
  it('tells of a past moment how old a value was then', () => {
    expect(agedAt(said, undefined)).toBe(said);
    expect(whenText(agedAt(said, '2026-01-02T12:05Z'), undefined, words)).toMatch(/^5\smin old$/);
    expect(agedAt(said, '2026-01-02T11:59Z').age).toBe('PT0S');
  });
  it('tells of what was not measured how it came to be', () => {
    expect(flagText({ flag: 'MEASURED' }, words)).toBeUndefined();
    expect(flagText({ flag: 'MISSING' }, words)).toBe('known to be missing');
    expect(flagText({ flag: 'CARRIED' }, words)).toBe('carried on from an earlier value');
  });
  it('tells of what is watched whether it is in alarm or stale, in whichever unit it is told, and nothing of another property', async () => {
    const level = { term: { id: 'city:waterLevel', label: 'level' }, value: 4, unit: 'm', age: 'PT2M' };
    const watch = { term: 'city:waterLevel', unit: 'm', least: 1, most: 3, staleAfter: 60 };
    const inUnit = await inUnitOf('m', ['cm']);
    const told = (said: Partial<typeof level>) => watchedText({ ...level, ...said }, { watch, inUnit }, words);
    expect([told({}), told({ value: 0.5 })]).toEqual(['in alarm', 'in alarm']);
    expect([told({ value: 3 }), told({ value: 1, age: 'PT60S' })]).toEqual(['stale', undefined]);
    expect([told({ value: 400, unit: 'cm' }), told({ value: 200, unit: 'cm' }), told({ unit: 'kg' })]).toEqual(['in alarm', 'stale', 'stale']);
    expect(told({ term: { id: 'city:load', label: 'load' } })).toBeUndefined();
    expect(watchedText(level, { watch: undefined, inUnit }, words)).toBeUndefined();
  });
});
