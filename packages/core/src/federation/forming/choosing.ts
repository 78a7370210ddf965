/**
 * Choosing members: of those that were found, whom to invite for which need; one that fell away is replaced by the next best (P-ARC: the initiator determines).
 */
import { AgencyId, type Authority, agreementIdOf, authorityOf, connectionIdOf, type FeatureId, type FederationId, type TwinId } from '../../ground/id.ts';
import { type Instant, msBetween } from '../../ground/instant.ts';
import { limits } from '../../ground/limits.ts';
import type { Vocabulary } from '../../twin/semantic-dictionary.ts';
import type { Candidate, Need } from '../candidate.ts';
import { type Federation, featureOf } from '../federation.ts';
import { type Member, memberLifecycle, wayTo } from '../member.ts';
import { serves } from './meaning.ts';

/** The candidates that serve a need, best first. A kind may be kept by several agencies: all of them are wanted. */
export const candidatesFor = (need: Need, candidates: readonly Candidate[], vocabulary: Vocabulary): readonly Candidate[] =>
  candidates.filter(
    ({ feature, twin, score }) =>
      score > 0 &&
      serves(feature.attributes.semanticType, need, vocabulary) &&
      (need.agencies === undefined || need.agencies.some((agency) => twin.attributes.owner.organizationId === agency)),
  );

const localOf = (federation: FederationId): string => federation.split(':').slice(4).join(':');

/** Its agreement and connection are named after federation and member: inviting again after a crash makes no second ones. */
const inviteOf = (
  federation: Federation,
  candidates: readonly Candidate[],
  { now, replaces }: { readonly now: Instant; readonly replaces: TwinId | undefined },
): Member | undefined => {
  const [first] = candidates;
  const way = first && wayTo(first.twin.attributes);
  if (!first || !way) return undefined;
  const { id: twinId, attributes } = first.twin;
  const local = `${localOf(federation.id)}/${authorityOf(twinId)}`;
  const authority: Authority = authorityOf(federation.initiator);
  return {
    twinId,
    agency: AgencyId.parse(attributes.owner.organizationId),
    name: attributes.name,
    domain: attributes.domain,
    ...way,
    keys: attributes.keys,
    state: memberLifecycle.initial,
    since: now,
    features: candidates.map(featureOf),
    ...(attributes.coverage && { coverage: attributes.coverage }),
    agreementId: agreementIdOf(authority, local),
    connectionId: connectionIdOf(authority, local),
    formed: false,
    ...(replaces && { replaces }),
  };
};

/** Nobody is there: a link that was open is interrupted, or whoever is still on the way in does not hear what is said, or has nothing registered any more. */
export const isSilent = ({ state, reason }: Member): boolean =>
  state === 'INTERRUPTED' || (['INVITED', 'AGREED', 'CONNECTING'].includes(state) && ['unreachable', 'timedOut', 'notFound'].includes(reason ?? ''));

/** Silent for so long that another may take its place. */
export const isLost = (member: Member, now: Instant): boolean => isSilent(member) && msBetween(member.since, now) >= limits.memberLostMs;

type Choosing = { readonly vocabulary: Vocabulary; readonly now: Instant };

const offers = (member: Member, need: Need, vocabulary: Vocabulary): boolean =>
  (need.agencies === undefined || need.agencies.includes(member.agency)) && member.features.some(({ kind }) => serves(kind, need, vocabulary));

const isWithUs = (member: Member, now: Instant): boolean =>
  ['INVITED', 'AGREED', 'CONNECTING', 'ACTIVE', 'INTERRUPTED'].includes(member.state) && !isLost(member, now);

/** For a need that one provider is enough for: nobody while it has one, else the best that was not asked yet; one that is chosen anyhow comes first. */
const bestFor = (
  federation: Federation,
  need: Need,
  { open, chosen, by: { vocabulary, now } }: { readonly open: readonly Candidate[]; readonly chosen: ReadonlySet<TwinId>; readonly by: Choosing },
): readonly Candidate[] => {
  if (federation.members.some((member) => offers(member, need, vocabulary) && isWithUs(member, now))) return [];
  const best = open.find(({ twin }) => chosen.has(twin.id)) ?? open[0];
  return open.filter(({ twin }) => twin.id === best?.twin.id);
};

/** Who served the need before and does no longer. */
const predecessorOf = (federation: Federation, need: Need, { vocabulary, now }: Choosing): TwinId | undefined =>
  federation.members.findLast((member) => offers(member, need, vocabulary) && (isLost(member, now) || ['LEAVING', 'LEFT'].includes(member.state)))?.twinId;

type Choice = { readonly features: Map<FeatureId, Candidate>; replaces: TwinId | undefined };

/**
 * Members for the needs that nobody serves yet; an agency is never taken twice. Where one provider is enough the best is taken and the others are runners-up;
 * otherwise all who serve the need are wanted. Needs with the least choice come first, so that whoever is taken for them serves others as well and few are enough.
 */
export const chooseMembers = (federation: Federation, candidates: readonly Candidate[], by: Choosing): readonly Member[] => {
  const taken = new Set<TwinId>([federation.initiator, ...federation.members.map(({ twinId }) => twinId)]);
  const choices = new Map<TwinId, Choice>();
  const openFor = (need: Need): readonly Candidate[] => candidatesFor(need, candidates, by.vocabulary).filter(({ twin }) => !taken.has(twin.id));
  const choiceFor = ({ one = false }: Need, open: readonly Candidate[]): number => (one ? new Set(open.map(({ twin }) => twin.id)).size : 0);
  const inOrder = federation.needs
    .map((need) => ({ need, open: openFor(need) }))
    .toSorted((a, b) => Number(a.need.one ?? false) - Number(b.need.one ?? false) || choiceFor(a.need, a.open) - choiceFor(b.need, b.open));
  for (const { need, open } of inOrder) {
    const wanted = need.one ? bestFor(federation, need, { open, chosen: new Set(choices.keys()), by }) : open;
    for (const candidate of wanted) {
      const choice = choices.get(candidate.twin.id) ?? { features: new Map(), replaces: undefined };
      choice.features.set(candidate.feature.id, candidate);
      choice.replaces ??= need.one ? predecessorOf(federation, need, by) : undefined;
      choices.set(candidate.twin.id, choice);
    }
  }
  return [...choices.values()].flatMap(({ features, replaces }) => inviteOf(federation, [...features.values()], { now: by.now, replaces }) ?? []);
};

/** Members that were lost and whose place another has taken. */
export const replacedMembers = (federation: Federation, now: Instant): readonly Member[] =>
  federation.members.filter(
    (member) => isLost(member, now) && federation.members.some(({ replaces, state }) => replaces === member.twinId && state === 'ACTIVE'),
  );
