/**
 * Feature information (FIM-FE, Y.4489 10.3.3): makes features of what the store holds, registers them with the agency twin, and keeps the lease.
 */
import {
  bindingOf,
  type DigitalTwin,
  type Endpoint,
  type Feature,
  FeatureId,
  featureIdOf,
  type Geometry,
  type LanguageMap,
  limits,
  ok,
  type Problem,
  polygonOfBox,
  type Result,
  type TermId,
} from '@cityweave/core';
import { z } from 'zod';
import type { OfferRule } from '../config/node-file.ts';
import { pause } from '../deps.ts';
import type { Peer } from '../exchange/peer.ts';
import type { CityFunction } from '../functions/function.ts';
import { answered } from '../store/unanswered.ts';
import { describeFarFeatures } from './bridging/far-features.ts';
import { offeredFunctions } from './invocation/offered-functions.ts';
import { scheduleOf } from './maintenance.ts';
import { type Room, reachRegistry } from './room.ts';

/** Where its data are to be had: of where it takes messages, what its node file names. */
const bindingsOf = ({ node: { bindings }, self }: Room): Endpoint[] => self.endpoints().filter(({ protocol }) => bindings.includes(bindingOf(protocol)));

export const coverageOf = (room: Room): Geometry | undefined => {
  const { coverage } = room.node;
  return coverage && (Array.isArray(coverage) ? polygonOfBox(coverage) : coverage);
};

const visibilityOf = ({ node: { policy } }: Room) => ({ level: policy.visibility, ...(policy.audience && { audience: policy.audience }) });

export const describeTwin = (room: Room, features: readonly Feature[]): DigitalTwin => {
  const coverage = coverageOf(room);
  const schedule = scheduleOf(room);
  return {
    name: room.self.name,
    twinType: room.node.twinType,
    domain: room.node.domain,
    owner: { name: room.self.name['en'] ?? room.self.authority, organizationId: room.self.agency, ...(room.node.contact && { contact: room.node.contact }) },
    ...(coverage && { coverage }),
    status: 'online',
    endpoints: room.self.endpoints(),
    keys: [...room.keys.published()],
    announcements: [...room.keys.announcements()],
    features: features.map(({ id }) => id),
    ...(schedule && { schedule: [...schedule] }),
    attribution: room.node.attribution,
    visibility: visibilityOf(room),
  };
};

type KindHeld = Awaited<ReturnType<Room['store']['kinds']>>[number];

const jsonTypes = { text: 'string', number: 'number', boolean: 'boolean', instant: 'string', json: 'object' } as const;

const schemaOf = (room: Room, { terms }: KindHeld) => ({
  type: 'object',
  properties: Object.fromEntries(terms.map(({ term }) => [term, { type: jsonTypes[room.vocabulary().term(term)?.dataType ?? 'json'] }])),
});

const nameOf = (room: Room, kind: TermId): LanguageMap => room.vocabulary().term(kind)?.label ?? { en: kind };

/** What the node file says of a kind; of several the first that fits. */
export const offerOfKind = (room: Pick<Room, 'node' | 'vocabulary'>, kind: TermId): OfferRule | undefined =>
  room.node.offers.find((offer) => room.vocabulary().isA(kind, offer.kind));

const saidOf = (room: Room, kind: TermId) => {
  const { quality, latency, interval, purposes, audience, personalData, stage = 'transformed' as const } = offerOfKind(room, kind) ?? {};
  return {
    stage,
    interval: interval === undefined ? {} : { interval },
    quality: quality || latency !== undefined ? { quality: { ...quality, ...(latency !== undefined && { latency }) } } : {},
    policy: { ...(purposes && { purposes }), ...(audience && { audience }), ...(personalData && { personalData }) },
  };
};

const describeFeature = (room: Room, held: KindHeld): Feature => {
  const said = saidOf(room, held.kind);
  const coverage = coverageOf(room);
  const terms = held.terms.map(({ term, unit }) => ({ term, ...(unit !== undefined && { unit }) }));
  return {
    id: featureIdOf(room.self.authority, held.kind),
    attributes: {
      twinId: room.self.id,
      name: nameOf(room, held.kind),
      featureType: 'data',
      semanticType: held.kind,
      direction: 'provides',
      data: { schema: schemaOf(room, held), terms, count: held.count, stage: said.stage, ...said.interval },
      ...said.quality,
      coverage: coverage ? { space: coverage } : {},
      bindings: bindingsOf(room),
      policy: { attribution: room.node.attribution, ...said.policy },
      visibility: visibilityOf(room),
      status: 'active',
      version: '1.0.0',
    },
  };
};

const describeFunction = (room: Room, [id, given]: readonly [string, CityFunction]): Feature => {
  const coverage = coverageOf(room);
  const [inputs, outputs] = [given.inputs, given.outputs].map((schema) =>
    z.record(z.string(), z.json()).parse(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })),
  );
  return {
    id: FeatureId.parse(id),
    attributes: {
      twinId: room.self.id,
      name: given.name,
      featureType: 'function',
      semanticType: given.kind,
      direction: 'provides',
      data: { schema: outputs ?? {}, terms: [], count: 0, stage: 'modelOutput' },
      function: { inputs: inputs ?? {}, outputs: outputs ?? {}, modes: [...given.modes], effect: given.effect, method: given.method },
      coverage: coverage ? { space: coverage } : {},
      bindings: bindingsOf(room),
      policy: { attribution: room.node.attribution },
      visibility: visibilityOf(room),
      status: 'active',
      version: '1.0.0',
    },
  };
};

const sharedOf = (room: Room) => {
  const coverage = coverageOf(room);
  return {
    coverage: coverage ? { space: coverage } : {},
    policy: { attribution: room.node.attribution },
    visibility: visibilityOf(room),
    endpoints: bindingsOf(room),
  };
};

/**
 * One feature for each kind of twin that the store holds, one for each function and each interface, here or far; the agency twin itself is no feature. `isFresh`: systems
 * of the agency are asked anew what they offer.
 */
export const describeFeatures = async (room: Room, isFresh = false): Promise<readonly Feature[]> => {
  const held = await room.store.kinds();
  const data = held.filter(({ kind, count }) => count > 0 && kind !== 'city:AgencyTwin').map((kind) => describeFeature(room, kind));
  const far = await describeFarFeatures(room, sharedOf(room), isFresh);
  return [...data, ...[...offeredFunctions(room)].map((given) => describeFunction(room, given)), ...far];
};

const registerFeatures = async (room: Room, registry: Peer, features: readonly Feature[]): Promise<Result<true>> => {
  for (let at = 0; at < features.length; at += limits.messageObjectsMax) {
    const objects = features.slice(at, at + limits.messageObjectsMax).map(({ id, attributes }) => ({ kind: 'feature' as const, id, attributes }));
    const registered = await room.ask(registry, 'registry.register.feature', { parameters: {}, objects }, { signal: room.signal });
    if (!registered.ok) return registered;
    const { standing } = registered.value;
    const refused = standing?.status === 'partial' ? standing.details : [];
    for (const { objectId, code, message = code } of refused) room.events.featureRefused({ feature: objectId, reason: message });
  }
  return ok(true);
};

const leaseSecondsOf = (room: Room): number => room.node.leaseSeconds ?? limits.leaseSecondsDefault;

/** The revision of the entry that the registry has of this node; nothing where there is no registry. */
type Entered = Result<number | undefined>;

/** R1 and R2: the twin with its key, then what it offers. */
const register = async (room: Room): Promise<Entered> => {
  const reached = await reachRegistry(room);
  if (!reached.ok) return reached;
  const { value: registry } = reached;
  if (!registry) return ok(undefined);
  const offered = await describeFeatures(room);
  const object = { kind: 'digitalTwin' as const, id: room.self.id, attributes: describeTwin(room, offered) };
  const twin = await room.ask(
    registry,
    'registry.register.digitalTwin',
    { parameters: { leaseSeconds: leaseSecondsOf(room) }, objects: [object] },
    { signal: room.signal },
  );
  if (!twin.ok) return twin;
  const features = await registerFeatures(room, registry, offered);
  return features.ok ? ok(twin.value.objects[0].revision) : features;
};

const renew = async (room: Room): Promise<Entered> => {
  const reached = await reachRegistry(room);
  if (!reached.ok) return reached;
  const { value: registry } = reached;
  if (!registry) return ok(undefined);
  const object = { kind: 'digitalTwin' as const, id: room.self.id, attributes: {} };
  const renewed = await room.ask(registry, 'registry.renew.digitalTwin', { parameters: {}, objects: [object] }, { signal: room.signal });
  return renewed.ok ? ok(renewed.value.objects[0].revision) : renewed;
};

const renewalsPerLease = 3;

/** How often what is registered is made known again while nothing changes. */
export const renewalMs = (room: Room): number => (leaseSecondsOf(room) * 1000) / renewalsPerLease;

/** What is offered and under which keys, without how many there are: new kinds, terms and keys are told, another bus is not. */
const offerOf = async (room: Room): Promise<string> => {
  const features = await describeFeatures(room, true);
  return JSON.stringify([room.keys.published(), ...features.map(({ id, attributes }) => [id, attributes.data.terms, attributes.function])]);
};

type Registering = {
  readonly told: (problem: Problem | undefined) => void;
  /** what this node is beside a twin, made known each time after it */
  readonly beside?: (() => Promise<Result<unknown>>) | undefined;
};

type Registered = { readonly offer: string; readonly revision: number | undefined };

/** Renewed while it is what is offered, else registered; and where the entry is another by now: a word of ours from before came late and was written over it. */
const enter = async (room: Room, registered: Registered | undefined, offer: string): Promise<Entered> => {
  if (registered?.offer !== offer) return register(room);
  const renewed = await renew(room);
  return renewed.ok && renewed.value !== registered.revision ? register(room) : renewed;
};

type Round = { readonly outcome: Result<unknown>; readonly entered: Registered | undefined };

const oneRound = async (room: Room, registered: Registered | undefined, beside: Registering['beside']): Promise<Round> => {
  const offer = await offerOf(room);
  const twin = await enter(room, registered, offer);
  return { outcome: twin.ok && beside ? await beside() : twin, entered: twin.ok ? { offer, revision: twin.value } : undefined };
};

/** Registers, and keeps registered until the node ends; a registry that is away is tried again, one that has forgotten us, or does not know our newest terms, is told anew. */
export const keepRegistered = async (room: Room, { told, beside }: Registering): Promise<void> => {
  let registered: Registered | undefined;
  let waitMs: number = limits.retryDelayMinMs;
  while (!room.signal.aborted) {
    const round = await answered(oneRound(room, registered, beside));
    const outcome = round.ok ? round.value.outcome : round;
    told(outcome.ok ? undefined : outcome.problem);
    const away = !outcome.ok && outcome.problem.retryAfterMs === undefined && ['unreachable', 'timedOut'].includes(outcome.problem.kind);
    if (outcome.ok && round.ok) registered = round.value.entered;
    else if (!away) registered = undefined;
    waitMs = outcome.ok ? renewalMs(room) : Math.min(waitMs * 2, limits.retryDelayMaxMs);
    await pause(room.deps.timers, waitMs, AbortSignal.any([room.keys.changed(), room.signal]));
    if (outcome.ok) waitMs = limits.retryDelayMinMs;
  }
};
