import { describe, expect, it } from 'vitest';
import type { Group, Source, TwinRow } from '../../graphql/answers.ts';
import { type Question, titleOf } from '../../graphql/questions.ts';
import { agencyOf, answerTwinsMax, asksAgainMax, isWorthAgain, mergeSources, nextOf, toAnswer, whyNothing, withPage } from './answer.ts';
import { matchingKinds, matchingQuestions, meantIn, searchLimits, toGroups, toSearchFilter } from './found.ts';
import { chooseFederation, federationOf } from './learning.ts';
import { filled, placesOf } from './places.ts';
import { toSourcesLine } from './sources-line.ts';

const water = { id: 'urn:dtf:agency:water.example', name: 'Water' };
const fire = { id: 'urn:dtf:agency:fire.example', name: 'Fire' };
const source = (agency: typeof water, status: Source['status'], age?: string): Source => ({
  agency,
  status,
  rows: 1,
  latency: null,
  age: age ?? null,
  reason: null,
});

describe('an answer without twins', () => {
  it('says that nothing was found only where all who were asked told all', () => {
    expect(whyNothing([source(water, 'ANSWERED'), source(fire, 'NOT_ASKED')])).toBe('nothingAnswered');
    expect(whyNothing([])).toBe('nothingAnswered');
    for (const status of ['LATE', 'FAILED', 'PARTIAL'] as const)
      expect(whyNothing([source(water, 'ANSWERED'), source(fire, status)])).toBe('nothingAnsweredThere');
  });

  it('says that nobody was asked where that is so', () => {
    expect(whyNothing([source(water, 'NOT_ASKED'), source(fire, 'NOT_ASKED')])).toBe('nobodyToAsk');
  });
});

describe('an answer', () => {
  const given = {
    federation: {
      twins: {
        totalCount: 2,
        nodes: [
          { id: 'urn:dtf:twin:water.example:zones/1', name: 'A', kind: { id: 'city:FloodZone' }, representations: [{ agency: water }] },
          { id: 'urn:dtf:federated-twin:fire.example:9', name: 'B' },
          { id: 'javascript:alert(1)', name: 'no twin' },
        ],
        sources: [source(water, 'ANSWERED'), source(fire, 'FAILED')],
      },
      summary: { groups: [{ kind: { id: 'city:FloodZone' }, agency: { id: water.id }, count: 1, of: 4 }], sources: [source(water, 'PARTIAL')] },
    },
  };
  it('has its twins, counts and sources, whatever was asked', () => {
    const answer = toAnswer('flood', given, 12);
    expect(answer.ids).toEqual(['urn:dtf:twin:water.example:zones/1', 'urn:dtf:federated-twin:fire.example:9']);
    expect(answer.sections.map(({ path, total }) => [path, total])).toEqual([['twins', 2]]);
    expect(answer.sections[0]?.twins[1]?.agencies).toEqual([fire.id]);
    expect(answer.counts).toEqual([{ kind: 'city:FloodZone', agency: water.id, count: 1, of: 4 }]);
    expect(answer.sources.map(({ agency, status }) => [agency.name, status])).toEqual([
      ['Fire', 'FAILED'],
      ['Water', 'PARTIAL'],
    ]);
  });
  it.each([undefined, null, 7, 'x', [], { a: { b: null } }])('of a form that nobody expects (%s) is empty', (odd) =>
    expect(toAnswer('q', odd, 0)).toMatchObject({ ids: [], sources: [], counts: [] }),
  );
  it(`lists at most ${answerTwinsMax} twins`, () => {
    const nodes = Array.from({ length: answerTwinsMax + 1 }, (_, at) => ({ id: `urn:dtf:twin:a:s/${at}`, name: `${at}` }));
    expect(toAnswer('q', { twins: { nodes } }, 0).ids).toHaveLength(answerTwinsMax);
  });
  it('goes on page by page, until there is no more or no more is taken', () => {
    const page = (from: number, count: number, endCursor?: string) => ({
      twins: {
        totalCount: 700,
        pageInfo: { hasNextPage: endCursor !== undefined, endCursor },
        nodes: Array.from({ length: count }, (_, at) => ({ id: `urn:dtf:twin:a:s/${from + at}`, name: `${from + at}` })),
        sources: [source(water, 'ANSWERED')],
      },
    });
    const first = toAnswer('q', page(0, 500, 'c500'), 1);
    expect(nextOf(first)).toBe('c500');
    const whole = withPage(first, page(500, 200), 2);
    expect([whole.ids.length, whole.sections[0]?.total, whole.ms, nextOf(whole)]).toEqual([700, 700, 3, undefined]);
    expect(nextOf(toAnswer('q', page(0, answerTwinsMax, 'more'), 0))).toBeUndefined();
  });
  it('knows an agency by an identifier', () =>
    expect([agencyOf('urn:dtf:twin:a.example:s/1'), agencyOf('x')]).toEqual(['urn:dtf:agency:a.example', undefined]));
  it('adds up what one agency gave to several parts', () =>
    expect(mergeSources([source(water, 'ANSWERED'), source(water, 'LATE')])).toMatchObject([{ status: 'LATE', rows: 2 }]));
});

describe('an answer that somebody was too late for', () => {
  it('is asked for again, asksAgainMax times and no more; one that somebody did not answer is not', () => {
    const of = (status: Source['status']) => ({ sources: [{ agency: { id: 'a', name: 'a' }, status }] });
    expect([0, asksAgainMax - 1, asksAgainMax].map((times) => isWorthAgain(of('LATE'), times))).toEqual([true, true, false]);
    expect(isWorthAgain(of('FAILED'), 0)).toBe(false);
  });
});

describe('the line of sources', () => {
  it('says how many answered of how many asked, the oldest value, and who is missing', () =>
    expect(toSourcesLine([source(water, 'ANSWERED', 'PT3M'), source(fire, 'FAILED'), source({ id: 'x', name: 'X' }, 'NOT_ASKED', 'P9D')], [])).toEqual({
      answered: 1,
      asked: 2,
      oldest: 'PT3M',
      missing: ['Fire'],
    }));
  it('names who fell silent after it had answered', () => expect(toSourcesLine([source(water, 'ANSWERED')], [water.id]).missing).toEqual(['Water']));
});

describe('a question', () => {
  const question: Question = {
    name: 'flood-exposure',
    title: 'What stands in the zone? Asked of the initiator.',
    query: '# ($no: TwinFilter)\nquery Q($federation: ID!, $zone: TwinFilter!, $other: TwinFilter) { a }',
    variables: { federation: 'f', zone: { kinds: ['city:FloodZone'], property: [{ term: 'city:returnPeriod', value: 100, unit: 'a' }] } },
  };
  it('has a title and more', () => expect(titleOf(question)).toEqual({ title: 'What stands in the zone?', more: 'Asked of the initiator.' }));
  it('has the places that its text declares', () =>
    expect(placesOf(question)).toEqual([
      { variable: 'zone', kinds: ['city:FloodZone'], tests: [{ term: 'city:returnPeriod', value: 100, unit: 'a' }] },
      { variable: 'other', kinds: [], tests: [] },
    ]));
  it('is asked with what was picked for them, and with nothing else', () => {
    expect(filled(question, { zone: 'urn:z', federation: 'urn:evil' })).toEqual({ ...question.variables, zone: { ids: ['urn:z'] } });
    expect(filled(question, {})).toEqual(question.variables);
  });
  it('is found by words of its title and its name', () => {
    expect(matchingQuestions([question], 'FLOOD zone')).toHaveLength(1);
    expect(matchingQuestions([question], 'tram')).toHaveLength(0);
  });
});

describe('a search', () => {
  it('looks a whole identifier up, and takes anything else as words', () => {
    expect(toSearchFilter(' urn:dtf:twin:a:s/1 ')).toEqual({ ids: ['urn:dtf:twin:a:s/1'] });
    expect(toSearchFilter('Uferweg 3')).toEqual({ text: 'Uferweg 3' });
    expect(toSearchFilter('x'.repeat(searchLimits.charactersMax + 1))).toEqual({ text: 'x'.repeat(searchLimits.charactersMax) });
    expect(['x', ' '.repeat(9), '---', '";%*'].map(toSearchFilter)).toEqual([undefined, undefined, undefined, undefined]);
  });
  it('groups what it found: questions, kinds, then by agency', () => {
    const twin = (id: string, agency: typeof water): TwinRow => ({
      id,
      name: id,
      kind: { id: 'k', label: 'K' },
      ...{ position: null, address: null },
      representations: [{ agency }],
      properties: [],
    });
    const groups: readonly Group[] = [water, fire].map((agency) => ({
      kind: { id: 'k', label: 'Pumping station', broader: [], sameAs: [], properties: [] },
      agency,
      count: 3,
    }));
    // two agencies keep the kind: how many there are is not known before somebody tells which are one
    expect(matchingKinds(groups, 'stat')).toEqual([{ id: 'k', label: 'Pumping station', count: undefined }]);
    expect(matchingKinds(groups.slice(1), 'stat')).toEqual([{ id: 'k', label: 'Pumping station', count: 3 }]);
    expect(matchingKinds(groups, 'tation')).toEqual([]);
    const found = toGroups({ questions: [], kinds: matchingKinds(groups, 'pump'), twins: [twin('1', fire), twin('2', water), twin('3', fire)] });
    expect(found.map(({ key, options }) => [key, options.map((option) => option.key)])).toEqual([
      ['kinds', ['k k']],
      [fire.id, ['1', '3']],
      [water.id, ['2']],
    ]);
  });
});

describe('the option that is held', () => {
  const listed = (...ids: readonly string[]) => ids.map((id) => ({ type: 'kind', key: id, kind: { id, label: id, count: undefined } }) as const);
  it('stays it where the list comes to stand otherwise', () => {
    expect(meantIn(listed('a', 'b'), 'b')?.key).toBe('b');
    expect(meantIn(listed('b', 'c', 'a'), 'b')?.key).toBe('b');
  });
  it('is no other one where it is gone; where none is held, the first is meant', () => {
    expect(meantIn(listed('a', 'c'), 'b')).toBeUndefined();
    expect([meantIn(listed('a', 'c'), undefined)?.key, meantIn([], undefined)]).toEqual(['a', undefined]);
  });
});

describe('the federation of the page', () => {
  const federations = ['a', 'b', 'c'].map((id) => ({ id, name: id }));
  const asked = (federation: string): Question => ({ name: 'q', title: '', query: '', variables: { federation } });
  it('is the one in the address, else the one of which most questions are saved, else the first', () => {
    expect(chooseFederation(federations, [asked('b')], 'c')?.id).toBe('c');
    expect(chooseFederation(federations, [asked('b'), asked('b'), asked('c')], 'gone')?.id).toBe('b');
    expect(chooseFederation(federations, [], undefined)?.id).toBe('a');
    expect(chooseFederation([], [asked('b')], 'b')).toBeUndefined();
  });
  it('is another where a question names another', () => {
    expect(federationOf({ variables: { kinds: ['x'], registers: 'b' } }, federations)).toBe('b');
    expect(federationOf({ variables: { registers: 'z' } }, federations)).toBeUndefined();
  });
});
