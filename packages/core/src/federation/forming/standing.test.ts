import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addMs } from '../../ground/instant.ts';
import { limits } from '../../ground/limits.ts';
import { standsIn } from '../../ground/trial-state.ts';
import { termOf } from '../../twin/trial-twin.ts';
import { type CandidateState, candidateLifecycle } from '../candidate.ts';
import { changeMember, type Federation, type FederationState, federationLifecycle, moveFederation } from '../federation.ts';
import { type Member, type MemberState, memberLifecycle } from '../member.ts';
import { start, trialDraft, trialFound, vocabulary } from '../trial-federation.ts';
import { keepCandidates } from './candidates.ts';
import { chooseMembers, replacedMembers } from './choosing.ts';
import { rankCandidates } from './scoring.ts';
import { isSettled, nextMove, reasonByMembers, stateByMembers } from './standing.ts';

const serving = { own: [termOf('city:Building')], vocabulary };
const draft = trialDraft([{ kind: 'city:FloodZone', one: true }]);
const found = [trialFound('water', 'city:FloodZone', { completeness: 1 }), trialFound('county', 'city:FloodZone', { completeness: 0.5 })];
const ranked = rankCandidates(found, { needs: draft.needs, vocabulary, now: start });
const later = (ms: number) => addMs(start, ms);
const choose = (federation: Federation, laterMs = 0) => chooseMembers(federation, ranked, { vocabulary, now: later(laterMs) });
const withWater = (change: Partial<Member>, state: FederationState = 'ACTIVE'): Federation => ({
  ...draft,
  state: standsIn(state),
  members: choose(draft).map((member) => ({ ...member, ...change })),
});
const standing = (federation: Federation, laterMs: number): FederationState => stateByMembers(federation, serving, later(laterMs));

type Happened = { readonly member: MemberState } | { readonly afterMs: number } | { readonly person: FederationState } | { readonly discover: true };

/** What a node does about it. */
const happen = (federation: Federation, happened: Happened, now: typeof start) => {
  const twinId = federation.members[0]?.twinId ?? federation.initiator;
  if ('member' in happened) return changeMember(federation, twinId, { change: (member) => ({ ...member, state: happened.member, formed: true }), now });
  return moveFederation(federation, 'person' in happened ? happened.person : stateByMembers(federation, serving, now), now);
};

const expectAllowed = (before: Federation, after: Federation): void => {
  expect(federationLifecycle.move(before.state, after.state).ok).toBe(true);
  for (const { featureId, state } of after.candidates ?? []) {
    const was: CandidateState = before.candidates?.find((kept) => kept.featureId === featureId && kept.state !== 'DROPPED')?.state ?? 'DISCOVERED';
    expect(was === state || candidateLifecycle.next[was].includes(state)).toBe(true);
  }
};

describe('where one provider is enough', () => {
  test('the best is taken and nobody else while it is there', () => {
    expect(choose(draft).map(({ agency }) => agency)).toEqual(['urn:dtf:agency:water.town.example']);
    expect(choose(withWater({ state: standsIn('ACTIVE') }))).toEqual([]);
    expect(choose(withWater({ state: standsIn('INTERRUPTED') }), limits.memberLostMs - 1)).toEqual([]);
  });

  test('whoever must be taken for one need serves another as well, so that few are enough, in whichever order they are named', () => {
    const both = [trialFound('county', 'city:FloodZone', { completeness: 0.5 }), trialFound('county', 'city:Substation')];
    const needs = [
      { kind: 'city:FloodZone', one: true },
      { kind: 'city:Substation', one: true },
    ] as const;
    for (const inOrder of [needs, needs.toReversed()]) {
      const federation = trialDraft(inOrder);
      const candidates = rankCandidates([...found, ...both], { needs: federation.needs, vocabulary, now: start });
      expect(chooseMembers(federation, candidates, { vocabulary, now: start }).map(({ agency }) => agency)).toEqual(['urn:dtf:agency:county.town.example']);
    }
  });

  test('the runner-up takes its place once it is silent or has nothing registered any more for memberLostMs, leaves, or declined', () => {
    const replacements = [
      choose(withWater({ state: standsIn('INTERRUPTED') }), limits.memberLostMs),
      choose(withWater({ state: standsIn('CONNECTING'), reason: 'notFound' }), limits.memberLostMs),
      choose(withWater({ state: standsIn('LEAVING') })),
      choose(withWater({ state: standsIn('REMOVED') })),
    ];
    const water = withWater({}).members[0]?.twinId;
    expect(replacements.map((chosen) => chosen.map(({ agency, replaces }) => [agency, replaces]))).toEqual([
      [['urn:dtf:agency:county.town.example', water]],
      [['urn:dtf:agency:county.town.example', water]],
      [['urn:dtf:agency:county.town.example', water]],
      [['urn:dtf:agency:county.town.example', undefined]],
    ]);
  });

  test('a member that began to offer the lost kind only after it had agreed is not asked again, and the federation says which need nobody serves', () => {
    const federation = trialDraft([{ kind: 'city:FloodZone', one: true }, { kind: 'city:Substation' }]);
    const at = (offers: readonly ReturnType<typeof trialFound>[]) => rankCandidates(offers, { needs: federation.needs, vocabulary, now: start });
    const first = [trialFound('water', 'city:FloodZone'), trialFound('county', 'city:Substation')];
    const standsAs = (member: Member): Member => ({ ...member, state: standsIn(member.agency.includes('water') ? 'INTERRUPTED' : 'ACTIVE'), formed: true });
    const members = chooseMembers(federation, at(first), { vocabulary, now: start }).map(standsAs);
    const lost: Federation = { ...federation, state: standsIn('DEGRADED'), members };
    const now = later(limits.suspendAfterMs);
    expect(members).toHaveLength(2);
    expect(chooseMembers(lost, at([...first, trialFound('county', 'city:FloodZone')]), { vocabulary, now })).toEqual([]);
    expect(reasonByMembers(lost, serving, now)).toContain('nobody serves city:FloodZone any more');
    expect(stateByMembers(lost, serving, now)).toBe('SUSPENDED');
  });

  test('the lost one is let go only when its place is taken', () => {
    const lost = withWater({ state: standsIn('INTERRUPTED') });
    const with_ = (state: MemberState): Federation => ({
      ...lost,
      members: [...lost.members, ...choose(lost, limits.memberLostMs).map((member) => ({ ...member, state: standsIn(state) }))],
    });
    const replaced = (state: MemberState) => replacedMembers(with_(state), later(limits.memberLostMs)).map(({ agency }) => agency);
    expect([replaced('INVITED'), replaced('CONNECTING'), replaced('ACTIVE')]).toEqual([[], [], ['urn:dtf:agency:water.town.example']]);
  });
});

describe('by its members a federation is', () => {
  test('degraded after degradedAfterMs without the member it needs, suspended after suspendAfterMs, and active again when it is back', () => {
    const silent = withWater({ state: standsIn('INTERRUPTED') });
    expect([limits.degradedAfterMs - 1, limits.degradedAfterMs, limits.suspendAfterMs - 1, limits.suspendAfterMs].map((ms) => standing(silent, ms))).toEqual([
      'ACTIVE',
      'DEGRADED',
      'DEGRADED',
      'SUSPENDED',
    ]);
    const suspended: Federation = { ...silent, state: standsIn('SUSPENDED'), suspension: { by: 'loss' } };
    expect(standing(suspended, limits.suspendAfterMs)).toBe('SUSPENDED');
    expect(standing({ ...withWater({ state: standsIn('ACTIVE') }), state: standsIn('SUSPENDED'), suspension: { by: 'loss' } }, limits.suspendAfterMs)).toBe(
      'ACTIVE',
    );
  });

  test('not suspended by the loss of what it can do without', () => {
    const optional: Federation = { ...withWater({ state: standsIn('INTERRUPTED') }), needs: draft.needs.map((need) => ({ ...need, optional: true })) };
    expect(standing(optional, limits.suspendAfterMs * 2)).toBe('DEGRADED');
  });

  test('degraded by the loss of what it can do without, silent or gone, until another serves it; not where nobody ever did', () => {
    const needs = draft.needs.map((need) => ({ ...need, optional: true }));
    const gone = (change: Partial<Member>): Federation => ({ ...withWater(change), needs });
    const left = gone({ state: standsIn('LEFT'), formed: true });
    expect([limits.degradedAfterMs - 1, limits.degradedAfterMs, limits.suspendAfterMs * 2].map((ms) => standing(left, ms))).toEqual([
      'ACTIVE',
      'DEGRADED',
      'DEGRADED',
    ]);
    expect(standing(gone({ state: standsIn('REMOVED'), formed: true }), limits.degradedAfterMs)).toBe('DEGRADED');
    expect(standing(gone({ state: standsIn('REMOVED'), formed: false }), limits.degradedAfterMs)).toBe('ACTIVE');
    const [water, county] = [...left.members, ...choose(left).map((member) => ({ ...member, state: standsIn<MemberState>('ACTIVE') }))];
    if (!water || !county) return expect.unreachable();
    expect(standing({ ...left, state: standsIn('DEGRADED'), members: [water, county] }, limits.degradedAfterMs)).toBe('ACTIVE');
  });

  test('says what it waits for while it is degraded or suspended by a loss, what a person said of a pause, and nothing once it is active', () => {
    const reason = (federation: Federation) => reasonByMembers({ ...federation, reason: 'before' }, serving, later(limits.suspendAfterMs));
    const silent = withWater({ state: standsIn('INTERRUPTED'), formed: true });
    const lost = 'nobody serves city:FloodZone any more; urn:dtf:agency:water.town.example is silent';
    expect([reason({ ...silent, state: standsIn('DEGRADED') }), reason({ ...silent, state: standsIn('SUSPENDED'), suspension: { by: 'loss' } })]).toEqual([
      lost,
      lost,
    ]);
    expect(reason({ ...silent, state: standsIn('SUSPENDED'), suspension: { by: 'person' } })).toBe('before');
    expect([reason(withWater({ state: standsIn('ACTIVE') })), reason(withWater({ state: standsIn('INVITED') }, 'NEGOTIATING'))]).toEqual([undefined, 'before']);
  });

  test('discovering again where those who were asked declined, while it cannot do without', () => {
    const declined = withWater({ state: standsIn('REMOVED') }, 'NEGOTIATING');
    expect(standing(declined, 0)).toBe('DISCOVERING');
    expect(standing(withWater({ state: standsIn('INVITED') }, 'NEGOTIATING'), 0)).toBe('NEGOTIATING');
    expect(standing({ ...declined, needs: draft.needs.map((need) => ({ ...need, optional: true })) }, 0)).toBe('FORMING');
  });

  test('failed where it is not formed within formingMaxMs or its time; then everybody is told, and only after that it is settled', () => {
    const forming: readonly FederationState[] = ['DISCOVERING', 'NEGOTIATING', 'FORMING'];
    const invited = (state: FederationState) => withWater({ state: standsIn('INVITED') }, state);
    for (const state of forming) {
      expect([limits.formingMaxMs - 1, limits.formingMaxMs].map((ms) => standing(invited(state), ms))).toEqual([state, 'FAILED']);
      expect([999, 1_000].map((ms) => standing({ ...invited(state), validUntil: later(1_000) }, ms))).toEqual([state, 'FAILED']);
    }
    const failed = invited('FAILED');
    const [member] = failed.members;
    if (!member) return expect.unreachable();
    expect([nextMove(failed, member), isSettled(failed)]).toEqual(['release', false]);
    const told = withWater({ state: standsIn('REMOVED') }, 'FAILED');
    expect([isSettled(told), isSettled({ ...told, registered: true }), isSettled({ ...told, toldRegistry: true })]).toEqual([true, false, false]);
  });

  test('suspended as long as a person wants, or until then', () => {
    const paused: Federation = { ...withWater({ state: standsIn('ACTIVE') }), state: standsIn('SUSPENDED'), suspension: { by: 'person' } };
    expect(standing(paused, limits.suspendAfterMs * 10)).toBe('SUSPENDED');
    const until: Federation = { ...paused, suspension: { by: 'person', until: later(1_000) } };
    expect([standing(until, 999), standing(until, 1_000)]).toEqual(['SUSPENDED', 'ACTIVE']);
  });

  test('told to its members when it is paused and when it goes on', () => {
    const [member] = withWater({ state: standsIn('ACTIVE'), formed: true }).members;
    const paused: Federation = { ...withWater({}), state: standsIn('SUSPENDED'), suspension: { by: 'person' } };
    const lost: Federation = { ...paused, suspension: { by: 'loss' } };
    if (!member) return expect.unreachable();
    expect([
      nextMove(paused, member),
      nextMove(paused, { ...member, suspended: true }),
      nextMove(lost, member),
      nextMove(withWater({}), { ...member, suspended: true }),
    ]).toEqual(['suspend', undefined, undefined, 'resume']);
  });

  test('in no state that its lifecycle does not allow, nor are its members and candidates, whatever happens to them and whenever it is looked at', () => {
    const event = fc.oneof(
      fc.record({ member: fc.constantFrom(...memberLifecycle.states) }),
      fc.record({ afterMs: fc.integer({ min: 1, max: limits.suspendAfterMs }) }),
      fc.record({ person: fc.constantFrom<FederationState>('SUSPENDED', 'ACTIVE', 'RELEASING') }),
      fc.constant({ discover: true as const }),
    );
    fc.assert(
      fc.property(fc.array(event, { maxLength: 30 }), (events) => {
        let federation: Federation = { ...withWater({}, 'DISCOVERING'), registered: true };
        let now = start;
        for (const happened of events) {
          const before = federation;
          if ('afterMs' in happened) now = addMs(now, happened.afterMs);
          const changed = happen(federation, happened, now);
          if (changed.ok) federation = changed.value;
          expectAllowed(before, federation);
          const between = federation;
          federation = { ...federation, candidates: [...keepCandidates(federation, 'discover' in happened ? ranked : [])] };
          expectAllowed(between, federation);
        }
      }),
    );
  });
});

describe('what is kept of who was found, one step at a time', () => {
  type Stands = { readonly state: MemberState; readonly reason?: string };
  const kept = (federation: Federation, found = ranked): Federation => ({ ...federation, candidates: [...keepCandidates(federation, found)] });
  const walk = (...stations: readonly Stands[]): readonly (CandidateState | undefined)[] => {
    let federation = kept(draft);
    return stations.map((stands) => {
      federation = kept({ ...withWater({ ...stands, state: standsIn(stands.state) }), candidates: federation.candidates });
      return federation.candidates?.[0]?.state;
    });
  };

  test('candidates are kept the best first, all that would serve shortlisted', () => {
    expect(kept(draft).candidates?.map(({ twinId, state }) => [twinId.split(':')[3], state])).toEqual([
      ['water.town.example', 'SHORTLISTED'],
      ['county.town.example', 'SHORTLISTED'],
    ]);
  });

  test('candidates stand as the members that they became do', () => {
    expect(walk({ state: 'INVITED' }, { state: 'AGREED' }, { state: 'CONNECTING' }, { state: 'ACTIVE' }, { state: 'LEFT' })).toEqual([
      ...['INVITED', 'ACCEPTED', 'ACCEPTED', 'CONNECTED', 'DROPPED'],
    ]);
    expect(walk({ state: 'INVITED' }, { state: 'REMOVED', reason: 'declined' }, { state: 'REMOVED', reason: 'declined' })).toEqual([
      ...['INVITED', 'REJECTED', 'REJECTED'],
    ]);
    expect(walk({ state: 'INVITED' }, { state: 'INVITED', reason: 'invitationExpired' }, { state: 'AGREED' }, { state: 'AGREED' })).toEqual([
      ...['INVITED', 'TIMED_OUT', 'INVITED', 'ACCEPTED'],
    ]);
    expect(walk({ state: 'INVITED' }, { state: 'AGREED' }, { state: 'REMOVED', reason: 'unreachable' })).toEqual(['INVITED', 'ACCEPTED', 'DROPPED']);
  });

  test('one that was shortlisted and would not serve any more takes no step, least of all towards a member', () => {
    const useless = ranked.map((candidate) => ({ ...candidate, score: 0 }));
    expect(kept(kept(draft), useless).candidates?.map(({ state }) => state)).toEqual(['SHORTLISTED', 'SHORTLISTED']);
  });
});
