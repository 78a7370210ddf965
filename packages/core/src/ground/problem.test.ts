import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { codeOf, describeProblem, isRetryable, kindOfCode, ProblemFacts, type ProblemKind, problem, problemOfIssues, problems, shorten } from './problem.ts';

const kinds = Object.keys(problems) as ProblemKind[];

describe('the table of problems', () => {
  test('has a code of its own for each kind, which leads back to it', () => {
    expect(new Set(kinds.map((kind) => problems[kind].code)).size).toBe(kinds.length);
    expect(kinds.filter((kind) => kindOfCode(codeOf(problem(kind))) !== kind)).toEqual([]);
    expect(kinds.filter((kind) => !/^DTF-\d{3}$/.test(problems[kind].code))).toEqual([]);
  });

  test('takes a code of a later version for an internal error of the other side', () =>
    expect(['DTF-999', '', '__proto__'].map(kindOfCode)).toEqual(['internal', 'internal', 'internal']));

  test('says of each kind whether asking again may help', () => {
    expect(kinds.filter((kind) => isRetryable(problem(kind)))).toEqual(expect.arrayContaining(['timedOut', 'unreachable', 'overloaded', 'unknownArea']));
    expect(['malformed', 'declined', 'badSignature'].filter((kind) => isRetryable(problem(kind as ProblemKind)))).toEqual([]);
  });

  test('makes one sentence of the facts: what, where, what would be accepted', () => {
    const given = problem('badQuery', { subject: 'filter', path: '/filter/op', found: 'soundsLike', accepted: 'eq, ne', limit: 8 });
    expect(describeProblem(given)).toBe('the query is not valid filter at /filter/op: found soundsLike; accepted: eq, ne (limit 8)');
    expect(describeProblem(problem('badQuery', { found: '' }))).toBe('the query is not valid: found ');
    expect(kinds.filter((kind) => describeProblem(problem(kind)).length < 5)).toEqual([]);
  });

  test('carries facts and nothing else', () => expect(ProblemFacts.parse({ subject: 'a', stack: 'at line 1' })).toEqual({ subject: 'a' }));
});

describe('what was found', () => {
  test('is shortened, so that no answer repeats a large attribute', () => {
    expect(shorten('x'.repeat(80))).toBe('x'.repeat(80));
    expect(shorten('x'.repeat(81))).toBe(`${'x'.repeat(80)}…`);
    expect([shorten(undefined), shorten({ a: 1 }), shorten(Symbol.iterator)]).toEqual(['nothing', '{"a":1}', 'Symbol(Symbol.iterator)']);
  });

  test('is told by its place', () => {
    const { error } = z.object({ a: z.array(z.number()) }).safeParse({ a: [1, 'x'] });
    expect(error && problemOfIssues('invalid', error, { where: '/data' })).toMatchObject({ kind: 'invalid', path: '/data/a/1' });
  });
});
