/**
 * The federated twin in the registry (R14, and R5 when it is over), so that a formed federation can be found as a twin, as it is made up now.
 */
import { type Federation, type FederationId, federatedTwinIdOf, limits, type Result } from '@cityweave/core';
import { askTimeoutDefaultMs } from '../../exchange/ask.ts';
import { renewalMs } from '../feature-information.ts';
import { type Room, reachRegistry } from '../room.ts';

const computes = ({ modes }: Federation['members'][number]['features'][number]): boolean => modes?.includes('invoke') ?? false;

const takingPart = ({ members }: Federation) => members.filter(({ state }) => ['ACTIVE', 'INTERRUPTED'].includes(state));

export const describeFederatedTwin = (room: Room, federation: Federation) => {
  const composed = takingPart(federation).flatMap(({ features }) => features);
  return {
    kind: 'federatedDigitalTwin' as const,
    id: federatedTwinIdOf(federation.id),
    attributes: {
      federationId: federation.id,
      name: federation.name,
      purpose: federation.purpose,
      initiator: federation.initiator,
      memberTwins: [federation.initiator, ...takingPart(federation).map(({ twinId }) => twinId)],
      composedFeatures: composed.map(({ featureId }) => featureId),
      services: composed.filter(computes).map(({ featureId }) => featureId),
      domain: room.node.domain,
      endpoints: room.self.endpoints(),
    },
  };
};

/** R14; nothing to tell where there is no registry. */
const register = async (room: Room, federation: Federation): Promise<Result<unknown>> => {
  const reached = await reachRegistry(room);
  if (!reached.ok || !reached.value) return reached;
  const content = { parameters: {}, objects: [describeFederatedTwin(room, federation)] as [ReturnType<typeof describeFederatedTwin>] }; // branding: a list of one
  const asking = { federationId: federation.id, expiresInMs: askTimeoutDefaultMs, signal: room.signal };
  return room.ask(reached.value, 'registry.register.federatedDigitalTwin', content, asking);
};

/** R5: true once the registry has let go of it; one that has forgotten it has nothing to let go. */
const deregister = async (room: Room, federation: Federation): Promise<boolean> => {
  const reached = await reachRegistry(room);
  if (!reached.ok || !reached.value) return reached.ok;
  const object = { kind: 'federatedDigitalTwin' as const, id: federatedTwinIdOf(federation.id) };
  const content = { parameters: { reason: 'released' }, objects: [object] as [typeof object] }; // branding: a list of one
  const asked = await room.ask(reached.value, 'registry.deregister.federatedDigitalTwin', content, { signal: room.signal });
  return asked.ok || asked.problem.kind === 'notFound';
};

export type FederatedTwinRegistration = {
  /** Makes known what it is made of: at first, whenever that has changed, and as often as the lease is renewed, since a registry may forget. */
  readonly keep: (federation: Federation) => void;
  /** True once the registry has let go of it. */
  readonly end: (federation: Federation) => Promise<boolean>;
};

/** What was said last of a federated twin, how often that came to nothing, when it is said again though it is the same, and until when it may still be heard. */
type Said = { readonly text: string; readonly failures: number; readonly dueAtMs: number; readonly heardUntilMs: number };

/** So long what was said is not expired for a registry, also for one whose clock is late. */
const heardForMs = askTimeoutDefaultMs + limits.clockToleranceMs;

const waitAfter = (room: Room, failures: number): number =>
  failures === 0 ? renewalMs(room) : Math.min(limits.retryDelayMinMs * 2 ** failures, limits.retryDelayMaxMs);

/** Told before the registry hears of it, so that it is kept that it may know, and once it does. */
type Told = { readonly telling: (id: FederationId) => void; readonly known: (id: FederationId) => void };

/** What was said before a restart is said again. */
export const createFederatedTwinRegistration = (room: Room, { telling, known }: Told): FederatedTwinRegistration => {
  const said = new Map<FederationId, Said>();
  const busy = new Set<FederationId>();
  const { monotonicMs } = room.deps.clock;
  const startedMs = monotonicMs();
  const tell = async (federation: Federation, text: string): Promise<void> => {
    const { id } = federation;
    const heardUntilMs = monotonicMs() + heardForMs;
    const registered = await register(room, federation);
    const failures = registered.ok ? 0 : (said.get(id)?.failures ?? 0) + 1;
    said.set(id, { text, failures, dueAtMs: monotonicMs() + waitAfter(room, failures), heardUntilMs });
    if (registered.ok) known(id);
  };
  /** What is on its way to the registry would be heard after its end: what it has not answered, or may not have answered before this node was started. */
  const mayBeOnItsWay = ({ id, toldRegistry = false }: Federation): boolean => {
    const { failures, heardUntilMs } = said.get(id) ?? { failures: toldRegistry ? 1 : 0, heardUntilMs: startedMs + heardForMs };
    return busy.has(id) || (failures > 0 && monotonicMs() < heardUntilMs);
  };
  return {
    keep: (federation) => {
      const { id } = federation;
      const text = JSON.stringify(describeFederatedTwin(room, federation));
      const before = said.get(id);
      const isDue = before === undefined || (before.failures === 0 && before.text !== text) || before.dueAtMs <= monotonicMs();
      if (busy.has(id) || !isDue) return;
      busy.add(id);
      telling(id);
      void tell(federation, text)
        .catch((cause) => room.events.defect('federated-twin', cause))
        .finally(() => busy.delete(id));
    },
    end: async (federation) => {
      if (mayBeOnItsWay(federation) || !(await deregister(room, federation))) return false;
      said.delete(federation.id);
      return true;
    },
  };
};
