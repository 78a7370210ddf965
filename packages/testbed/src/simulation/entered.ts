/**
 * Entered: the states that a write of a record enters, of all seven lifecycles. Each move is saved before the next, so that every state entered is seen.
 */
import {
  agreementLifecycle,
  candidateLifecycle,
  communicationLifecycle,
  type Federation,
  federationLifecycle,
  functionRunLifecycle,
  type Lifecycle,
  memberLifecycle,
  registryEntryLifecycle,
} from '@cityweave/core';
import type { Write } from './disk.ts';

/** A move as it was saved: from the first state where nothing stood before. */
export type Entering = { readonly lifecycle: string; readonly from: string; readonly to: string; readonly isAllowed: boolean };

type Standing = { readonly state: string };

const entering = <S extends string>({ name, initial, next }: Lifecycle<S>, before: Standing | undefined, after: Standing): Entering => {
  const [from, to] = [before?.state ?? initial, after.state] as unknown as readonly [S, S]; // branding: whether they are states of it is looked at
  return { lifecycle: name, from, to, isAllowed: from === to || (next[from]?.includes(to) ?? false) };
};

type Seats = Pick<Federation, 'members' | 'candidates'>;

const membersEntering = (before: Seats | undefined, { members }: Seats): readonly Entering[] =>
  members.map((member) => {
    const seat = before?.members.find(({ twinId, agreementId }) => twinId === member.twinId && agreementId === member.agreementId);
    return entering(memberLifecycle, seat, member);
  });

/** One that was dropped and is found again is a new one. */
const candidatesEntering = (before: Seats | undefined, { candidates = [] }: Seats): readonly Entering[] =>
  candidates.map((candidate) => {
    const known = before?.candidates?.find(({ featureId }) => featureId === candidate.featureId);
    const isNew = known?.state === 'DROPPED' && candidate.state !== 'DROPPED';
    return entering(candidateLifecycle, isNew ? undefined : known, candidate);
  });

type Look = (before: unknown, after: unknown) => readonly Entering[];

/** What stands in a record of that noun: the record itself, or what `within` names of it. */
const standing =
  <S extends string>(table: Lifecycle<S>, within?: string): Look =>
  (before, after) => {
    const of = (value: unknown): unknown => (within === undefined ? value : Object(value)[within]);
    return [entering(table, of(before) as Standing | undefined, of(after) as Standing)]; // branding: as the nodes save them
  };

const looks: Readonly<Record<string, readonly Look[]>> = {
  agreement: [standing(agreementLifecycle)],
  communication: [standing(communicationLifecycle)],
  bridge: [standing(communicationLifecycle, 'connection')],
  federation: [standing(federationLifecycle), membersEntering as Look, candidatesEntering as Look], // branding: as above
  functionRun: [standing(functionRunLifecycle, 'run')],
  'registry.twin': [standing(registryEntryLifecycle)],
  'registry.feature': [standing(registryEntryLifecycle)],
  'registry.federatedTwin': [standing(registryEntryLifecycle)],
};

export const statesEntered = ({ noun, before, after }: Pick<Write, 'noun' | 'before' | 'after'>): readonly Entering[] =>
  (looks[noun] ?? []).flatMap((look) => look(before, after));
