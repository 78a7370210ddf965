/**
 * The invariants by name. Those of one moment stand here, those of every quiet moment in `quiet.ts`, those of a city that has settled in `settled.ts`.
 */
import { functionRunLifecycle, rowNameOf, rowOf } from '@cityweave/core';
import { statesEntered } from './entered.ts';
import type { Invariant, MachineView, Told, World } from './invariant.ts';
import { agencyOf } from './machine.ts';
import { ofInitiator } from './meddling.ts';
import { quietInvariants } from './quiet.ts';
import { settledInvariants } from './settled.ts';

const isRefused = ({ data }: Told): boolean => data.action.result?.status === 'failure';

const onlyAllowedStates: Invariant = {
  name: 'onlyAllowedStates',
  claim: 'no state is entered but by one move that its lifecycle allows',
  wrote: (_world, { name }, write) => {
    const wrong = statesEntered(write).find(({ isAllowed }) => !isAllowed);
    return wrong && `${name}: ${wrong.lifecycle} ${write.id} went from ${wrong.from} to ${wrong.to}`;
  },
};

type Revised = { readonly revision?: number };

const revisionsGrow: Invariant = {
  name: 'revisionsGrow',
  claim: 'a revision is never used for two contents, and never goes back',
  wrote: (_world, _machine, { noun, id, before, after }) => {
    const [was, is] = [(before as Revised | undefined)?.revision, (after as Revised).revision]; // branding: records are objects
    return was !== undefined && is !== undefined && is < was ? `${noun} ${id} went from revision ${was} to ${is}` : undefined;
  },
};

/** What the initiator says to a member, step by step: each is saved with the id under which it is said. */
const stepSubjects = new Set([
  ...['request.federation', 'request.communication', 'form.federatedDigitalTwin', 'suspend.federation', 'resume.federation', 'release.federation'],
]);

const subjectOf = ({ data: { action } }: Told): string => `${action.verb}.${action.object}`;

/** Whether its answer has to be kept: every row that changes something. */
const isChange = ({ header, data }: Told): boolean => {
  const name = rowNameOf({ header, data } as never); // branding: a message as its text says
  return name.ok && rowOf(name.value).effect === 'change';
};

/** Said of a federation by another than its initiator. */
const isMeddling = (world: World, message: Told): boolean =>
  ofInitiator.has(subjectOf(message)) && message.header.source.id !== world.machine(world.initiator).id && message.header.destination.role === 'digitalTwin';

const savedBeforeSent: Invariant = {
  name: 'savedBeforeSent',
  claim: 'nothing is sent before it is saved: a step is in the records of its sender, an answer to a change in those of its receiver',
  said: (world, { disk }, message) => {
    // what is asked of an adaptor is named after its connection: asked again, also under another id, it is the same bridge
    if (!stepSubjects.has(subjectOf(message)) || message.header.destination.role === 'communicationAdaptor' || isMeddling(world, message)) return undefined;
    const steps = disk.list('federation').flatMap(({ value }) => (value as { members: { step?: { messageId: string } }[] }).members); // branding: as federations are saved
    const duties = disk.list('agreement').map(({ value }) => (value as { deletionMessageId?: string }).deletionMessageId); // branding: as agreements are saved
    return duties.includes(message.header.messageId) || steps.some(({ step }) => step?.messageId === message.header.messageId)
      ? undefined
      : `${subjectOf(message)} was said and is in no record`;
  },
  answered: (_world, { disk }, { asked, answer }) => {
    if (!isChange(asked) || isRefused(answer)) return undefined;
    const { source, messageId } = asked.header;
    return disk.get('answer', `${source.id} ${messageId}`) === undefined ? `the answer to ${subjectOf(asked)} was given and is in no record` : undefined;
  },
};

/** What a repeat may touch: who spoke, and that it was heard. */
const harmless = new Set(['pin', 'log', 'registryAt', 'registrySocket']);

const repeatChangesNothing: Invariant = {
  name: 'repeatChangesNothing',
  claim: 'a message that was answered changes nothing when it comes again',
  wrote: (_world, { name }, { noun, id, during }) =>
    during?.again && !harmless.has(noun) ? `${name} wrote ${noun} ${id} when ${during.messageId} came again` : undefined,
};

type Agreed = {
  readonly state: string;
  readonly hash?: string;
  readonly terms: { readonly federationId: string; readonly features: readonly { readonly kind: string }[]; readonly parties: { readonly consumer: string } };
};

const agreementAt = ({ disk }: MachineView, id: unknown): Agreed | undefined => disk.get('agreement', String(id)) as Agreed | undefined; // branding: as agreements are saved

type Part = { readonly initiator: string; readonly formed: boolean; readonly released: boolean; readonly federation: { readonly id: string } };

/** Whether a machine is given something, and gives, in a federation of another: under an agreement with its initiator. */
const isInForce = ({ disk }: MachineView, { initiator, released, federation }: Part): boolean => {
  const links = disk.list('communication').map(({ value }) => value as { agreementId: string; state: string }); // branding: as connections are saved
  const agreed = disk.list('agreement').filter(({ value }) => {
    const { state, terms } = value as Agreed; // branding: as agreements are saved
    return state === 'AGREED' && terms.federationId === federation.id && terms.parties.consumer === initiator;
  });
  return !released && agreed.some(({ id }) => links.some(({ agreementId, state }) => agreementId === id && ['CONNECTED', 'CLOSING'].includes(state)));
};

/** Members of one federation tell each other what they know by which key. */
const identifiedOutOfForce = (machine: MachineView): string | undefined => {
  if (machine.disk.list('federation').length > 0) return undefined;
  const parts = machine.disk.list('membership').map(({ value }) => value as Part); // branding: as memberships are saved
  return parts.some((part) => part.formed && isInForce(machine, part)) ? undefined : `${machine.name} told what it knows and takes part nowhere`;
};

const outOfForce = (machine: MachineView, id: unknown): string | undefined => {
  const agreement = agreementAt(machine, id);
  if (agreement?.state !== 'AGREED') return `${machine.name} gave data under an agreement that is ${agreement?.state ?? 'unknown'}`;
  const links = machine.disk.list('communication').map(({ value }) => value as { agreementId: string; state: string }); // branding: as connections are saved
  if (!links.some(({ agreementId, state }) => agreementId === id && ['CONNECTED', 'CLOSING'].includes(state)))
    return `${machine.name} gave data without a connection`;
  const membership = machine.disk.get('membership', agreement.terms.federationId) as { released: boolean } | undefined; // branding: as memberships are saved
  return membership?.released ? `${machine.name} gave data after its release` : undefined;
};

const kindsIn = ({ data }: Told): readonly string[] =>
  data.objects.flatMap(({ attributes }) =>
    ((attributes?.['page'] as { rows?: { twin: { kind: string } }[] } | undefined)?.rows ?? []).map(({ twin }) => twin.kind),
  ); // branding: as pages are told

const noDataOutOfForce: Invariant = {
  name: 'noDataOutOfForce',
  claim: 'no data moves before the agreement is in force and the connection open, and none after release',
  answered: (_world, machine, { asked, answer }) => {
    if (!['read.exchangeData', 'subscribe.exchangeData', 'invoke.feature'].includes(subjectOf(asked))) return undefined;
    const { parameters } = asked.data.action;
    if (isRefused(answer)) return undefined;
    if (parameters?.['identify'] !== undefined) return identifiedOutOfForce(machine);
    return parameters?.['agreementId'] === undefined ? undefined : outOfForce(machine, parameters['agreementId']);
  },
  streamed: (_world, machine, { agreementId }) => outOfForce(machine, agreementId),
  wrote: (_world, machine, { noun, id, before, after }) => {
    if (noun !== 'membership') return undefined;
    const [was, is] = [before as Part | undefined, after as Part]; // branding: as memberships are saved
    return is.formed && !was?.formed && !isInForce(machine, is) ? `${machine.name} is told that ${id} is formed, and has agreed to nothing` : undefined;
  },
};

const onlyItsInitiator: Invariant = {
  name: 'onlyItsInitiator',
  claim: 'in a federation of somebody else nobody is heard in his place',
  answered: (world, machine, { asked, answer }) => {
    const part = machine.disk.get('membership', asked.header.federationId ?? '') as Part | undefined; // branding: as memberships are saved
    const isOfAnother = part !== undefined && !part.released && part.initiator !== asked.header.source.id;
    return isOfAnother && isMeddling(world, asked) && !isRefused(answer)
      ? `${machine.name} heard ${subjectOf(asked)} from ${asked.header.source.id}`
      : undefined;
  },
  wrote: (_world, machine, { noun, id, before, after }) => {
    const [was, is] = [before as Part | undefined, after as Part]; // branding: as memberships are saved
    return noun === 'membership' && was?.released === false && is.initiator !== was.initiator ? `${machine.name} gave ${id} another initiator` : undefined;
  },
};

const notGranted = (machine: MachineView, id: unknown, kinds: readonly string[]): string | undefined => {
  const granted = agreementAt(machine, id)?.terms.features.map(({ kind }) => kind) ?? [];
  const other = kinds.find((kind) => !granted.includes(kind));
  return other === undefined ? undefined : `${machine.name} gave ${other}, which was not granted`;
};

const onlyWhatWasGranted: Invariant = {
  name: 'onlyWhatWasGranted',
  claim: 'nothing is given but kinds that the agreement grants',
  answered: (_world, machine, { asked, answer }) => notGranted(machine, asked.data.action.parameters?.['agreementId'], kindsIn(answer)),
  streamed: (_world, machine, { agreementId, kinds }) => notGranted(machine, agreementId, kinds),
};

const everySourceOnce: Invariant = {
  name: 'everySourceOnce',
  claim: 'every member that takes part is in the sources of an answer, exactly once',
  asked: (world, { federation, sources }) => {
    const planned = federation.members.filter(({ state }) => ['ACTIVE', 'INTERRUPTED', 'LEAVING'].includes(state)).map(({ agency }) => String(agency));
    const wanted = [agencyOf(world.initiator), ...planned].sort();
    const told = sources.map(({ agency }) => agency).sort();
    return told.join() === wanted.join() ? undefined : `sources are ${told.join(', ')}; planned were ${wanted.join(', ')}`;
  },
};

const marginOfDeadline = 1.05;

const silenceCostsDeadlineOnly: Invariant = {
  name: 'silenceCostsDeadlineOnly',
  claim: 'whoever is silent costs a deadline, never the answer: the own part always comes',
  asked: ({ initiator }, { tookMs, deadlineMs, ids }) => {
    if (tookMs > deadlineMs * marginOfDeadline) return `an answer took ${tookMs} ms of ${deadlineMs}`;
    return ids.filter((id) => id.includes(`:${initiator}.`)).length >= 2 ? undefined : 'the own twins are not in the answer';
  },
};

const sameHashOnBothSides: Invariant = {
  name: 'sameHashOnBothSides',
  claim: 'an agreement that is in force on both sides has one hash',
  wrote: (world, _machine, { noun, id, after }) => {
    if (noun !== 'agreement' || (after as Agreed).state !== 'AGREED') return undefined;
    const hashes = new Set(
      world.machines.flatMap((machine) => agreementAt(machine, id) ?? []).flatMap(({ state, hash }) => (state === 'AGREED' ? (hash ?? 'none') : [])),
    );
    return hashes.size > 1 ? `agreement ${id} has ${hashes.size} hashes` : undefined;
  },
};

const toldOnceInOrder: Invariant = {
  name: 'toldOnceInOrder',
  claim: 'whoever follows a source is told of each change once, in order, and knows at the end what stands',
  followed: (_world, { told, known }, truth) => {
    const wrong = [...told].find(([, numbers]) => numbers.some((number, at) => at > 0 && number <= (numbers[at - 1] ?? 0)));
    if (wrong) return `${wrong[0]} told ${wrong[1].join(', ')}`;
    const stale = [...truth].find(([id, version]) => known.get(id) !== version);
    return stale ? `of ${stale[0]} version ${known.get(stale[0])} is known, ${stale[1]} stands` : undefined;
  },
};

const runsEnd: Invariant = {
  name: 'runsEnd',
  claim: 'whoever began a run learns how it ended, also of one whose node stopped meanwhile, unless what granted it is over',
  ran: (_world, { runId, told }) => {
    if (told.ok) return functionRunLifecycle.isFinal(told.value.state) ? undefined : `${runId} is still ${told.value.state}`;
    const { kind, subject } = told.problem;
    return kind === 'internal' || (kind === 'notFound' && subject === runId) ? `${runId} is told as ${kind}` : undefined;
  },
};

const nothingBreaks: Invariant = {
  name: 'nothingBreaks',
  claim: 'whatever happens is met by an outcome, never by a defect',
  broke: ({ name }, where, cause) => `${name} broke in ${where}: ${cause instanceof Error ? (cause.stack ?? cause.message) : String(cause)}`,
};

export const invariants: readonly Invariant[] = [
  onlyAllowedStates,
  revisionsGrow,
  savedBeforeSent,
  repeatChangesNothing,
  noDataOutOfForce,
  onlyItsInitiator,
  onlyWhatWasGranted,
  everySourceOnce,
  silenceCostsDeadlineOnly,
  sameHashOnBothSides,
  toldOnceInOrder,
  runsEnd,
  nothingBreaks,
  ...quietInvariants,
  ...settledInvariants,
];
