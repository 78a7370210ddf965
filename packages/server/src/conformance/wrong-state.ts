/**
 * Wrong state: of every lifecycle, each state in which the table lets some row not be answered: the kit brings the target there and says each such row, which is
 * refused for it. Where no partner can bring a target into a state, the check says why.
 */
import {
  agreementLifecycle,
  candidateLifecycle,
  communicationLifecycle,
  federationLifecycle,
  functionRunLifecycle,
  type Lifecycle,
  memberLifecycle,
  type RowName,
  registryEntryLifecycle,
  rowNames,
  rowOf,
} from '@cityweave/core';
import { type Actor, memberAt, type Raw, signRaw } from './actor.ts';
import { bridgeAskedFor, disconnect, type Ends, overBridge } from './adapting/adapting.ts';
import { codesOf, exampleOf, findingOf, type Material, sayTo } from './behaviour.ts';
import type { Stage } from './stage.ts';
import { inAgreement, ofAgreement, withoutEntry, withRun } from './standing.ts';
import type { Finding } from './vector.ts';

export type WrongState = {
  readonly lifecycle: string;
  readonly state: string;
  readonly find: (stage: Stage, actor: Actor, material: Material) => Promise<Finding>;
};

/** What stands in the state: who speaks of it, and his words about it. */
export type Standing = { readonly actor: Actor; readonly about: (message: Raw) => Raw };

type Try = (standing: Standing) => Promise<Finding>;

/** Brings the target into a state and has it tried there. */
export type Reach = (reaching: { readonly stage: Stage; readonly actor: Actor; readonly material: Material; readonly attempt: Try }) => Promise<Finding>;

/** By state; a text says why nobody but the target itself brings it there. */
type Ways<S extends string> = Readonly<Partial<Record<S, Reach | string>>>;

const statesNamed = (name: RowName, { name: lifecycle }: Pick<Lifecycle<string>, 'name'>): readonly string[] | undefined =>
  Object.entries(rowOf(name).allowed).find(([named]) => named === lifecycle)?.[1];

/** Rows that are refused while what they are about stands so. */
const refusedIn = (lifecycle: Pick<Lifecycle<string>, 'name'>, state: string): readonly RowName[] =>
  rowNames.filter((name) => statesNamed(name, lifecycle)?.includes(state) === false);

/** What is gone from a registry may also be said to be unknown; so may the federation of an agreement that is over. */
const codesFor = (name: RowName, isOver: boolean): readonly string[] => {
  const { refusals, role } = rowOf(name);
  const gone = [...(role === 'registry' ? ['notRegistered', 'notFound', 'leaseExpired'] : []), ...(isOver ? ['unknownFederation'] : [])];
  return codesOf(['notAllowedInState', ...refusals.filter((kind) => gone.includes(kind))]);
};

const findIn =
  <S extends string>(lifecycle: Lifecycle<S>, state: S, reach: Reach): WrongState['find'] =>
  (stage, actor, material) =>
    reach({
      ...{ stage, actor, material },
      attempt: ({ actor: speaker, about }) => {
        const rows = refusedIn(lifecycle, state).flatMap((name) => exampleOf(stage, speaker, { ...material, name }));
        return findingOf(rows, async (row) => ({
          codes: codesFor(row.name, lifecycle.isFinal(state)),
          told: await sayTo(stage, row, signRaw(about(row.message), speaker.key)),
        }));
      },
    });

const skipped = (why: string) => async (): Promise<Finding> => ({ outcome: 'skipped', why });

const everyOf = <S extends string>(lifecycle: Lifecycle<S>, ways: Ways<S>): readonly WrongState[] =>
  lifecycle.states
    .filter((state) => refusedIn(lifecycle, state).length > 0)
    .map((state) => {
      const way: Reach | string = ways[state] ?? 'the kit knows no way into it';
      return { lifecycle: lifecycle.name, state, find: typeof way === 'string' ? skipped(way) : findIn(lifecycle, state, way) };
    });

/** Nothing is said about it from outside. */
const unsaid = ({ name }: Pick<Lifecycle<string>, 'name'>, why: string): readonly WrongState[] =>
  rowNames.some((row) => statesNamed(row, { name }) !== undefined) ? [] : [{ lifecycle: name, state: 'any', find: skipped(why) }];

const profileData = (message: Raw, id: string, { authority }: Actor): unknown =>
  JSON.parse(
    JSON.stringify(message['data'])
      .replaceAll(String(memberAt(message, 'data.objects.0.id')), id)
      .replaceAll('water.example', authority),
  );

/** The bridge itself, asked for again, or its profile. */
const ofBridge =
  (ends: Ends, profileId: string): Standing['about'] =>
  (message) => ({
    ...message,
    data: memberAt(message, 'data.action.object') === 'communication' ? bridgeAskedFor(ends) : profileData(message, profileId, ends.consumer),
  });

/** A bridge on its way down, or down. */
const takenDown =
  (drainSeconds: number | undefined): Reach =>
  ({ stage, actor, attempt }) =>
    overBridge(stage, actor, {
      find: async (ends, profileId) => {
        await disconnect(ends, drainSeconds);
        return attempt({ actor, about: ofBridge(ends, profileId) });
      },
    });

const policy = 'only the policy of its owner leaves it there: one that asks a person, or narrows what is asked for';

export const wrongStates: readonly WrongState[] = [
  ...everyOf(registryEntryLifecycle, {
    PENDING: 'it lasts only while the registry looks at the address of who registers, who is answered after it',
    REMOVED: withoutEntry,
  }),
  ...everyOf(agreementLifecycle, {
    REQUESTED: policy,
    OFFERED: policy,
    ACCEPTED: inAgreement('request.federation'),
    AGREED: inAgreement('confirm.federation'),
    TERMINATED: inAgreement('release.federation'),
    REJECTED: ofAgreement,
    EXPIRED: 'it is entered by the clock of its owner, when the time that was agreed on is over',
  }),
  ...everyOf(federationLifecycle, {
    DRAFT: 'nobody was invited yet who could speak of it',
    RELEASING: 'only an operator of its initiator releases it, and then it has no members who could speak of it',
    RELEASED: 'only an operator of its initiator releases it, and then it has no members who could speak of it',
    FAILED: 'it has no members then who could speak of it',
  }),
  ...everyOf(communicationLifecycle, {
    REQUESTED: 'an adaptor keeps no connection before it adapts it',
    CLOSING: takenDown(60),
    CLOSED: takenDown(undefined),
    FAILED: 'an adaptor that cannot adapt refuses, and keeps nothing',
  }),
  ...everyOf(functionRunLifecycle, {
    SUCCEEDED: withRun,
    FAILED: 'no input makes a function fail that has to take it',
    CANCELLED: 'no input makes a function last until it is cancelled',
    TIMED_OUT: 'no input makes a function last until its time is over',
  }),
  ...unsaid(candidateLifecycle, 'no message is about a candidate: it never leaves the node that found it'),
  ...unsaid(memberLifecycle, 'no row names states of a member: whether it may speak stands in its agreement'),
];
