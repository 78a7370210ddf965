/**
 * What holds for every message, in prose: where the protocol comes from, the envelope, signatures, time, results. Figures are those of the limits.
 */

type Given = {
  readonly limits: Readonly<Record<string, number>>;
  readonly number: (value: number) => string;
  /** as what any message may be refused */
  readonly refusalsOfAll: readonly string[];
};

const origin = `This page describes how agency nodes speak to one another. It is made from the catalogue of messages (\`packages/core/src/message/catalogue.ts\`) and
checked against it. Somebody who writes a node in another language needs three things: this page, [the JSON Schema](../fixtures/schema/messages.schema.json) and
[the example messages](../fixtures/messages). *Do not edit by hand: \`pnpm fixtures\` makes it again.*

**What is published, and what is ours.** The texts of ITU-T Y.4605 (information exchange model) and Y.4489 (reference architecture of digital twin federation) were not at hand. What is public of them, and of
the patent application beside the first, is a skeleton: the names of the components (registry, communication adaptor, digital twin, federated digital twin, application, object of interest) and of the functional
entities inside them (FM-FE, FSIM-FE, FIM-FE, CFIM-FE, FC-FE, CSIM-FE; DTR-FE, SD-FE, DTD-FE; AP-FE, PA-FE, DFA-FE, SA-FE); that a twin says a message to a twin, a registry or an adaptor and gets a response; and that a message
has a header area and a data area, the latter with object information and action information. What each entity does is inferred from its name. **Everything else is our design**: the fields, their names and types, the verbs,
parameters and results, the codes of problems, states and lifecycles, signatures, the query between agencies, limits, and HTTP and WebSocket with JSON as carriers. The labels (R1, T9, P3 ...) number
our rows; L1 stands beside that reading. No conformance to the text of either Recommendation is claimed.`;

const message = `A message is one JSON object: a **header area** (\`header\`: who says it to whom, and when) and a **data area** (\`data\`: \`action\` is the action information, \`objects\` the
object information). \`POST /dtf/messages\` carries one message; its response carries the answer. \`GET /dtf/twins\`, \`/dtf/features\`, \`/dtf/federations\` and \`/dtf/connections\` show applications of the node's own agency what it knows, read-only, as pages of such objects (\`limit\`, \`cursor\`). A WebSocket carries the same, see *Over a WebSocket*.

| field of the header | what |
| --- | --- |
| \`protocolVersion\` | \`1.0\`; another version is refused with \`unsupportedVersion\` before anything else is looked at |
| \`messageId\` | \`urn:uuid:\` and a UUID in lower case, chosen by the sender, kept when the message is repeated |
| \`messageType\` | \`request\`, \`response\` or \`notification\` |
| \`source\`, \`destination\` | \`id\`, \`role\` (\`digitalTwin\`, \`federatedDigitalTwin\`, \`registry\`, \`communicationAdaptor\`, \`application\`), and where it is reached: \`endpoint\` |
| \`timestamp\`, \`expiresAt\` | RFC 3339 with offset; written in UTC with milliseconds |
| \`contentFormat\` | \`application/json\` |
| \`correlationId\` | of a response: the message that it answers |
| \`conversationId\`, \`federationId\` | what it belongs to, where it belongs to something |
| \`sequence\` | of a message of a stream its place there, of a notice of a conversation a number that rises: see *Time, repeats and order* |
| \`priority\`, \`trace\`, \`semanticContext\` | \`low\`, \`normal\`, \`high\` or \`emergency\`, as its sender sees it: of his changes that wait for their turn, and of messages that wait for a connection to one address, the most urgent goes first, none is passed over for ever, and none overtakes what was said before it in the same conversation; W3C trace context, repeated in the answer, passed on to what the message causes and kept in the exchange logs; the dictionaries, \`id\` and \`version\`, whose terms are used: carried, see *Objects* |
| \`qos\` | 0: at most once, said once and refused when it comes again; 1 (where absent): at least once, said again until it is answered, a change done once all the same; 2: exactly once, the answer kept, a read's as well |
| \`via\` | the adaptor that the message passed: \`adaptorId\`, \`at\`, \`profileId\`, \`steps\`, \`digest\`, \`converted\`, \`keyId\`, \`signature\`; not signed by the sender, see *Over an adaptor* |
| \`security\` | \`scheme\` (\`jws\` or \`none\`), \`keyId\`, \`signature\`, \`purpose\` where the data will be used for something narrower than was agreed, \`onBehalfOf\` and \`agreementId\` |

A message is known by the role it is addressed to (for what an application asks: \`application\`), its verb and its object: \`registry.register.feature\`. \`action\` has \`verb\`, \`object\`,
\`parameters\` and, in a response, \`result\`. Each of \`objects\` has \`kind\`, \`id\`, perhaps \`revision\`, and \`attributes\`. Members that a node does not know
are kept, passed on and otherwise ignored, wherever an object stands: in header, action, parameters, attributes and what lies within them, also in the terms of an agreement, which are hashed as they were said. Not so in what has a
form of its own: of twins and of facts of a problem what the node knows is taken; of a public key too, so that nobody passes a private one on; an operator of the query that it does not know is refused, and who said it may ask again without it: so it is with \`footprints\`, which leaves out where twins lie as areas and lines, as long as there are nodes that do not know it. No entry of a registry is larger than \`registryEntryBytesMax\`: what would be, as registered or by updates, is refused with \`tooLarge\`. A page of discovery ends where the next entry would not fit into \`discoverPageBytesMax\`, whatever its \`limit\`; \`next\` goes on from there. A page of twins leads on: as many twins as were asked for at most, in the order of their ids where no other order was asked for, each once and behind the key of the page before, and a page with \`next\` has some; one that does not is refused as \`malformed\`, and so is a page of a registry that goes on and has no entry, or goes on where it began.`;

const roles = `A node has the role of a digital twin, and by configuration those of a registry and of a communication adaptor. What is said to a role that a node does not have is refused with \`notMyRole\`.

**Over an adaptor.** A member may keep its data in a system of its own, in a format, words, units, coordinates and times of its own; its feature says so (\`data.form\`). Who would use it finds an adaptor
(R13), tries the adaptation (A3), asks for the bridge (A2) and hands it to the member with the connection (T6a). From then on messages marked A5 are addressed to the member and sent to the
adaptor, which passes them on as they are and adds one entry to \`via\`: what it made of the data area (\`converted\`), the SHA-256 of the canonical JSON of the data area as its sender signed it
(\`digest\`), and a detached JWS of its own over the canonical JSON of the entry without \`signature\` and with the message's \`messageId\`. So the sender's signature holds from end to end over what it
said, and the adaptor answers for the conversion alone. Whoever receives such a message reads \`converted\` where the entry is the one of the adaptor that the connection names, and nothing otherwise. A member that
answers over a bridge says \`far\`: its records as they are there, less what the agreement withholds. A function of such a system says
so as well (\`function.form\`): T12 carries its inputs by the consumer's terms and units and, beside them, as its owner takes them; the owner signs what came out as it is there. The first probe that comes back opens the bridge, and both ends are told (A4).
An adaptor that cannot pass a message on says so in its own name, never in that of an end.

**How a bridge stands** its adaptor says. It is opened by the first message that comes back over it, interrupted when one does not, with it every open bridge between the same two ends, and restored by the next one that does. Whoever has to know is told (A4) until he has heard it: with the next message over the bridge, and when
the adaptor starts. A2, asked again, and T6a change nothing of it: neither opens a bridge, nor takes back that it was opened meanwhile. Its consumer holds the connection to be connected or interrupted as he reaches the member himself, as he does without an adaptor. What an end has taken down (A8) stays down. A bridge that nobody uses for \`bridgeIdleMs\` is
put to rest: to its owner it is interrupted, to whoever asks for it unknown, and A2 wakes it.

Messages to an application (P2, P4) have rows; applications are reached by GraphQL, where a subscription says the same. Which messages of the model have rows, and which have none, is listed in [the page of requirements](requirements.md).`;

const signatures = `Every message between nodes is signed from the first one on: \`security.signature\` is a detached JWS (RFC 7515, EdDSA with Ed25519, protected header with \`alg\` and \`kid\`) over
the canonical JSON (RFC 8785) of the message without \`header.via\` and \`header.security.signature\`. The key belongs to the sender: a registration carries the key that signed it, and from
then on the registry and every partner hold that key (*pinned*); another key for the same id is refused. A node publishes its keys at \`/.well-known/jwks.json\`.

**Keys change** by announcements: each names the whole new set (a retired key with \`notAfter\`; one that is left out is revoked), has the next \`sequence\`, and is signed, as a detached JWS over
the canonical JSON of its other members, with the key that was current before. They stand in the twin's registration and in the JWKS. Whoever holds an older set follows them to the newest one
and believes nobody else, the registry included; so does who meets a key in an adaptor's entry that he does not know yet. A stream ends when the key of the pass that opened it counts no longer: it is opened again with another pass.

The hash of an
agreement is \`sha-256:\` and the SHA-256 of the canonical JSON of its terms. With T5 the consumer signs it, with the answer the provider: a detached JWS over the canonical JSON of \`id\` and \`terms\`, made with a key that the party is known by; each side checks the other's and holds it; a party that gives none is bound by the signed message alone. Applications on the same machine may speak unsigned while the node is bound to loopback.

The keys in the example messages are made of the name of the authority, so that anybody can check the signatures: they protect nothing.`;

const time = ({
  limits,
  number,
}: Given): string => `A message whose \`expiresAt\` has passed, or that was written more than ${number((limits['replayMemoryMs'] ?? 0) / 3_600_000)} hours ago, is refused with \`expired\`; one that was written more than
${number(limits['clockToleranceMs'] ?? 0)} ms in the future with \`clocksDiffer\`. How long the asker waits travels as \`budgetMs\`, a length of time: clocks differ.

A **change** is answered once. Its answer is saved together with what it changed, before it leaves; the same message id with the same content gets that answer again, with other content
\`replayed\`, a read's as well. So a sender that does not know whether it was heard says the same message again. A refusal is kept in the same way, so that nobody who saw a message can make it be done later; only what was refused for now (its code may be tried again) is looked at anew. Senders save a step, with its message id, before they send it. A **read** is answered anew, and
its id is remembered among the newest ${number(limits['messageIdsRememberedMax'] ?? 0)} since the node was started; with \`qos\` 2 its answer is saved as a change's is.

Of **notices** of one sender, row and \`conversationId\` that have a \`sequence\` the newest stands: one with a lower number, that was overtaken on its way, is answered, logged and changes nothing. Numbers rise, and need not follow one another: each notice says how
something stands (A4 a bridge, T13 a federation, which has its \`revision\` besides, T12 the end of a run), or that something has to be looked at again (R9: whoever hears it discovers anew), and who hears A4 looks at the link itself. So what is missing in between is
made up for by the next one, and a last one by the next look. Events of a stream (T11) go on behind the last one that was taken, or begin anew with \`resnapshot\`.`;

const streams = ({
  limits,
  number,
}: Given): string => `\`digitalTwin.subscribe.exchangeData\` answers with a subscription; \`GET /dtf/events?subscription=ID\` opens its stream (server-sent events). Who opens it shows a JWT as \`authorization: Bearer\`: signed with a key of the subscriber (EdDSA, \`kid\`), \`iss\` the subscriber, \`aud\` the publisher, \`sub\` the subscription, \`exp\` within a minute. Each event is a message
\`digitalTwin.publish.exchangeData\`, its event id the sender's change sequence. The receiver keeps that sequence in the same transaction as the data and resumes with \`Last-Event-ID\`:
nothing is missed, nothing counts twice. Where the sender's history does not reach back so far, the first event says \`resnapshot\`. An event holds at most ${number(limits['streamBatchTwinsMax'] ?? 0)} twins, the latest
state of each. Who subscribes may ask for one feature, for twins that a filter holds for (those that changed beyond it are named in \`outside\`), for some of their properties, for an interval or for what moved far enough, for so many
turns a minute and for an end; the rate of the agreement bounds the turns of each subscription, over all its connections, and a turn tells what had changed when it began. A stream that is silent for ${number(limits['streamSilentMs'] ?? 0)} ms, heartbeats counted, is taken for interrupted.`;

const sockets = ({
  limits,
  number,
}: Given): string => `Every node speaks HTTP; one that registers an endpoint with \`protocol: websocket\` takes the same messages there, in the subprotocol \`dtf.v1\`: another one, or none, is refused with the one that is spoken, and so is a
request with an \`Origin\`, as pages send it. [AsyncAPI](../fixtures/schema/bindings.asyncapi.json) describes it. One frame is one message as it would be posted. Who opened the socket asks, the other end answers, in any order: an answer is known by its
\`correlationId\`, what was no message at all gets its problem as it would in HTTP. Each end opens sockets of its own, so that who is at the other end never matters: every message is signed. Of two bindings that both ends speak the asker takes the WebSocket (both
directions at any time, no waiting for a connection); where the socket is refused it says the same over HTTP, for ${number((limits['socketRestMs'] ?? 0) / 1000)} s. A message that was under way when a socket broke is not known to have been heard: it is said again, under its id, as its \`qos\` allows, over either binding.

The stream of a subscription is a socket of its own, at \`/dtf/events\` with the same pass and \`Last-Event-ID\`: each frame is one T11, and a ping is a heartbeat with the sequence as its payload. The next event is made when the last one was taken.

Bounds: ${number(limits['exchangeDataBytesMax'] ?? 0)} bytes a frame (more closes with 1009); ${number(limits['socketMessagesMax'] ?? 0)} messages under way on a socket, then nothing more is heard until one was answered, nor while ${number(limits['socketWaitingBytesMax'] ?? 0)} bytes of answers wait to be taken;
a ping every ${number(limits['socketPingMs'] ?? 0)} ms, the end of the socket after ${number(limits['socketSilentMs'] ?? 0)} ms without a sign of life; ${number(limits['socketsMax'] ?? 0)} sockets a node. A question that nobody waits for any more ends its socket where it was the last one under way there, else with its \`budgetMs\`.`;

const results = ({
  limits,
  number,
  refusalsOfAll,
}: Given): string => `A response has a result: \`status\` and \`code\`. \`success\`, \`DTF-000\`: done. \`accepted\`, \`DTF-001\`: work goes on, and a message of its own tells its end, in the same conversation: a function in the background (T12, then
\`digitalTwin.notify.feature\`), an invitation that a person looks at (T1, then T2, T3 or T4). \`partial\`, \`DTF-002\`: part of it was refused; \`details\` name each object with its code, facts and a sentence, the others were done (R2). \`failure\`, with the code of the problem: nothing was done; it says whether asking again may help
(\`retryable\`) and carries facts (\`subject\`, \`path\`, \`found\`, \`accepted\`, \`agency\`, \`limit\`, \`since\`, \`retryAfterMs\`), never addresses, paths of a machine or stacks. \`message\` is for people. The HTTP status of the
response is 200, 202 where it is \`accepted\`, or follows from the problem. Beside the refusals that a row names, any message may be refused as ${refusalsOfAll.map((kind) => `\`${kind}\``).join(', ')}. \`badId\` is about an object whose \`id\` is none of its kind. A message that goes over an adaptor (A5) may be refused by it, in its own name, as \`unknownConnection\`, \`notAllowedInState\`, \`unreachable\`, \`mappingMissing\`, \`notConvertible\` or \`badProfile\`, too.
A code that a node does not know is taken for \`internal\`.

A run has the id that its asker gives it, else that of the message that asks for it: said again, it is answered as it stands and not begun once more. One that was under way when its owner's node stopped has failed, and is told so; where a system of the agency works on it, it is followed on.

\`trace\` goes from a message to those that it causes, each of which is the next parent in it (the last 16 digits of its id): from a request with \`traceparent\` at \`/graphql\` to the questions to members, over an adaptor, and as \`traceparent\` to the system of an agency; from an invocation to the notice of its end. Small questions that go in one message go under the trace of the first. A trace is begun by whoever asks, never by a node.

An \`audience\`, of a twin's or a feature's \`visibility\` or of a feature's \`policy\`, names twins, and groups (\`urn:dtf:group:...\`) whose agencies the registry that holds the entry keeps: who is not of it finds no trace of the entry. A question with \`fields\` is answered with parts of entries: each names the
\`fields\` that it was cut to, once the entries of all registries were put together and in order; subscribers are told whole entries.

A proposal (P1) with \`approval: ask\` is answered with a plan, asks nobody but the registry, and waits as a DRAFT until a person of the agency approves it (\`approvePlan\`) or releases it, up to the end of what was asked for and ${number((limits['approvalMaxMs'] ?? 0) / 86_400_000)} days at most: then it is RELEASED, with the reason in its status (P3, P4). ${number(limits['approvalsWaitingMax'] ?? 0)} may wait at a time. The id of a federation is its initiator's at each member from the first T1 that names it there: a city may give it a name of any authority, so that it is not looked at whose; who is second hears \`notInitiator\`. Under the id of a federation the same proposal is answered as the federation stands, another one is refused with \`federationsConflict\` and what differs. Its \`twinTypes\` narrow the first step of discovery; \`deliver\` says over what results are to be had, and is answered with where: a
socket or server-sent events of the initiator's GraphQL; its \`align\` is the grid of a federation that has none of its own. The \`maxLoss\` of a need bounds two losses, each by itself: what an adaptor would lose of it, and how far the kind that is offered lies from the one that is needed (close 0.2, broader 0.5); they are not added. A \`serviceLevel\` is negotiated: the strictest of the needs is asked for, the owner promises no better than its policy says, and less than is needed is refused; how soon a member does answer stands beside it in
the status of its link. A feature whose \`direction\` is \`requires\` is sought: it is registered and found by who asks for \`direction: requires\`, and never a candidate.

Values within a slot become one by \`method\`; where neither the question nor the federation says one, by the \`nature\` that the dictionary gives the property: the mean of a \`rate\`, the sum of a \`count\`, the last of a \`state\` and of what has none. What is learnt late rewrites its slot for \`lateSlots\` slots, 3 where nothing is said; later still it fills only a slot of which nothing was known. \`slotsBeyond\` says that a period has more slots, or samples, than are looked at: the slots before are told whole, and the question is asked on from there.`;

const states = ({
  limits,
  number,
}: Given): string => `A state is entered only as its table allows; anything else is refused with \`notAllowedInState\`. To stay is always allowed.

A federation becomes \`ACTIVE\` once every need that it cannot do without has an \`ACTIVE\` member. It is \`DEGRADED\` once a link was interrupted, or a need lost that somebody served, for ${number(limits['degradedAfterMs'] ?? 0)} ms: also a need that it can do without, which the model
has degrade it at once; \`SUSPENDED\` by itself once a need that it cannot do without was lost for ${number(limits['suspendAfterMs'] ?? 0)} ms and nobody took the place; and \`ACTIVE\` again when all that was lost is served.`;

const bounds =
  'Every bound of the protocol, its unit in its name. What goes beyond is refused, or the answer says that there is more; nothing is cut off in silence.';

export const generalParts = (given: Given) => ({
  origin,
  message,
  roles,
  signatures,
  time: time(given),
  streams: streams(given),
  sockets: sockets(given),
  results: results(given),
  states: states(given),
  bounds,
});
