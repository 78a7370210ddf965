/**
 * Adapting (check 6): the target lies between a consumer that speaks HTTP in the words of the city and an owner that offers its records over a WebSocket,
 * in a form, words, units, coordinates and times of its own.
 */
import { cityDictionary, hopText, type Message, originalText, parseMessage } from '@cityweave/core';
import { sha256, verifyMessage, verifyText } from '../../trust/signature.ts';
import { type Actor, createActor, memberAt, type Raw, replyOf } from '../actor.ts';
import { entryOf, isSuccess, type Stage, say, type Told, withdraw } from '../stage.ts';
import { type Finding, noAdaptor } from '../vector.ts';

const failed = (why: string): Finding => ({ outcome: 'failed', why });

/** One gauge as its owner has it: in feet, at a time in New York, in metres of UTM zone 32. */
export const recordOf = (nr: string, feet: number, taken: string): Raw => ({
  type: 'Feature',
  geometry: { type: 'Point', coordinates: [500_000, 5_538_630.7027] },
  properties: { nr, feet, taken },
});

const record = recordOf('P-1', 10, '2026-01-15 12:00:00');

/** The same in the words, units, coordinates and times of the city. */
const expected = { kind: 'city:RiverGauge', metres: 3.048, longitude: 9, latitude: 50, observedAt: '2026-01-15T17:00:00.000Z' };
const tolerance = 1e-6;

const wordsOf = ({ authority, prefix }: Actor) => {
  const term = (name: string, more: Raw): Raw => ({ term: `${prefix}:${name}`, label: { en: name }, ...more });
  const terms = [
    term('Pegel', { role: 'kind', sameAs: [expected.kind] }),
    term('stage', { role: 'property', dataType: 'number', unit: '[ft_i]', sameAs: ['city:waterLevel'] }),
  ];
  return { id: `urn:dtf:dictionary:${authority}:kit`, attributes: { version: '1.0.0', prefix, name: { en: 'Words of the kit' }, terms } };
};

const farFeatureOf = (owner: Actor): Raw => {
  const { prefix } = owner;
  const { id } = wordsOf(owner);
  const members = [{ member: 'feet', term: `${prefix}:stage`, unit: '[ft_i]' }];
  const form = {
    ...{ format: 'application/geo+json', dictionary: id, source: 'gauges', key: 'nr', observedAt: 'taken' },
    ...{ crs: 'EPSG:25832', timeZone: 'America/New_York', members },
  };
  return {
    id: `urn:dtf:feature:${owner.authority}:gauges`,
    attributes: {
      ...{ twinId: owner.id, name: { en: 'Gauges' }, featureType: 'data', semanticType: `${prefix}:Pegel`, direction: 'provides' },
      data: { schema: {}, terms: [{ term: `${prefix}:stage`, unit: '[ft_i]' }], count: 1, stage: 'raw', form },
      ...{ coverage: {}, bindings: owner.endpoints.filter(({ protocol }) => protocol === 'websocket') },
      ...{ policy: {}, visibility: { level: 'federation' }, status: 'active', version: '1.0.0' },
    },
  };
};

/** What an owner has: its records now, and each of them at other times. */
export type Kept = { readonly records: readonly unknown[]; readonly past?: readonly unknown[] };

/** Answers what comes over its WebSocket, and is silent to anything else. */
const answerAsOwner = (stage: Stage, owner: Actor, { records, past }: Kept): void =>
  owner.answer((message, over) => {
    if (over !== 'websocket') return undefined;
    const [verb, echo] = [memberAt(message, 'data.action.verb'), memberAt(message, 'data.action.parameters.echo')];
    const told = (content: readonly unknown[]) => [{ featureId: farFeatureOf(owner)['id'], format: 'application/geo+json', content }];
    const attributes = { far: told(records), ...(past && { farPast: told(past) }), seq: 1 };
    const data = { kind: 'exchangeData', id: `urn:uuid:${stage.deps.ids.uuid()}`, attributes };
    const itself = { kind: 'digitalTwin', id: owner.id, attributes: { status: 'online' } };
    const objects = verb === 'read' ? [data] : verb === 'probe' ? [itself] : [];
    return replyOf(owner, message, { objects, parameters: verb === 'probe' ? { echo } : {}, at: stage.deps.clock.now(), id: stage.deps.ids.uuid() });
  });

export type Ends = { readonly stage: Stage; readonly consumer: Actor; readonly owner: Actor };

const register = async ({ stage, owner }: Ends): Promise<string | undefined> => {
  const to = { to: stage.registry, role: 'registry', verb: 'register' };
  const { id, attributes } = wordsOf(owner);
  const entry = await say(stage, owner, { ...to, object: 'digitalTwin', objects: [entryOf(owner)] });
  const words = await say(stage, owner, { ...to, object: 'semanticDictionary', objects: [{ kind: 'semanticDictionary', id, attributes }] });
  return isSuccess(entry) && isSuccess(words) ? undefined : `the registry does not take in the owner and its words (${entry.code}, ${words.code})`;
};

/** An agreement, and a connection of it, is between two: each owner has its own. */
const namesOf = ({ consumer: { authority }, owner }: Ends) => ({
  federationId: `urn:dtf:federation:${authority}:adapted`,
  agreementId: `urn:dtf:agreement:${authority}:adapted-${owner.authority}`,
  connectionId: `urn:dtf:connection:${authority}:adapted-${owner.authority}`,
});

/** A2: the consumer by HTTP, the owner where its feature says. */
const bridgeRequest = (ends: Ends) => {
  const { stage, consumer, owner } = ends;
  const { federationId, agreementId, connectionId } = namesOf(ends);
  const socket = owner.endpoints.find(({ protocol }) => protocol === 'websocket')?.address;
  const endOf = (twinId: string, protocol: string, address: string | undefined): Raw => ({ twinId, protocol, address, format: 'application/json' });
  const attributes = {
    ...{ federationId, agreementId, state: 'REQUESTED', since: stage.deps.clock.now() },
    ends: [endOf(consumer.id, 'http', consumer.endpoint.address), endOf(owner.id, 'websocket', socket)],
  };
  return {
    ...{ verb: 'request', object: 'communication' },
    parameters: { agreementId, features: [farFeatureOf(owner)], dictionary: cityDictionary.id, protocol: 'http' },
    objects: [{ kind: 'communication', id: connectionId, attributes }],
  };
};

/** What is asked for, as the data area of a message. */
export const bridgeAskedFor = (ends: Ends): Raw => {
  const { objects, ...action } = bridgeRequest(ends);
  return { action, objects };
};

/** Said to the owner, at the adaptor's address (A5). */
const sayThrough = (
  { stage, consumer, owner }: Ends,
  verb: string,
  content: { readonly object: string; readonly parameters: Raw; readonly objects?: readonly unknown[] },
) => say(stage, consumer, { to: { ...stage.target, id: owner.id }, role: 'digitalTwin', verb, ...content });

export const isClose = (found: unknown, wanted: number): boolean => typeof found === 'number' && Math.abs(found - wanted) < tolerance;

/** What did not arrive as it should; undefined where all did. */
const faultOfTwin = (twin: unknown): string | undefined => {
  if (memberAt(twin, 'kind') !== expected.kind) return `the kind is ${String(memberAt(twin, 'kind'))}, it should be ${expected.kind}`;
  const value = memberAt(twin, 'values');
  const level = memberAt(value, 'city:waterLevel');
  if (!isClose(memberAt(level, 'value'), expected.metres) || memberAt(level, 'unit') !== 'm') return '10 feet did not become 3.048 m';
  if (!isClose(memberAt(twin, 'position.0'), expected.longitude) || !isClose(memberAt(twin, 'position.1'), expected.latitude))
    return 'the position is another one';
  return memberAt(twin, 'provenance.observedAt') === expected.observedAt ? undefined : `the time is not ${expected.observedAt}`;
};

const faultOfHop = ({ target }: Stage, message: Message): string | undefined => {
  const [hop, ...more] = message.header.via ?? [];
  if (!hop || more.length > 0) return 'via does not show one hop';
  if (hop.adaptorId !== target.id || hop.steps.join(' ') !== 'protocol format semantic') return 'the hop is not the target with three steps';
  const isSigned = target.keys.some((key) => key.kid === hop.keyId && verifyText(hopText(message.header.messageId, hop), hop.signature ?? '', key));
  if (!isSigned || hop.digest !== sha256(originalText(message))) return 'the hop is not signed by the target over what it converted';
  return faultOfTwin(memberAt(hop, 'converted.objects.0.attributes.page.rows.0.twin'));
};

/** T9 through the adaptor. */
export const readThrough = (ends: Ends, query: Raw): Promise<Told> => {
  const { federationId, agreementId } = namesOf(ends);
  return sayThrough(ends, 'read', { object: 'exchangeData', parameters: { federationId, agreementId, query: { version: 1, ...query } } });
};

/** What the adaptor made of what its owner said. */
export const convertedPage = ({ body }: Told): unknown => memberAt(body, 'header.via.0.converted.objects.0.attributes.page');

const faultOfRead = async (ends: Ends): Promise<string | undefined> => {
  const told = await readThrough(ends, {});
  const message = parseMessage(told.body);
  if (!message.ok || !isSuccess(told)) return `nothing was read through it: ${told.code ?? 'no answer'}`;
  const isOwners = message.value.header.source.id === ends.owner.id && (await verifyMessage(message.value, [ends.owner.key.publicKey])).ok;
  return isOwners ? faultOfHop(ends.stage, message.value) : 'the answer is not what its owner signed';
};

/** A8: what is under way may end within the time named. */
export const disconnect = (ends: Ends, drainSeconds?: number): Promise<Told> => {
  const { stage, consumer } = ends;
  const parameters = drainSeconds === undefined ? {} : { drainSeconds };
  const object = { kind: 'communication', id: namesOf(ends).connectionId };
  return say(stage, consumer, {
    ...{ to: stage.target, role: 'communicationAdaptor', verb: 'disconnect', object: 'communication' },
    parameters,
    objects: [object],
  });
};

/** The profile of a bridge that stands, or why it does not. */
const openBridge = async (ends: Ends): Promise<{ readonly profileId: string } | { readonly finding: Finding }> => {
  const refused = await register(ends);
  if (refused !== undefined) return { finding: { outcome: 'skipped', why: refused } };
  const made = await say(ends.stage, ends.consumer, { to: ends.stage.target, role: 'communicationAdaptor', ...bridgeRequest(ends) });
  if (!isSuccess(made)) return { finding: failed(`the bridge was refused: ${made.code ?? 'no answer'}`) };
  const object = { kind: 'digitalTwin', id: ends.owner.id };
  const probed = await sayThrough(ends, 'probe', { object: 'digitalTwin', parameters: { echo: 'kit' }, objects: [object] });
  if (!isSuccess(probed)) return { finding: failed(`no probe came through: ${probed.code ?? 'no answer'}`) };
  return { profileId: String(memberAt(made.body, 'data.action.parameters.profileId')) };
};

type Bridging = { readonly find: (ends: Ends, profileId: string) => Promise<Finding>; readonly kept?: Kept };

/** What is found over a bridge of the target that stands, between a consumer and an owner that is there for so long. */
export const overBridge = async (stage: Stage, consumer: Actor, { find, kept = { records: [record] } }: Bridging): Promise<Finding> => {
  if (!stage.isAdaptor) return noAdaptor;
  await using owner = await createActor('owner', stage.deps, { ...stage, binding: 'websocket' });
  answerAsOwner(stage, owner, kept);
  consumer.answer((message) => replyOf(consumer, message, { at: stage.deps.clock.now(), id: stage.deps.ids.uuid() }));
  const ends = { stage, consumer, owner };
  const opened = await openBridge(ends);
  const found = 'finding' in opened ? opened.finding : await find(ends, opened.profileId);
  consumer.answer(() => undefined);
  await withdraw(stage, owner);
  return found;
};

/** Check 6. */
export const connectByAdaptor = (stage: Stage, consumer: Actor): Promise<Finding> =>
  overBridge(stage, consumer, {
    find: async (ends) => {
      const fault = await faultOfRead(ends);
      await disconnect(ends);
      return fault === undefined ? { outcome: 'passed' } : failed(fault);
    },
  });
