/**
 * Every pair of states of every lifecycle, tried: what the table allows is entered, anything else is refused by naming what would be allowed.
 */
import { describe, expect, test } from 'vitest';
import { type AgreementTerms, agreementLifecycle, moveAgreement } from '../federation/agreement.ts';
import { candidateLifecycle } from '../federation/candidate.ts';
import { communicationLifecycle, moveCommunication } from '../federation/communication.ts';
import { changeMember, federationLifecycle, moveFederation } from '../federation/federation.ts';
import { chooseMembers } from '../federation/forming/choosing.ts';
import { rankCandidates } from '../federation/forming/scoring.ts';
import { memberLifecycle } from '../federation/member.ts';
import { initiator, start, trialDraft, trialFound, vocabulary } from '../federation/trial-federation.ts';
import { AgreementId, ConnectionId } from '../ground/id.ts';
import type { Lifecycle } from '../ground/lifecycle.ts';
import type { Result } from '../ground/result.ts';
import { standsIn } from '../ground/trial-state.ts';
import { registryEntryLifecycle } from '../twin/digital-twin.ts';
import { catalogue, checkAllowed, type RowName } from './catalogue.ts';
import { functionRunLifecycle, moveRun } from './function/function-run.ts';

const draft = trialDraft([{ kind: 'city:FloodZone' }]);
const ranked = rankCandidates([trialFound('water', 'city:FloodZone')], { needs: draft.needs, vocabulary, now: start });
const members = chooseMembers(draft, ranked, { vocabulary, now: start });
const agreementId = AgreementId.parse('urn:dtf:agreement:town.example:one');
const end = { twinId: initiator, protocol: 'http' as const, address: 'http://town.example', format: 'application/json' as const };
const link = {
  ...{ id: ConnectionId.parse('urn:dtf:connection:town.example:one'), federationId: draft.id, agreementId, since: start },
  ends: [end, end] as [typeof end, typeof end],
};
const terms = { federationId: draft.id } as AgreementTerms; // branding: no move looks at them

type Moving = { readonly name: string; readonly table: Lifecycle<string>; readonly move: (from: string, to: string) => Result<string> };

const moving = <S extends string>(table: Lifecycle<S>, move: (from: ReturnType<typeof standsIn<S>>, to: S) => Result<string>): Moving => ({
  name: table.name,
  table: table as unknown as Lifecycle<string>, // branding: tried with its own states alone
  move: (from, to) => move(standsIn(from as S), to as S),
});

const stateOf = (result: Result<{ readonly state: string }>): Result<string> => (result.ok ? { ok: true, value: result.value.state } : result);

const all: readonly Moving[] = [
  moving(registryEntryLifecycle, registryEntryLifecycle.move),
  moving(candidateLifecycle, candidateLifecycle.move),
  moving(agreementLifecycle, (state, to) => stateOf(moveAgreement({ id: agreementId, revision: 1, terms, state }, to))),
  moving(federationLifecycle, (state, to) => stateOf(moveFederation({ ...draft, state }, to, start))),
  moving(functionRunLifecycle, functionRunLifecycle.move),
  moving(communicationLifecycle, (state, to) => stateOf(moveCommunication({ ...link, state }, to, start))),
  moving(memberLifecycle, (state, to) => {
    const federation = { ...draft, members: members.map((member) => ({ ...member, state })) };
    const changed = changeMember(federation, federation.members[0]?.twinId ?? initiator, { change: (member) => ({ ...member, state: to }), now: start });
    return changed.ok ? { ok: true, value: changed.value.members[0]?.state ?? '' } : changed;
  }),
];

describe.each(all)('$name', ({ name, table, move }) => {
  test('enters what its table allows, and nothing else', () => {
    for (const from of table.states)
      for (const to of table.states) {
        const moved = move(from, to);
        const allowed = table.next[from] ?? [];
        if (from === to || allowed.includes(to)) expect(moved).toEqual({ ok: true, value: to });
        else expect(moved).toMatchObject({ problem: { kind: 'notAllowedInState', subject: name, found: `${from} to ${to}`, accepted: expect.any(String) } });
      }
  });

  test('has no state that cannot be reached from the first', () => {
    const seen = new Set<string>([table.initial]);
    for (const state of seen) for (const next of table.next[state] ?? []) seen.add(next);
    expect([...seen].sort()).toEqual([...table.states].sort());
  });
});

test('a function run stays where it is when it is told to go where its table does not lead', () => {
  for (const from of functionRunLifecycle.states)
    for (const to of functionRunLifecycle.states) {
      const run = { runId: 'urn:uuid:6f0d2f0e-8d5c-4b3a-9a57-1f4b6c2d7e90', state: standsIn(from), since: start, progress: 0 };
      expect(moveRun(run, to, { since: start }).state).toBe(functionRunLifecycle.next[from].includes(to) ? to : from);
    }
});

const rows = Object.entries(catalogue).flatMap(([name, { allowed }]) =>
  Object.entries(allowed).map(([lifecycle, states]) => ({ name: name as RowName, lifecycle: lifecycle as 'agreement', states: states as readonly string[] })),
);

test.each(rows)('$name is answered where its $lifecycle stands as the catalogue says, and refused elsewhere', ({ name, lifecycle, states }) => {
  const table = all.find((one) => one.name === lifecycle)?.table;
  expect(table?.states.length).toBeGreaterThan(0);
  for (const state of table?.states ?? []) {
    const allowed = checkAllowed(name, lifecycle, { state: state as 'AGREED', subject: 'this one' });
    if (states.includes(state)) expect(allowed.ok).toBe(true);
    else expect(allowed).toMatchObject({ problem: { kind: 'notAllowedInState', found: state, accepted: states.join(', ') } });
  }
});
