import { describe, expect, it } from 'vitest';
import { Authority, agencyIdOf, type ObjectOfInterestId, type TwinId, twinIdOf } from '../ground/id.ts';
import type { TwinPage } from '../twin/query.ts';
import { answeredBy, openFor, type Told } from './identity-plan.ts';

const [near, far] = [Authority.parse('near.example'), Authority.parse('far.example')];
const mine = twinIdOf(near, 'buildings', '1');
const other = twinIdOf(far, 'buildings', '1');
const object = 'urn:lot:7' as ObjectOfInterestId; // branding: any URI
const nobody: ReadonlySet<TwinId> = new Set();
const open = { ids: [mine, other], objects: [object] };

const told = (more: Partial<Told>): Told => ({ agency: agencyIdOf(near), identities: 4, linked: 2, answered: new Set(), ...more });
const page = (more: Partial<TwinPage> = {}): TwinPage => ({ version: 1, rows: [], seq: 1, identities: 4, ...more });

describe('what a member is still asked', () => {
  it('everything, where some of its twins are linked to others', () => expect(openFor(told({}), open, new Set([mine]))).toEqual(open));
  it('everything, where it has not told', () => expect(openFor(told({ identities: undefined, linked: undefined }), open, new Set([mine]))).toEqual(open));
  it('without links, its own twins only, and of these none that is at hand', () => {
    expect(openFor(told({ linked: 0 }), open, nobody).ids).toEqual([mine]);
    expect(openFor(told({ linked: 0 }), open, new Set([mine])).ids).toEqual([]);
  });
  it('an older node that tells of identities only is asked by these', () => {
    expect(openFor(told({ linked: undefined }), open, new Set([mine])).ids).toEqual([mine, other]);
    expect(openFor(told({ linked: undefined, identities: 0 }), open, new Set([mine])).ids).toEqual([]);
  });
  it('no object where it names none, or has answered for it already', () => {
    expect(openFor(told({ identities: 0 }), open, nobody).objects).toEqual([]);
    expect(openFor(told({ answered: new Set([object]) }), open, nobody).objects).toEqual([]);
    expect(openFor(told({}), open, nobody).objects).toEqual([object]);
  });
});

describe('what a first page answers for', () => {
  it('every identifier, where nothing else was asked for and nothing follows', () => {
    expect([...answeredBy({ ids: [object], kinds: undefined }, page())]).toEqual([object]);
  });
  it('none, where another test may have kept twins back', () => {
    expect([...answeredBy({ ids: [object], text: 'school' }, page())]).toEqual([]);
    expect([...answeredBy({ text: 'school' }, page())]).toEqual([]);
  });
  it('none, where the page was too small', () => {
    expect([...answeredBy({ ids: [object] }, page({ next: { value: mine, id: mine } }))]).toEqual([]);
  });
});
