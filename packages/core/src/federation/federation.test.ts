import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addMs } from '../ground/instant.ts';
import { limits } from '../ground/limits.ts';
import { standsIn } from '../ground/trial-state.ts';
import { termOf } from '../twin/trial-twin.ts';
import { changeMember, type Federation, type FederationState, FederationView, federationLifecycle, moveFederation, termsFor, viewOf } from './federation.ts';
import { chooseMembers } from './forming/choosing.ts';
import { rankCandidates } from './forming/scoring.ts';
import { formingPatienceMs, nextMove, stateByMembers, unmetNeeds } from './forming/standing.ts';
import { type Member, type MemberState, memberLifecycle } from './member.ts';
import { initiator, start, trialDraft, trialFound, vocabulary } from './trial-federation.ts';

const needs = [{ kind: 'city:FloodZone' }, { kind: 'city:Shelter', optional: true }];
const draft = trialDraft(needs);
const found = [trialFound('water', 'city:FloodZone'), trialFound('water', 'city:PumpingStation'), trialFound('fire', 'city:Shelter')];
const ranked = rankCandidates(found, { needs: draft.needs, vocabulary, now: start });
const invited: Federation = { ...draft, state: standsIn('NEGOTIATING'), members: [...chooseMembers(draft, ranked, { vocabulary, now: start })] };
const serving = { own: [termOf('city:Building')], vocabulary };
const inStates = (water: Partial<Member>, fire: Partial<Member> = {}, state: FederationState = 'NEGOTIATING'): Federation => ({
  ...invited,
  state: standsIn(state),
  members: invited.members.map((member) => ({ ...member, ...(member.twinId.includes('water') ? water : fire) })),
});
const byMembers = (federation: Federation, laterMs = 0): FederationState => stateByMembers(federation, serving, addMs(start, laterMs));

describe('who is told of a federation', () => {
  test('is told which domains it brings together, who takes part over which connection, and since when', () => {
    const own = { ...inStates({ state: standsIn('ACTIVE') }), domains: [termOf('city:planning')] };
    const water = own.members.find(({ twinId }) => twinId.includes('water'));
    const told = viewOf(own);
    expect(told).toMatchObject({ topology: 'hub', domains: ['city:planning', ...new Set(own.members.flatMap(({ domain }) => domain ?? []))] });
    expect(told.domains?.length).toBeGreaterThan(1);
    expect(told.members.find(({ twinId }) => twinId === water?.twinId)).toMatchObject({ role: 'member', connections: [water?.connectionId] });
    const left = viewOf({ ...own, members: own.members.map((member) => ({ ...member, state: standsIn('LEFT') })) });
    expect(left.domains).toEqual(['city:planning']);
  });

  test('a member has joined when it was there first, and stays so through what comes after', () => {
    const twinId = invited.members[0]?.twinId ?? initiator;
    const move = (federation: Federation, state: MemberState, ms: number): Federation => {
      const next = changeMember(federation, twinId, { change: (member) => ({ ...member, state }), now: addMs(start, ms) });
      return next.ok ? next.value : expect.unreachable(next.problem.kind);
    };
    const joinedAt = (federation: Federation) => viewOf(federation).members.find((member) => member.twinId === twinId)?.joinedAt;
    const connecting = move(move(invited, 'AGREED', 1), 'CONNECTING', 2);
    const active = move(connecting, 'ACTIVE', 3);
    const back = move(move(active, 'INTERRUPTED', 4), 'ACTIVE', 5);
    expect([connecting, active, back].map(joinedAt)).toEqual([undefined, addMs(start, 3), addMs(start, 3)]);
  });
});

describe('choosing members', () => {
  test('takes each agency once, for all that it serves, and never the initiator', () => {
    expect(invited.members.map(({ agency, features }) => [agency, features.map(({ kind }) => kind)])).toEqual(
      expect.arrayContaining([
        ['urn:dtf:agency:water.town.example', ['city:FloodZone']],
        ['urn:dtf:agency:fire.town.example', ['city:Shelter']],
      ]),
    );
    expect(chooseMembers(invited, ranked, { vocabulary, now: start })).toEqual([]);
    expect(
      chooseMembers(draft, rankCandidates([trialFound('planning', 'city:FloodZone')], { needs: draft.needs, vocabulary, now: start }), {
        vocabulary,
        now: start,
      }),
    ).toEqual([]);
  });

  test('names agreement and connection by federation and member, so that inviting again makes no second ones', () => {
    expect(chooseMembers(draft, ranked, { vocabulary, now: addMs(start, 5) }).map(({ agreementId, connectionId }) => [agreementId, connectionId])).toEqual(
      invited.members.map(({ agreementId, connectionId }) => [agreementId, connectionId]),
    );
  });

  test('leaves the needs unmet that nobody serves', () => {
    expect(unmetNeeds(draft, ['INVITED'], serving).map(({ kind }) => kind)).toEqual(['city:FloodZone', 'city:Shelter']);
    expect([unmetNeeds(invited, ['INVITED'], serving), unmetNeeds(draft, [], { ...serving, own: [termOf('city:FloodZone'), termOf('city:Shelter')] })]).toEqual(
      [[], []],
    );
  });
});

describe('a federation', () => {
  test('never leaves its lifecycle, nor do its members, whatever is tried', () => {
    const tries = fc.array(fc.oneof(fc.constantFrom(...federationLifecycle.states), fc.constantFrom(...memberLifecycle.states)));
    fc.assert(
      fc.property(tries, (tried) => {
        let federation = invited;
        for (const state of tried) {
          const twinId = federation.members[0]?.twinId ?? initiator;
          const next = federationLifecycle.states.includes(state as FederationState)
            ? moveFederation(federation, state as FederationState, start)
            : changeMember(federation, twinId, { change: (member) => ({ ...member, state: state as MemberState }), now: start });
          if (!next.ok) continue;
          expect(next.value.revision).toBe(federation.revision + 1);
          expect(federationLifecycle.move(federation.state, next.value.state).ok).toBe(true);
          const [before, after] = [federation.members[0]?.state, next.value.members[0]?.state];
          expect(before && after && memberLifecycle.move(before, after).ok).toBe(true);
          federation = next.value;
        }
      }),
    );
  });

  test('forms once every mandatory need is met and nobody is still being asked, or within patience', () => {
    expect(byMembers(inStates({ state: standsIn('ACTIVE') }, { state: standsIn('INVITED') }))).toBe('NEGOTIATING');
    expect(byMembers(inStates({ state: standsIn('ACTIVE') }, { state: standsIn('INVITED') }), formingPatienceMs)).toBe('NEGOTIATING');
    expect(byMembers(inStates({ state: standsIn('ACTIVE') }, { state: standsIn('INVITED') }), formingPatienceMs + 1)).toBe('FORMING');
    expect(byMembers(inStates({ state: standsIn('ACTIVE') }, { state: standsIn('REMOVED') }))).toBe('FORMING');
    expect(byMembers(inStates({ state: standsIn('INVITED') }, { state: standsIn('ACTIVE') }), formingPatienceMs + 1)).toBe('NEGOTIATING');
  });

  test('is active once the registry and all members know, degraded while a link is interrupted', () => {
    const forming = inStates({ state: standsIn('ACTIVE'), formed: true }, { state: standsIn('ACTIVE') }, 'FORMING');
    expect([byMembers(forming), byMembers({ ...forming, registered: true })]).toEqual(['FORMING', 'FORMING']);
    const known = inStates({ state: standsIn('ACTIVE'), formed: true }, { state: standsIn('ACTIVE'), formed: true }, 'FORMING');
    expect([byMembers(known), byMembers({ ...known, registered: true })]).toEqual(['FORMING', 'ACTIVE']);
    expect(byMembers(inStates({ state: standsIn('INTERRUPTED') }, { state: standsIn('ACTIVE') }, 'ACTIVE'), limits.degradedAfterMs - 1)).toBe('ACTIVE');
    expect(byMembers(inStates({ state: standsIn('INTERRUPTED') }, { state: standsIn('ACTIVE') }, 'ACTIVE'), limits.degradedAfterMs)).toBe('DEGRADED');
    expect(byMembers(inStates({ state: standsIn('ACTIVE') }, { state: standsIn('ACTIVE') }, 'DEGRADED'))).toBe('ACTIVE');
  });

  test('is released once everybody has left', () => {
    expect(byMembers(inStates({ state: standsIn('LEFT') }, { state: standsIn('ACTIVE') }, 'RELEASING'))).toBe('RELEASING');
    expect(byMembers(inStates({ state: standsIn('LEFT') }, { state: standsIn('REMOVED') }, 'RELEASING'))).toBe('RELEASED');
  });
});

test('what is said to a member follows from where it and the federation stand', () => {
  const moveOf = (member: Partial<Member>, state: FederationState) => {
    const federation = inStates(member, {}, state);
    const water = federation.members.find(({ twinId }) => twinId.includes('water'));
    return water && nextMove(federation, water);
  };
  expect([
    moveOf({ state: standsIn('INVITED') }, 'NEGOTIATING'),
    moveOf({ state: standsIn('AGREED') }, 'NEGOTIATING'),
    moveOf({ state: standsIn('CONNECTING') }, 'ACTIVE'),
    moveOf({ state: standsIn('ACTIVE') }, 'FORMING'),
  ]).toEqual(['invite', 'connect', 'connect', 'form']);
  expect([
    moveOf({ state: standsIn('ACTIVE') }, 'NEGOTIATING'),
    moveOf({ state: standsIn('ACTIVE'), formed: true }, 'ACTIVE'),
    moveOf({ state: standsIn('INTERRUPTED') }, 'ACTIVE'),
    moveOf({ state: standsIn('INVITED') }, 'RELEASED'),
  ]).toEqual([undefined, undefined, undefined, undefined]);
  expect([moveOf({ state: standsIn('ACTIVE') }, 'RELEASING'), moveOf({ state: standsIn('LEFT') }, 'RELEASING')]).toEqual(['release', undefined]);
});

test('a partner is told who takes part, without keys, addresses and steps', () => {
  const view = viewOf(invited);
  expect(FederationView.safeParse(view).success).toBe(true);
  expect(JSON.stringify(view)).not.toMatch(/"(keys|endpoint|step|connectionId|formed)"/);
});

test('the initiator asks for what it needs and nothing else', () => {
  const [member] = invited.members;
  expect(member && termsFor(invited, member)).toMatchObject({
    parties: { consumer: initiator, provider: member?.twinId },
    purpose: 'city:safety',
    features: member?.features.map(({ featureId }) => ({ featureId })),
  });
});
