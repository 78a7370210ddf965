/**
 * Forming: checks in which the target, for an application of this machine, forms a federation with actors of the kit: how it connects, what it says and does when one goes away.
 */
import { type Actor, memberAt } from '../actor.ts';
import { featureOf, isSuccess, objectsOf, post, type Stage, say, type Told, until } from '../stage.ts';
import type { Finding } from '../vector.ts';
import { createMember, type Member } from './member.ts';

const failed = (why: string): Finding => ({ outcome: 'failed', why });
const skipped = (why: string): Finding => ({ outcome: 'skipped', why });

/** Wanted of the actors alone, whoever else offers it. */
const kind = 'city:RiverGauge';

const offer = (stage: Stage, actor: Actor, terms: readonly string[] | undefined): Promise<Told> =>
  say(stage, actor, { to: stage.registry, role: 'registry', verb: 'register', object: 'feature', objects: [featureOf(actor, kind, terms)] });

const withdraw = (stage: Stage, actor: Actor): Promise<Told> =>
  say(stage, actor, {
    to: stage.registry,
    role: 'registry',
    verb: 'deregister',
    object: 'feature',
    parameters: { force: true },
    objects: [{ kind: 'feature', id: featureOf(actor, kind)['id'] }],
  });

/** What an application of this machine says to the target: possible where the target lets it. */
const sayAsApplication = (
  stage: Stage,
  verb: string,
  { object, objects }: { readonly object: string; readonly objects: readonly unknown[] },
): Promise<Told> => {
  const header = {
    protocolVersion: '1.0',
    messageId: `urn:uuid:${stage.deps.ids.uuid()}`,
    messageType: 'request',
    source: { id: 'urn:dtf:application:conformance.example:kit', role: 'application' },
    destination: { id: stage.target.id, role: 'digitalTwin' },
    timestamp: stage.deps.clock.now(),
    contentFormat: 'application/json',
  };
  return post(stage, stage.target.endpoint, JSON.stringify({ header, data: { action: { verb, object, parameters: {} }, objects } }));
};

/** P1: a federation of the actors; `one` of them is enough where it says so. */
const requestFederation = (stage: Stage, id: string, { one, terms }: Pick<Forming, 'one' | 'terms'>): Promise<Told> => {
  const agencies = Object.values(stage.actors).map(({ agency }) => agency);
  const need = { kind, agencies, optional: false, ...(one && { one }), ...(terms && { terms }) };
  const attributes = { name: { en: 'Conformance' }, purpose: 'city:safety', needs: [need], federationId: id };
  return sayAsApplication(stage, 'request', { object: 'service', objects: [{ kind: 'service', id, attributes }] });
};

/** P3: how the target says that its federation stands. */
const statusOf = async (stage: Stage, id: string): Promise<{ readonly state: unknown; readonly stateOf: (twin: string) => unknown }> => {
  const told = await sayAsApplication(stage, 'query', { object: 'federationStatus', objects: [{ kind: 'federation', id }] });
  const [status] = objectsOf(told);
  const members = memberAt(status, 'attributes.members');
  return {
    state: memberAt(status, 'attributes.state'),
    stateOf: (twin) => memberAt(Array.isArray(members) ? members.find((member) => memberAt(member, 'twinId') === twin) : undefined, 'state'),
  };
};

export const hears = ({ heard }: Member, row: string): boolean => heard.some((one) => one.row === row);

export const patienceMs = 20_000;
/** A link that is cut is found out, and another takes the place, within this. */
const replacedMs = 60_000;

type Formed = { readonly id: string; readonly members: readonly [Member, Member] };

type Forming = {
  readonly name: string;
  readonly behaviours: readonly [Parameters<Member['behave']>[0], Parameters<Member['behave']>[0]];
  readonly one: boolean;
  /** what the need cannot do without */
  readonly terms?: readonly string[];
};

/** A member leaves wherever it was confirmed: any federation of the city may have found in it somebody who serves a need. */
const leaveAll = async (stage: Stage, { actor, heard }: Member): Promise<void> => {
  const confirmed = new Map(heard.flatMap(({ row, message }) => (row === 'confirm.federation' ? [[memberAt(message, 'header.federationId'), message]] : [])));
  for (const [id, message] of confirmed) {
    const to = { ...stage.target, id: String(memberAt(message, 'header.source.id')), endpoint: String(memberAt(message, 'header.source.endpoint')) };
    const parameters = { reason: 'the kit has seen what it wanted to see', effectiveAt: stage.deps.clock.now() };
    await say(stage, actor, { to, role: 'digitalTwin', verb: 'leave', object: 'federation', parameters, objects: [{ kind: 'federation', id }] });
  }
};

/** Offers of both actors, a federation that wants them, and afterwards nothing of them left in the registry or in a federation. */
export const withFederation = async (stage: Stage, { name, behaviours, ...forming }: Forming, look: (formed: Formed) => Promise<Finding>): Promise<Finding> => {
  const [first, second] = Object.values(stage.actors);
  if (!first || !second) return skipped('no two actors');
  const { terms: kept = [] } = forming;
  const playing = [
    { behaviour: behaviours[0], kept },
    { behaviour: behaviours[1], kept },
  ] as const;
  const members: Formed['members'] = [createMember(stage, first, playing[0]), createMember(stage, second, playing[1])];
  if (!isSuccess(await offer(stage, first, kept)) || !isSuccess(await offer(stage, second, kept))) return skipped('the registry takes no offers of the kit');
  const id = `urn:dtf:federation:${first.authority}:${name}`;
  const asked = await requestFederation(stage, id, forming);
  const found = isSuccess(asked)
    ? await look({ id, members })
    : skipped(`the target forms no federation for an application of this machine (${asked.code ?? 'no answer'})`);
  for (const { behave } of members) behave('reject');
  await Promise.all(members.map((member) => leaveAll(stage, member)));
  await Promise.all([withdraw(stage, first), withdraw(stage, second)]);
  return found;
};

const connectionIn = ({ heard }: Member): unknown => heard.find(({ row }) => row === 'request.communication')?.message;

/** What is wrong with a connection that needs no adaptation; undefined where nothing is. */
const faultOfConnection = (message: unknown, target: string): string | undefined => {
  const link = memberAt(message, 'data.objects.0.attributes');
  if (memberAt(message, 'header.via') !== undefined) return 'the message came over an adaptor';
  if (memberAt(link, 'adaptorId') !== undefined) return 'the connection names an adaptor';
  const ends = [memberAt(link, 'ends.0'), memberAt(link, 'ends.1')];
  if (memberAt(ends[0], 'twinId') !== target) return 'the first end of the connection is not the target';
  return memberAt(ends[0], 'protocol') === memberAt(ends[1], 'protocol') ? undefined : 'the two ends speak otherwise';
};

/** Check 7, the target as initiator: both ends speak the same, so nobody stands between. */
export const connectDirectly = (stage: Stage): Promise<Finding> =>
  withFederation(stage, { name: 'direct', behaviours: ['accept', 'reject'], one: false }, async ({ id, members: [member] }) => {
    const isFormed = await until(async () => (await statusOf(stage, id)).stateOf(member.actor.id) === 'ACTIVE', patienceMs);
    if (!isFormed) return failed('a member that accepts and connects did not become ACTIVE');
    const fault = faultOfConnection(connectionIn(member), stage.target.id);
    return fault === undefined ? { outcome: 'passed' } : failed(fault);
  });

/** Check 10: a member falls silent; the target says so, takes the runner-up, and is ACTIVE again. */
export const cutAndReplace = (stage: Stage): Promise<Finding> =>
  withFederation(stage, { name: 'cut', behaviours: ['accept', 'accept'], one: true }, async ({ id, members }) => {
    const isActive = await until(async () => (await statusOf(stage, id)).state === 'ACTIVE', patienceMs);
    if (!isActive) return failed('the federation did not become ACTIVE');
    const lost = members.find((member) => hears(member, 'form.federatedDigitalTwin'));
    const next = members.find((member) => member !== lost);
    if (!lost || !next) return failed('no member was told of the federated twin');
    if (hears(next, 'form.federatedDigitalTwin')) return skipped('the target takes all who serve a need: there is no runner-up');
    lost.behave('silent');
    const isTold = await until(async () => (await statusOf(stage, id)).stateOf(lost.actor.id) === 'INTERRUPTED', patienceMs);
    if (!isTold) return failed('a member that says nothing any more is not told to be INTERRUPTED');
    const isDegraded = await until(async () => (await statusOf(stage, id)).state === 'DEGRADED', patienceMs);
    if (!isDegraded) return failed('a federation that has lost a member is not told to be DEGRADED');
    const isReplaced = await until(async () => {
      const { state, stateOf } = await statusOf(stage, id);
      return state === 'ACTIVE' && stateOf(next.actor.id) === 'ACTIVE';
    }, replacedMs);
    if (!isReplaced) return failed('the runner-up did not take the place of who is gone');
    // it may have been asked before, for a need that another one took then
    const invited = next.heard.findLast(({ row }) => row === 'request.federation');
    const replaces = memberAt(invited?.message, 'data.action.parameters.replaces');
    return replaces === lost.actor.id ? { outcome: 'passed' } : failed(`the invitation says that it replaces ${String(replaces)}, not who is gone`);
  });
