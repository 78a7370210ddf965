/**
 * Registry: whether it is reached, is the one that was pinned, and knows this node as it is.
 */
import { fail, type ProblemKind, problem, type Reply } from '@cityweave/core';
import { fetchIntroduction } from '../exchange/introduction.ts';
import type { Peer } from '../exchange/peer.ts';
import type { Protocol } from '../protocol/protocol.ts';
import { broken, type Finding } from './finding.ts';
import { answered } from './link.ts';
import type { Stage } from './stage.ts';

type Entry = Reply<'registry.retrieve.digitalTwin'>['objects'][0]['attributes'];

const registered = ({ self, keys: own }: Stage, { leaseUntil, endpoints, keys }: Entry): Finding => {
  const place = { about: 'registration' as const, subject: self.id };
  if (!keys.some(({ kid }) => kid === own.current().keyId))
    return broken(place, problem('keyNotTrusted', { subject: self.id, found: 'another key in the registry', accepted: 'the key of this node' }));
  const address = endpoints.map((endpoint) => endpoint.address).join(', ');
  return { ...place, outcome: 'sound', says: `registered with its key at ${address}, until ${leaseUntil} if it is not renewed` };
};

/** What a registry says that is reached, and knows no such twin. */
const saidOfTheTwin: readonly ProblemKind[] = ['notRegistered', 'leaseExpired', 'notAuthenticated'];

const examineEntry = async (stage: Stage, registry: Peer): Promise<readonly Finding[]> => {
  const { id } = stage.self;
  const found = await stage.ask(
    registry,
    'registry.retrieve.digitalTwin',
    { parameters: {}, objects: [{ kind: 'digitalTwin', id }] },
    { signal: stage.signal },
  );
  if (found.ok) return [answered(stage, registry, 'registry'), registered(stage, found.value.objects[0].attributes)];
  const failed = broken({ about: 'registration', subject: id }, found.problem);
  return saidOfTheTwin.includes(found.problem.kind)
    ? [answered(stage, registry, 'registry'), failed]
    : [{ ...failed, about: 'registry', subject: registry.id }];
};

/** Why a registry that answers is not taken for the one that is meant. */
const strange = (address: string) =>
  problem('keyNotTrusted', { subject: address, found: 'a key that is neither pinned nor announced', accepted: 'the registry that was met here first' });

/** Whether anybody is there who says what a registry says to strangers. */
export const greetRegistry = async (protocol: Protocol, address: string): Promise<Finding> => {
  const place = { about: 'registry' as const, subject: address };
  const said = address
    ? await fetchIntroduction(protocol, address)
    : fail(problem('badConfiguration', { subject: 'registry.address', accepted: 'its address' }));
  return said.ok ? { ...place, outcome: 'sound', says: `answers as ${said.value.id}` } : broken(place, said.problem);
};

export const examineRegistry = async (stage: Stage): Promise<readonly Finding[]> => {
  const { node, self } = stage;
  if (node.roles.includes('registry')) return [{ about: 'registry', subject: self.id, outcome: 'sound', says: 'this node is the registry' }];
  const address = node.registry?.address ?? '';
  const greeted = await greetRegistry(stage.protocol, address);
  if (greeted.outcome === 'broken') return [greeted];
  const registry = await stage.registry();
  if (!registry) return [broken({ about: 'registry', subject: address }, strange(address))];
  return examineEntry(stage, registry);
};
