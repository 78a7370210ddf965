/**
 * The table of problems: every expected failure, with its result code, whether asking again may help, and its sentence.
 * A problem carries facts (which agency, which term, how long), never prose; `describeProblem` is the only prose.
 */
import { z } from 'zod';
import { acceptedBy, placedIssue } from './schema/accepted.ts';

/**
 * Facts that a problem may carry; all are safe to show to a partner: no address, no path of a machine, no stack.
 * Marked pure: who needs the table alone, as a browser does, does not load the library of schemas with it.
 */
export const ProblemFacts = /* @__PURE__ */ (() =>
  z.object({
    /** what it is about: an id, a term, a field */
    subject: z.string().optional(),
    /** where: JSON pointer, line of a file, column */
    path: z.string().optional(),
    /** what was found there, shortened */
    found: z.string().optional(),
    /** what would be accepted */
    accepted: z.string().optional(),
    /** the agency it happened at */
    agency: z.string().optional(),
    /** the bound that was passed, or the revision that is current */
    limit: z.number().optional(),
    since: z.string().optional(),
    retryAfterMs: z.number().optional(),
  }))();
export type ProblemFacts = z.infer<typeof ProblemFacts>;

type Row = { readonly code: `DTF-${number}`; readonly retryable: boolean; readonly sentence: (facts: ProblemFacts) => string };

const about = (facts: ProblemFacts): string =>
  [
    facts.subject && ` ${facts.subject}`,
    facts.path && ` at ${facts.path}`,
    facts.found !== undefined && `: found ${facts.found}`,
    facts.accepted && `; accepted: ${facts.accepted}`,
    facts.limit !== undefined && ` (limit ${facts.limit})`,
  ]
    .filter(Boolean)
    .join('');

const row = (code: Row['code'], retryable: boolean, text: string): Row => ({
  code,
  retryable,
  sentence: (facts) => `${text}${about(facts)}`,
});

export const problems = {
  malformed: row('DTF-100', false, 'the message is not well formed'),
  unsupportedVersion: row('DTF-101', false, 'the version is not supported'),
  missing: row('DTF-102', false, 'a mandatory field is missing'),
  unknownMessageType: row('DTF-103', false, 'unknown message type'),
  unknownKind: row('DTF-104', false, 'unknown object kind'),
  unknownVerb: row('DTF-105', false, 'unknown verb'),
  notMyRole: row('DTF-106', false, 'this component does not answer that message'),
  expired: row('DTF-107', true, 'the message came after its time'),
  replayed: row('DTF-108', false, 'the message id was used before with other content'),
  tooLarge: row('DTF-109', false, 'larger than allowed'),
  unsupportedFormat: row('DTF-110', false, 'the format is not supported'),
  unknownDestination: row('DTF-111', false, 'the destination is not known here'),
  invalid: row('DTF-112', false, 'not valid'),
  ownedByOther: row('DTF-200', false, 'already registered by another owner'),
  notRegistered: row('DTF-201', false, 'not registered'),
  notFound: row('DTF-202', false, 'not found'),
  revisionConflict: row('DTF-203', true, 'changed meanwhile; read it again'),
  leaseExpired: row('DTF-204', true, 'the lease is over; register again'),
  featureInUse: row('DTF-205', false, 'in use by a federation; leave it first, or insist'),
  badId: row('DTF-206', false, 'not a valid identifier'),
  endpointNotVerified: row('DTF-207', true, 'at the address that was given nobody answered with the key that was given'),
  refusedByRegistry: row('DTF-208', false, 'refused by the rules of the registry'),
  badQuery: row('DTF-300', false, 'the query is not valid'),
  tooMany: row('DTF-301', false, 'more results than allowed; ask narrower'),
  unsupportedQueryForm: row('DTF-302', false, 'the form of the query is not supported'),
  unknownSubscription: row('DTF-303', false, 'the subscription is not known here'),
  resnapshot: row('DTF-304', false, 'history no longer reaches back so far; take a new snapshot'),
  unknownArea: row('DTF-305', true, 'the area is not remembered here; send its geometry'),
  unknownDictionary: row('DTF-310', false, 'the dictionary is not known'),
  unknownTerm: row('DTF-311', false, 'the term is not in the dictionary'),
  noMapping: row('DTF-312', false, 'no term corresponds'),
  dictionaryConflict: row('DTF-313', false, 'a later version of the dictionary is kept already'),
  unknownFederation: row('DTF-400', false, 'the federation is not known here'),
  notMember: row('DTF-401', false, 'not a member of the federation'),
  notInitiator: row('DTF-402', false, 'only the initiator of the federation may do this'),
  declined: row('DTF-403', false, "refused by the owner's policy"),
  termsNotAcceptable: row('DTF-404', false, 'the terms are not acceptable; offer others'),
  tooManyRounds: row('DTF-405', false, 'no agreement was reached in as many rounds as there may be'),
  invitationExpired: row('DTF-406', false, 'the invitation is over; a new one is needed'),
  notAllowedInState: row('DTF-407', false, 'not allowed in the present state'),
  memberLimit: row('DTF-408', true, 'no room for one more; ask later'),
  notInForce: row('DTF-409', false, 'no agreement is in force for this'),
  hashDiffers: row('DTF-410', false, 'the agreement differs from the one that was accepted'),
  federationsConflict: row('DTF-411', true, 'it would conflict with another federation'),
  unbridgeable: row('DTF-500', false, 'no common or bridgeable protocol'),
  unreachable: row('DTF-501', true, 'the connection was refused'),
  timedOut: row('DTF-502', true, 'no answer in time'),
  unknownConnection: row('DTF-503', false, 'the connection is not known here'),
  interrupted: row('DTF-504', true, 'the link is interrupted'),
  adaptorOverloaded: row('DTF-505', true, 'the adaptor carries as many connections as it can'),
  adaptorUnreachable: row('DTF-506', true, 'the adaptor between the two cannot be reached'),
  notConvertible: row('DTF-600', false, 'this cannot be converted'),
  mappingMissing: row('DTF-601', false, 'nothing in the dictionary of the other end corresponds'),
  unitsDiffer: row('DTF-602', false, 'the units cannot be converted into one another'),
  unknownReferenceSystem: row('DTF-603', false, 'the reference system is not known'),
  clocksDiffer: row('DTF-604', false, 'times cannot be put beside one another: clocks or slots differ too much'),
  lossTooHigh: row('DTF-605', false, 'converting would lose more than is allowed'),
  badProfile: row('DTF-606', false, 'the adaptation profile is not valid'),
  unavailable: row('DTF-901', true, 'temporarily unavailable'),
  inMaintenance: row('DTF-902', true, 'closed for maintenance'),
  upstreamTimedOut: row('DTF-903', true, 'somebody who had to be asked for the answer did not answer in time'),
  notAvailable: row('DTF-700', true, 'what it would be made of is not there'),
  tooOld: row('DTF-701', true, 'what there is is older than agreed'),
  qualityTooLow: row('DTF-702', false, 'what there is is not as good as agreed'),
  overloaded: row('DTF-708', true, 'too many requests'),
  notAuthenticated: row('DTF-800', false, 'the sender is not known'),
  notAuthorised: row('DTF-801', false, 'not permitted'),
  badSignature: row('DTF-802', false, 'the signature is not valid'),
  passExpired: row('DTF-803', true, 'the pass is over; a new one is needed'),
  cancelled: row('DTF-706', false, 'nobody waits for the answer any more'),
  qosNotAttainable: row('DTF-507', false, 'the quality of service asked for cannot be kept'),
  functionFailed: row('DTF-703', true, 'the function failed'),
  badInput: row('DTF-704', false, 'the input of the function is not valid'),
  functionTimedOut: row('DTF-705', true, 'the function took too long'),
  actuationNotPermitted: row('DTF-707', false, 'the agreement does not allow to move anything in the city'),
  purposeNotPermitted: row('DTF-804', false, 'the agreement is for another purpose'),
  personalDataNotPermitted: row('DTF-805', false, 'it tells of persons, and that is not permitted'),
  keyNotTrusted: row('DTF-806', false, 'the key is none of those by which the sender is known'),
  badFile: row('DTF-120', false, 'the file is refused and nothing was changed'),
  outsideCoverage: row('DTF-121', false, 'outside the declared coverage'),
  duplicateKey: row('DTF-122', false, 'the declared key is not unique'),
  badConfiguration: row('DTF-910', false, 'the configuration is not valid'),
  internal: row('DTF-900', true, 'internal error'),
} as const satisfies Record<string, Row>;

export type ProblemKind = keyof typeof problems;

export type Problem = { readonly kind: ProblemKind } & ProblemFacts;

export const problem = (kind: ProblemKind, facts: ProblemFacts = {}): Problem => ({ kind, ...facts });

export const codeOf = (given: Problem): string => problems[given.kind].code;

export const isRetryable = (given: Problem): boolean => problems[given.kind].retryable;

/** One sentence for a person: what, where, what would be accepted. */
export const describeProblem = (given: Problem): string => problems[given.kind].sentence(given);

const kindByCode: ReadonlyMap<string, ProblemKind> = new Map(
  Object.entries(problems).map(([kind, { code }]) => [code, kind as ProblemKind]), // branding: keys of our own table
);

/** The kind behind a code of the wire; a code of a later version of the table is an internal error of the other side. */
export const kindOfCode = (code: string): ProblemKind => kindByCode.get(code) ?? 'internal';

/** A name and password in an address are for the server alone. */
export const withoutUser = (text: string): string => text.replaceAll(/(:\/\/)\S*@/g, '$1');

const foundCharactersMax = 80;

/** Shortens what was found, so that a message never repeats a 30 MB attribute. */
export const shorten = (found: unknown): string => {
  if (found === undefined) return 'nothing';
  const text = typeof found === 'string' ? found : (JSON.stringify(found) ?? String(found));
  return text.length > foundCharactersMax ? `${text.slice(0, foundCharactersMax)}…` : text;
};

const valueAt = (raw: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>((value, name) => (typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined), raw);

/** The first issue of a schema as a problem, with where it is and what would be accepted. With what was parsed, a field that is not there is `missing`. */
export const problemOfIssues = (
  kind: ProblemKind,
  error: z.ZodError,
  { where = '', raw }: { readonly where?: string; readonly raw?: unknown } = {},
): Problem => {
  const [first] = error.issues;
  if (!first) return problem(kind, { path: where });
  const { issue, path } = placedIssue(first);
  const isMissing = raw !== undefined && typeof path.at(-1) === 'string' && valueAt(raw, path) === undefined;
  return problem(isMissing ? 'missing' : kind, { path: `${where}/${path.map(String).join('/')}`, accepted: acceptedBy(issue) });
};
