/**
 * Node desk: what of a node takes part in the exchange: orchestration, its roles, and the desk that answers; with no surface for people.
 */
import { limits, type Problem, reachedAt } from '@cityweave/core';
import { type Adaptor, createAdaptor } from './adaptor/adaptor.ts';
import { pause } from './deps.ts';
import { type Answer, createAnswer } from './exchange/answer.ts';
import { createAuthorise } from './exchange/authorise.ts';
import type { Introduction } from './exchange/introduction.ts';
import { noMessage } from './exchange/logged.ts';
import type { Views } from './http/views.ts';
import { putAgencyTwin } from './node-room.ts';
import { createViews } from './node-views.ts';
import { coverageOf, keepRegistered } from './orchestration/feature-information.ts';
import { mayHearAgain } from './orchestration/heard-again.ts';
import type { Publishing } from './orchestration/live/publishing.ts';
import { createOrchestration, type Orchestration } from './orchestration/orchestration.ts';
import type { Room } from './orchestration/room.ts';
import { watchLeases } from './registry/lease-watch.ts';
import { createRegistry, type RegistryAnswers } from './registry/registry.ts';
import { answered } from './store/unanswered.ts';

export const loopback = new Set(['127.0.0.1', '::1', 'localhost']);

export type NodeDesk = {
  readonly orchestration: Orchestration;
  readonly adaptor: Adaptor | undefined;
  readonly answer: Answer;
  /** what came and is no message: that it came, and why it was not read, is in the log */
  readonly unread: (why: Problem) => void;
  /** streams of this node's own changes, and those that go over it as an adaptor */
  readonly streams: Pick<Publishing, 'mayListen' | 'events'>;
  /** what it says of itself to a stranger */
  readonly introduction: () => Introduction & { readonly name: Room['node']['name'] };
  readonly views: Views;
};

const registryOf = (room: Room) => {
  const { records, deps, events, vocabulary, self, ask, peers, signal } = room;
  const { verifyEndpoints, groups } = room.node;
  const own = { self, jurisdiction: coverageOf(room), leaseSeconds: limits.leaseSecondsDefault, verifyEndpoints, groups };
  const desk = { records, deps, events, vocabulary, ask, peers, ...own };
  void watchLeases(desk, { timers: deps.timers, signal }).catch((cause) => (signal.aborted ? undefined : events.defect('registry', cause)));
  return createRegistry(desk);
};

type Roles = { readonly orchestration: Orchestration; readonly adaptor: Adaptor | undefined; readonly registry: RegistryAnswers | undefined };

/** People and programs on this machine may ask without a key while the node binds to loopback only. */
const isOpenToApplications = ({ node }: Room): boolean => loopback.has(node.listen.host);

const answerOf = (room: Room, { orchestration, adaptor, registry }: Roles): Answer => {
  const { deps, events, records, keys, self, partners, log } = room;
  const authorise = createAuthorise({ deps, self, partners, openToApplications: isOpenToApplications(room) });
  const bridging = adaptor ? { communicationAdaptor: adaptor.answers } : {};
  const rooms = { digitalTwin: orchestration.answers, application: orchestration.answers, ...(registry && { registry }), ...bridging };
  return createAnswer({
    ...{ deps, events, records, keys, self, log, authorise, rooms },
    keyFor: partners.keyFor,
    mayHearAgain: (name, message) => mayHearAgain(room, name, message),
    relay: adaptor?.relay,
  });
};

const streamsOf = ({ publishing }: Orchestration, adaptor: Adaptor | undefined): NodeDesk['streams'] => ({
  mayListen: (id, pass) => adaptor?.streams.mayListen(id, pass) ?? publishing.mayListen(id, pass),
  events: (id, after, signal) => adaptor?.streams.events(id, after, signal) ?? publishing.events(id, after, signal),
});

export const createNodeDesk = (room: Room): NodeDesk => {
  const orchestration = createOrchestration(room);
  const adaptor = room.node.roles.includes('adaptor') ? createAdaptor(room) : undefined;
  const registry = room.node.roles.includes('registry') ? registryOf(room) : undefined;
  return {
    orchestration,
    adaptor,
    answer: answerOf(room, { orchestration, adaptor, registry }),
    unread: (why) => room.log.append(noMessage(room.self.id, why)),
    views: createViews(room, { registry, isOpen: isOpenToApplications(room) }),
    streams: streamsOf(orchestration, adaptor),
    introduction: () => ({
      id: room.self.id,
      name: room.node.name,
      keys: [...room.keys.published()],
      announcements: [...room.keys.announcements()],
      endpoint: room.self.address(),
      socket: reachedAt(room.self.endpoints())?.socket,
    }),
  };
};

type Working = {
  readonly room: Room;
  readonly orchestration: Orchestration;
  readonly adaptor?: Adaptor | undefined;
  readonly readSources: () => Promise<unknown>;
};

/** A store that is away comes back: until then the node is not ready and says why. What an import broke off at, it goes on from. */
const readWhenThere = async ({ room, readSources }: Pick<Working, 'room' | 'readSources'>, told: (found: Problem) => void): Promise<void> => {
  for (let waitMs: number = limits.probeIntervalMinMs; !room.signal.aborted; waitMs = Math.min(2 * waitMs, limits.probeIntervalMaxMs)) {
    const read = await answered(putAgencyTwin(room).then(readSources));
    if (read.ok) return;
    told(read.problem);
    await pause(room.deps.timers, waitMs, room.signal);
  }
};

/** Sources, then whatever was not finished when the node stopped, then the registry, until the node ends. */
export const beginWork = async ({ room, orchestration, adaptor, readSources }: Working, told: (found: Problem | undefined) => void): Promise<void> => {
  await readWhenThere({ room, readSources }, told);
  orchestration.resume();
  adaptor?.resume();
  await keepRegistered(room, { told, beside: adaptor?.register });
};
