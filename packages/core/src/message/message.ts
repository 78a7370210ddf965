/**
 * Message: header area and data area; the data area has object information and action information. Parsed once, at the edge.
 */
import { z } from 'zod';
import type { MessageId } from '../ground/id.ts';
import { type Instant, msBetween } from '../ground/instant.ts';
import { canonicalJson, holdsInfinity, nestedDeeperThan } from '../ground/json.ts';
import { limits } from '../ground/limits.ts';
import type { Geometry } from '../ground/place/place.ts';
import { kindOfCode, type Problem, problem, problemOfIssues, shorten } from '../ground/problem.ts';
import { fail, ok, type Result } from '../ground/result.ts';
import { checkFilterSize, checkPast, checkQueryVersion, type TwinQuery } from '../twin/query.ts';
import { isKnownVerb, isRowName, type Reply, type Request, type RowName, rowOf } from './catalogue.ts';
import { checkQueryForm } from './discovery/discovery-query.ts';
import { type ComponentRef, Header, MessageType, protocolVersion, type Security } from './header.ts';
import { isKnownKind } from './object-information.ts';
import { MessageResult, resultOfProblem, resultOfStanding, standingOf, type WithStanding } from './result.ts';

/** Deeper than any message of the catalogue; the filter's own depth is counted apart. */
export const messageDepthMax = 64;

const Action = z.looseObject(
  { verb: z.string(), object: z.string(), parameters: z.looseObject({}).optional(), result: MessageResult.optional() },
  { error: 'the action information: an object with verb, object and parameters' },
);

const DataArea = z.looseObject(
  { action: Action, objects: z.array(z.unknown()).max(limits.messageObjectsMax) },
  { error: 'the data area: an object with action and objects' },
);

export const Message = z.looseObject({ header: Header, data: DataArea });
export type Message = z.infer<typeof Message>;

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

const headerOf = (raw: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> => (isObject(raw['header']) ? raw['header'] : {});

/** What is refused before the rest is looked at: a version, a type of message or a format that is another one. */
const checkHeader = ({ protocolVersion: version, messageType, contentFormat }: Readonly<Record<string, unknown>>): Result<true> => {
  if (typeof version === 'string' && version !== protocolVersion)
    return fail(problem('unsupportedVersion', { found: shorten(version), accepted: protocolVersion }));
  if (typeof messageType === 'string' && !MessageType.safeParse(messageType).success)
    return fail(problem('unknownMessageType', { found: shorten(messageType), accepted: MessageType.options.join(', ') }));
  if (typeof contentFormat === 'string' && contentFormat !== 'application/json')
    return fail(problem('unsupportedFormat', { found: shorten(contentFormat), accepted: 'application/json' }));
  return ok(true);
};

/** The envelope of a message; the content is parsed by its row. */
export const parseMessage = (raw: unknown): Result<Message> => {
  if (!isObject(raw) || nestedDeeperThan(raw, messageDepthMax))
    return fail(problem('malformed', { accepted: `an object nested at most ${messageDepthMax} deep` }));
  if (holdsInfinity(raw)) return fail(problem('malformed', { accepted: 'numbers up to 1.8e308' }));
  const checked = checkHeader(headerOf(raw));
  if (!checked.ok) return checked;
  const parsed = Message.safeParse(raw);
  return parsed.success ? ok(parsed.data) : fail(problemOfIssues('malformed', parsed.error, { raw }));
};

const addressedRole = ({ header }: Message): string => (header.source.role === 'application' ? 'application' : header.destination.role);

/** The row a message belongs to, by the role it is addressed to, its verb and its object. */
export const rowNameOf = (message: Message): Result<RowName> => {
  const { verb, object } = message.data.action;
  const name = `${addressedRole(message)}.${verb}.${object}`;
  if (isRowName(name)) return ok(name);
  if (!isKnownVerb(verb)) return fail(problem('unknownVerb', { found: shorten(verb) }));
  return fail(problem('notMyRole', { found: shorten(name) }));
};

type Asked = { readonly query?: unknown; readonly queries?: unknown; readonly areas?: unknown };

const queriesOf = ({ query, queries }: Asked): readonly unknown[] => [
  ...(query === undefined ? [] : [query]),
  ...(Array.isArray(queries) ? queries.map((one) => (isObject(one) ? one['query'] : undefined)) : []),
];

/** A query has refusals of its own: its version, what it asks, its size. */
const checkQuery = (query: TwinQuery, areas: readonly Geometry[]): Result<true> => {
  const sent = areas.map((geometry) => ({ relation: 'intersects', geometry }) as const);
  const sized = checkFilterSize({ ...query.filter, areas: [...(query.filter?.areas ?? []), ...sent] });
  if (!sized.ok) return sized;
  const past = checkPast(query);
  return past.ok ? ok(true) : past;
};

const firstFailure = (checked: readonly Result<unknown>[]): Result<unknown> => checked.find(({ ok: isOk }) => !isOk) ?? ok(true);

const unknownKindIn = (objects: readonly unknown[]): string | undefined =>
  objects.map((object) => (isObject(object) ? object['kind'] : undefined)).find((kind): kind is string => typeof kind === 'string' && !isKnownKind(kind));

/** Members of discovery whose faults make a query that is not valid rather than a message that is not. */
const discoveryMembers = ['where', 'near', 'during', 'sort', 'bridgeable', 'fields'];

const faultIn = (name: RowName, error: z.ZodError, raw: unknown): Problem => {
  const [part, member, ofObject] = error.issues[0]?.path ?? [];
  if (part === 'parameters' && (isOfQuery(member) || discoveryMembers.includes(String(member))))
    return problemOfIssues('badQuery', error, { where: `/data/${name}` });
  const isOfId = part === 'objects' && ofObject === 'id';
  return problemOfIssues(isOfId ? 'badId' : 'invalid', error, { where: `/data/${name}`, raw });
};

/** The content of a request, as its row declares it. */
export const parseRequest = <N extends RowName>(name: N, message: Message): Result<Request<N>> => {
  const { parameters = {} } = message.data.action;
  const versioned = firstFailure(queriesOf(parameters).map(checkQueryVersion));
  if (!versioned.ok) return versioned;
  const formed = checkQueryForm(parameters);
  if (!formed.ok) return formed;
  const unknown = unknownKindIn(message.data.objects);
  if (unknown !== undefined) return fail(problem('unknownKind', { found: shorten(unknown) }));
  const content = { parameters, objects: message.data.objects };
  const parsed = rowOf(name).request.safeParse(content);
  if (!parsed.success) return fail(faultIn(name, parsed.error, content));
  const { areas = {}, ...asked } = parsed.data.parameters as Asked & { readonly areas?: Readonly<Record<string, Geometry>> }; // branding: T9 and T10 have queries, and their schemas parsed them
  const checked = firstFailure(queriesOf(asked).map((query) => checkQuery(query as TwinQuery, Object.values(areas)))); // branding: as above
  return checked.ok ? ok(parsed.data as Request<N>) : checked; // branding: the row's own schema gives the row's own type
};

const isOfQuery = (member: PropertyKey | undefined): boolean => member === 'query' || member === 'queries';

/** The content of an answer, or the problem it reports. */
export const parseReply = <N extends RowName>(name: N, message: Message): Result<Reply<N>> => {
  const { result, parameters = {} } = message.data.action;
  if (!result) return fail(problem('malformed', { path: '/data/action/result', accepted: 'a result in every response' }));
  if (result.status === 'failure') return fail({ kind: kindOfCode(result.code), ...result.facts });
  const parsed = rowOf(name).reply.safeParse({ parameters, objects: message.data.objects });
  if (!parsed.success) return fail(problemOfIssues('malformed', parsed.error, { where: `/data/${name}` }));
  const standing = standingOf(result);
  return ok({ ...parsed.data, ...(standing && { standing }) } as Reply<N>); // branding: as above
};

type Sending = {
  readonly messageId: MessageId;
  readonly source: ComponentRef;
  readonly destination: ComponentRef;
  readonly timestamp: Instant;
  /** from then on nobody is to act on it */
  readonly expiresAt?: Instant | undefined;
  readonly federationId?: Header['federationId'];
  readonly conversationId?: string | undefined;
  readonly qos?: Header['qos'];
  readonly sequence?: number | undefined;
  readonly priority?: Header['priority'];
  readonly trace?: string | undefined;
};

const withoutUndefined = <T extends object>(value: T): T => Object.fromEntries(Object.entries(value).filter(([, part]) => part !== undefined)) as T; // branding: the same members less the undefined ones

/** A request or notification of a row, unsigned. */
export const requestMessage = <N extends RowName>(name: N, content: Request<N>, sending: Sending): Message => {
  const { verb, object, messageType } = rowOf(name);
  const { parameters, objects } = content as { parameters: Record<string, unknown>; objects: unknown[] }; // branding: every row's content has both
  const header = withoutUndefined({ protocolVersion, messageType, contentFormat: 'application/json', ...sending } as const);
  return { header, data: { action: { verb, object, parameters }, objects } };
};

type Answering = { readonly messageId: MessageId; readonly timestamp: Instant; readonly source: ComponentRef };

/** The answer to a request: source and destination swapped, verb and object repeated, result said. */
export const replyMessage = (
  request: Message,
  outcome: Result<{ parameters: unknown; objects: unknown } & WithStanding>,
  { messageId, timestamp, source }: Answering,
): Message => {
  const { header, data } = request;
  type Content = { parameters: Record<string, unknown>; objects: unknown[] } & WithStanding;
  const content = outcome.ok ? (outcome.value as Content) : { parameters: {}, objects: [] }; // branding: a row's reply
  return {
    header: withoutUndefined({
      protocolVersion,
      messageId,
      messageType: 'response',
      source,
      destination: header.source,
      timestamp,
      contentFormat: 'application/json',
      correlationId: header.messageId,
      conversationId: header.conversationId,
      federationId: header.federationId,
      trace: header.trace,
    } as const),
    data: {
      action: {
        verb: data.action.verb,
        object: data.action.object,
        parameters: content.parameters,
        result: outcome.ok ? resultOfStanding(outcome.value.standing) : resultOfProblem(outcome.problem),
      },
      objects: content.objects,
    },
  };
};

const dataTexts = new WeakMap<Message['data'], string>();

/** Most of a message is its data area: it is made canonical once, to be signed, sent and compared. */
const dataText = (data: Message['data']): string => {
  const text = dataTexts.get(data) ?? canonicalJson(data);
  dataTexts.set(data, text);
  return text;
};

/** RFC 8785 of a message; members beside header and data area are rare. */
export const messageText = (message: Message): string =>
  Object.keys(message).length === 2 ? `{"data":${dataText(message.data)},"header":${canonicalJson(message.header)}}` : canonicalJson(message);

/** The text that is signed: RFC 8785 of the message without `via` and without the signature itself. */
export const signedText = (message: Message): string => {
  const { via: _via, security, ...header } = message.header;
  const { signature: _signature, ...rest } = security ?? {};
  return messageText({ ...message, header: security ? { ...header, security: rest as Security } : header }); // branding: the scheme is in what rests
};

/** What two messages of one id must have in common: everything but when they were sent and how they were signed. */
export const contentText = ({ header, data }: Message): string =>
  `{"data":${dataText(data)},"destination":${canonicalJson(header.destination.id)},"source":${canonicalJson(header.source.id)}}`;

/** What the digest in an adaptor's entry is made of: the data area as its sender signed it. */
export const originalText = ({ data }: Message): string => dataText(data);

/** A message is too old, or comes from a clock that is ahead, beyond the tolerance. */
export const checkTime = (header: Header, now: Instant): Result<true> => {
  if (header.expiresAt !== undefined && header.expiresAt < now) return fail(problem('expired', { found: header.expiresAt }));
  if (msBetween(header.timestamp, now) > limits.replayMemoryMs) return fail(problem('expired', { found: header.timestamp }));
  const ahead = msBetween(now, header.timestamp);
  if (ahead > limits.clockToleranceMs) return fail(problem('clocksDiffer', { found: `${ahead} ms ahead`, limit: limits.clockToleranceMs }));
  return ok(true);
};
