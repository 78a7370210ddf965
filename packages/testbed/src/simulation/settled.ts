/**
 * Invariants of a city that has settled: nothing goes wrong any more and everything had its time.
 */
import { announcementText, checkLog, type Federation, federatedTwinIdOf } from '@cityweave/core';
import { sha256, verifyText } from '@cityweave/server';
import type { Invariant, MachineView, World } from './invariant.ts';
import { serving } from './stage.ts';

const federationsOf = (world: World): readonly Federation[] =>
  world
    .machine(world.initiator)
    .disk.list('federation')
    .map(({ value }) => value as Federation); // branding: as saved

type Agreed = {
  readonly state: string;
  readonly hash?: string;
  readonly terms: { readonly federationId: string; readonly parties: { readonly provider: string } };
};
type Linked = { readonly state: string; readonly agreementId: string; readonly federationId: string; readonly ends: readonly { readonly twinId: string }[] };
type Part = {
  readonly initiator: string;
  readonly released: boolean;
  readonly formed: boolean;
  readonly suspended?: unknown;
  readonly federation: { readonly id: string };
};

// branding below: as the nodes save them
const agreementsAt = ({ disk }: MachineView) => disk.list('agreement').map(({ id, value }) => ({ id, ...(value as Agreed) }));
const linksAt = ({ disk }: MachineView) => disk.list('communication').map(({ id, value }) => ({ id, ...(value as Linked) }));
const partsAt = ({ disk }: MachineView) => disk.list('membership').map(({ value }) => value as Part);

const nameOf = (world: World, id: string): string => world.byId(id)?.name ?? id;

/** Whoever takes part for its initiator takes part in its own books, under the same terms; whoever does not, does not. */
const bothSidesAgree: Invariant = {
  name: 'bothSidesAgree',
  claim: 'once all is calm, initiator and member hold the same: in force on both sides under one hash, or on neither',
  settled: (world) =>
    federationsOf(world)
      .flatMap((federation) => federation.members.map((member) => disagreement(world, federation, member)))
      .find((found) => found !== undefined),
};

/** How a connection stands at the initiator by the member at its other end. */
const linkStates: Readonly<Partial<Record<string, string>>> = {
  ACTIVE: 'CONNECTED',
  INTERRUPTED: 'INTERRUPTED',
  LEAVING: 'CLOSING',
  LEFT: 'CLOSED',
};

const disagreement = (world: World, federation: Federation, member: Federation['members'][number]): string | undefined => {
  const machine = world.byId(member.twinId);
  const mine = linksAt(world.machine(world.initiator)).find(({ agreementId }) => agreementId === member.agreementId);
  const wanted = linkStates[member.state];
  if (mine && wanted && mine.state !== wanted) return `${nameOf(world, member.twinId)} is ${member.state} for its initiator, its connection ${mine.state}`;
  if (!machine || machine.lost) return undefined;
  const where = `${federation.id.split(':').at(-1)} (${federation.state}): ${machine.name} is ${member.state} for its initiator`;
  const theirs = agreementsAt(machine).find(({ id }) => id === member.agreementId);
  const ours = agreementsAt(world.machine(world.initiator)).find(({ id }) => id === member.agreementId);
  const link = linksAt(machine).find(({ agreementId }) => agreementId === member.agreementId);
  if (member.state === 'ACTIVE') {
    if (theirs?.state !== 'AGREED' || ours?.state !== 'AGREED') return `${where}, its agreement ${ours?.state} here and ${theirs?.state} there`;
    if (theirs.hash !== ours.hash) return `${where}, with two hashes`;
    return link?.state === 'CONNECTED' ? undefined : `${where}, its connection ${link?.state ?? 'unknown'}`;
  }
  if (!['REMOVED', 'LEFT'].includes(member.state)) return undefined;
  if (theirs?.state === 'AGREED') return `${where}, its agreement is still in force there`;
  if (ours?.state === 'AGREED') return `${where}, its agreement is still in force here`;
  return link?.state === 'CONNECTED' ? `${where}, its connection is still open there` : undefined;
};

const nobodyIsLeftBehind: Invariant = {
  name: 'nobodyIsLeftBehind',
  claim: 'once all is calm, no member believes in a federation that has ended or has no place for it',
  settled: (world) => {
    const federations = new Map<string, Federation>(federationsOf(world).map((federation) => [federation.id, federation]));
    const { id: front } = world.machine(world.initiator);
    for (const machine of world.machines.filter(({ lost }) => !lost))
      for (const { released, federation } of partsAt(machine).filter(({ initiator }) => initiator === front)) {
        const real = federations.get(federation.id);
        const member = real?.members.find(({ twinId, state }) => twinId === machine.id && !['REMOVED', 'LEFT'].includes(state));
        const isOver = !real || ['RELEASED', 'FAILED'].includes(real.state) || !member;
        if (isOver && !released) return `${machine.name} believes in ${federation.id.split(':').at(-1)}, which is ${real?.state} and has no place for it`;
        if (!isOver && released) return `${machine.name} takes part in ${federation.id.split(':').at(-1)} (${member?.state}) and believes that it is over`;
      }
    return undefined;
  },
};

/** What it can do without, and somebody served who is gone. */
const lacksOptional = ({ needs, members }: Federation): boolean =>
  needs.some(({ kind, optional }) => {
    const servers = members.filter(({ features }) => features.some((feature) => feature.kind === kind));
    return optional && servers.some(({ formed }) => formed) && !servers.some(({ state }) => ['ACTIVE', 'LEAVING'].includes(state));
  });

const isServed = (world: World, federation: Federation): boolean =>
  !lacksOptional(federation) &&
  federation.needs
    .filter(({ optional }) => !optional)
    .every(({ kind }) => world.machines.some(({ lost, name }) => !lost && serving(kind).includes(name) && !hasLeft(federation, name)));

const hasLeft = ({ members }: Federation, name: string): boolean =>
  members.some(({ twinId, state }) => twinId.includes(`:${name}.`) && ['LEAVING', 'LEFT', 'REMOVED'].includes(state));

const outlivesItsMembers: Invariant = {
  name: 'outlivesItsMembers',
  claim: 'a federation outlives any member: with everybody who is needed there it is active again by itself, without them it waits',
  settled: (world) => {
    const broken = federationsOf(world).find(({ state, reason }) => state === 'FAILED' || (['RELEASING', 'RELEASED'].includes(state) && reason !== 'sim'));
    if (broken) return `${broken.id.split(':').at(-1)} is ${broken.state}: ${broken.reason}`;
    const idle = federationsOf(world).find((federation) => {
      const paused = federation.suspension?.by === 'person';
      const isAllThere = federation.members.every((member) => member.state !== 'INTERRUPTED' || world.byId(member.twinId)?.lost !== true);
      return isServed(world, federation) && isAllThere && !paused && !['ACTIVE', 'RELEASED', 'RELEASING'].includes(federation.state);
    });
    const careless = federationsOf(world).find((federation) => federation.state === 'ACTIVE' && lacksOptional(federation));
    if (careless) return `${careless.id.split(':').at(-1)} is ACTIVE though what it can do without is lost`;
    return (
      idle &&
      `${idle.id.split(':').at(-1)} is ${idle.state} (${idle.reason ?? 'no reason'}) though everybody is there: ${idle.members.map(({ twinId, state, reason }) => `${nameOf(world, twinId)} ${state} ${reason ?? ''}`).join(', ')}`
    );
  },
};

const endsWhatWasReleased: Invariant = {
  name: 'endsWhatWasReleased',
  claim: 'what a person released is over once all is calm, also where somebody was away',
  settled: (world) => {
    const left = federationsOf(world).find(({ state }) => state === 'RELEASING');
    return (
      left && `${left.id.split(':').at(-1)} is still ${left.state}: ${left.members.map(({ twinId, state }) => `${nameOf(world, twinId)} ${state}`).join(', ')}`
    );
  },
};

type Entry = { readonly state: string; readonly attributes: { readonly keys: readonly { readonly kid: string }[] } };

const registryKnowsAll: Invariant = {
  name: 'registryKnowsAll',
  claim: 'once all is calm, everybody who is there is registered, under the keys that he has now',
  settled: (world) => {
    const { disk } = world.machine(world.registry);
    for (const machine of world.machines.filter(({ lost }) => !lost)) {
      const entry = disk.get('registry.twin', machine.id) as Entry | undefined; // branding: as entries are saved
      if (entry?.state !== 'ACTIVE') return `${machine.name} is ${entry?.state ?? 'not registered'}`;
      const current = (machine.disk.get('nodeKey', 'current') as { kid: string }).kid; // branding: as keys are saved
      if (!entry.attributes.keys.some(({ kid }) => kid === current)) return `${machine.name} is registered under keys that it no longer has`;
    }
    return undefined;
  },
};

type FederatedEntry = {
  readonly state: string;
  readonly attributes: { readonly memberTwins: readonly string[]; readonly composedFeatures: readonly string[] };
};

/** What the registry has of a federation, where that is not what it is made of. */
const misknown = (world: World, { id, state, initiator, members }: Federation): string | undefined => {
  const entry = world.machine(world.registry).disk.get('registry.federatedTwin', federatedTwinIdOf(id)) as FederatedEntry | undefined; // branding: as entries are saved
  const where = `${id.split(':').at(-1)} (${state}) is ${entry?.state ?? 'unknown'} in the registry`;
  if (['RELEASED', 'FAILED'].includes(state)) return entry?.state === 'ACTIVE' ? where : undefined;
  if (!['ACTIVE', 'DEGRADED', 'SUSPENDED'].includes(state)) return undefined;
  if (entry?.state !== 'ACTIVE') return where;
  const taking = members.filter((member) => ['ACTIVE', 'INTERRUPTED'].includes(member.state));
  const wanted = [initiator, ...taking.map(({ twinId }) => twinId)].join();
  const features = taking.flatMap((member) => member.features.map(({ featureId }) => featureId)).join();
  const { memberTwins, composedFeatures } = entry.attributes;
  return memberTwins.join() === wanted && composedFeatures.join() === features ? undefined : `${where} with ${memberTwins.join()} instead of ${wanted}`;
};

const registryKnowsFederations: Invariant = {
  name: 'registryKnowsFederations',
  claim: 'once all is calm, a federation is registered as what it is made of now, and one that is over is not',
  settled: (world) =>
    federationsOf(world)
      .map((federation) => misknown(world, federation))
      .find((found) => found !== undefined),
};

const logsAreWhole: Invariant = {
  name: 'logsAreWhole',
  claim: 'the exchange log of every node is what was written, whatever happened to the node',
  settled: (world) =>
    world.machines
      .map((machine) => {
        const lines = machine.disk.logLines().map((line, at) => ({ value: JSON.parse(line), where: String(at + 1) }));
        const { fault } = checkLog(lines, { owner: machine.id, hash: sha256, verifies: verifyText, announcementText });
        return fault && `the log of ${machine.name} is ${fault.kind} at ${fault.where}`;
      })
      .find((found) => found !== undefined),
};

export const settledInvariants: readonly Invariant[] = [
  bothSidesAgree,
  nobodyIsLeftBehind,
  outlivesItsMembers,
  endsWhatWasReleased,
  registryKnowsAll,
  registryKnowsFederations,
  logsAreWhole,
];
