/**
 * Sync rules: whose slots are those of a federation, and in which units.
 */
import { expect, it } from 'vitest';
import { TermId } from '../../ground/id.ts';
import { instantOfMs } from '../../ground/instant.ts';
import { limits } from '../../ground/limits.ts';
import { cityDictionary } from '../city/city-dictionary.ts';
import { createVocabulary } from '../semantic-dictionary.ts';
import { Alignment } from './slots.ts';
import { checkGrid, gridFor, SyncRules } from './sync-rules.ts';

const load = TermId.parse('city:load');
const at = (seconds: number) => instantOfMs(Date.UTC(2026, 0, 1) + 1_000 * seconds);
const rules = SyncRules.parse({ epoch: at(0), slot: 'PT10S', maxAge: 'PT30S', methods: { [load]: 'mean' }, units: { [load]: 'kW' } });
const vocabulary = createVocabulary([cityDictionary]);
const check = (align: Record<string, unknown>, given: SyncRules | undefined = rules) =>
  checkGrid(Alignment.parse({ epoch: at(0), slot: 'PT10S', ...align }), { series: load, rules: given, vocabulary });

it.each([
  { align: {}, isOn: true },
  { align: { epoch: at(-3_600) }, isOn: true },
  { align: { epoch: at(20), slot: 'PT1M' }, isOn: true },
  { align: { slot: 'PT5S' }, isOn: false },
  { align: { slot: 'PT15S' }, isOn: false },
  { align: { epoch: at(3) }, isOn: false },
  { align: { slot: 'PT0S' }, isOn: false },
])('$align is on the grid: $isOn', ({ align, isOn }) => {
  expect(check(align)).toMatchObject(isOn ? { ok: true } : { ok: false, problem: { kind: 'clocksDiffer', accepted: `whole slots of PT10S from ${at(0)}` } });
  expect(checkGrid(Alignment.parse({ epoch: at(3), slot: 'PT7S' }), { series: load, rules: undefined, vocabulary })).toMatchObject({ ok: true });
});

it('a unit of another quantity is refused, whether the federation or the dictionary says which it is of', () => {
  expect(check({ unit: 'W' })).toMatchObject({ ok: true });
  expect(check({ unit: 'm' })).toMatchObject({ ok: false, problem: { kind: 'unitsDiffer', subject: load, found: 'm' } });
  expect(check({ unit: 'm' }, { ...rules, units: {} })).toMatchObject({ ok: false, problem: { kind: 'unitsDiffer' } });
});

it('what nobody asks for otherwise is as the federation has it', () => {
  const grid = (wanted: Parameters<typeof gridFor>[0], given: SyncRules | undefined = undefined) => gridFor(wanted, { series: load, rules: given, vocabulary });
  expect(grid({}, rules)).toEqual({ epoch: at(0), slot: 'PT10S', method: 'mean', maxAge: 'PT30S', unit: 'kW' });
  expect(grid({ slot: 'PT1M', unit: 'W' }, rules)).toMatchObject({ slot: 'PT1M', unit: 'W', method: 'mean' });
  expect(grid({ slot: 'PT1M' })).toEqual({ slot: 'PT1M', method: 'mean' });
  expect(gridFor({ slot: 'PT1M' }, { series: TermId.parse('city:waterLevel'), rules, vocabulary })).toMatchObject({ method: 'last' });
  expect(grid({}, { ...rules, methods: { [load]: 'max' } })).toMatchObject({ method: 'max' });
});

it('nobody may tolerate clocks that differ by more than clockToleranceMs, nor slots of no length', () => {
  const { clockToleranceMs } = limits;
  expect(SyncRules.safeParse({ ...rules, clockToleranceMs }).success).toBe(true);
  expect(SyncRules.safeParse({ ...rules, clockToleranceMs: clockToleranceMs + 1 }).success).toBe(false);
  expect(SyncRules.safeParse({ ...rules, slot: 'PT0S' }).success).toBe(false);
});
