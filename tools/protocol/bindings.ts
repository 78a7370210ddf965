/**
 * The bindings: HTTP as OpenAPI 3.1, WebSocket as AsyncAPI 3.0: which paths a node serves, with which messages; the messages themselves are those of the JSON Schema
 * beside them.
 */
type Row = { readonly role: string; readonly messageType: string; readonly purpose: string; readonly label: string };

const definition = (name: string): { readonly $ref: string } => ({ $ref: `messages.schema.json#/$defs/${name}` });

const json = (schema: unknown) => ({ 'application/json': { schema } });

const describedMessages = (rows: Rows): string => rows.map(([name, { label, purpose }]) => `- \`${name}\` (${label}): ${purpose}`).join('\n');

type Rows = readonly (readonly [string, Row])[];

/** T11 travels on the stream of its subscription. */
const isStreamed = (name: string): boolean => name === 'digitalTwin.publish.exchangeData';

/** P2 and P4 are said to applications, which are reached by GraphQL. */
const isForApplications = ({ role, messageType }: Row): boolean => role === 'application' && messageType === 'notification';

/** What a node takes: each message is one POST, or a frame, and its answer. */
const saidToNodes = (catalogue: Readonly<Record<string, Row>>): Rows =>
  Object.entries(catalogue).filter(([name, row]) => !isStreamed(name) && !isForApplications(row));

/** What is refused that is no message, or no more than a request: the problem alone (RFC 9457). */
const problemSchema = {
  type: 'object',
  required: ['type', 'title', 'status', 'code', 'retryable'],
  properties: {
    type: { const: 'about:blank' },
    title: { type: 'string', description: 'a sentence for people' },
    status: { type: 'integer' },
    code: { type: 'string', pattern: '^DTF-[0-9]{3}$' },
    retryable: { type: 'boolean' },
  },
};

const components = { schemas: { problem: problemSchema } };

const problem = { $ref: '#/components/schemas/problem' };

const refused = { description: 'why not', content: { 'application/problem+json': { schema: problem } } };

/** Rows whose answer may be that work goes on. */
const acceptedFor = ['digitalTwin.invoke.feature', 'digitalTwin.request.federation'];

const messagesPath = (posted: Rows) => {
  const replies = posted.filter(([, { messageType }]) => messageType === 'request');
  return {
    post: {
      summary: 'One message in, its answer out',
      description: describedMessages(posted),
      requestBody: { required: true, content: json({ oneOf: posted.map(([name]) => definition(`${name}.request`)) }) },
      responses: {
        200: {
          description: 'the answer; a notification is acknowledged by an answer with nothing in it',
          content: json({ anyOf: [...replies.map(([name]) => definition(`${name}.reply`)), definition('acknowledgement')] }),
        },
        202: {
          description: 'work goes on: a message of its own tells its end',
          content: json({ anyOf: acceptedFor.map((name) => definition(`${name}.reply`)) }),
        },
        default: {
          description: 'a refusal, with the status of its problem; what was no message gets the problem alone',
          content: { ...json(definition('failure')), ...refused.content },
        },
      },
    },
  };
};

const eventsPath = {
  get: {
    summary: 'The event stream of a subscription (T10): each event is a message T11',
    parameters: [
      { name: 'subscription', in: 'query', required: true, schema: { type: 'string' }, description: 'as T10 gave it' },
      {
        name: 'Last-Event-ID',
        in: 'header',
        required: false,
        schema: { type: 'string' },
        description: "the sender's change sequence of the last event that was kept",
      },
      { name: 'Authorization', in: 'header', required: true, schema: { type: 'string' }, description: 'a pass signed by the subscriber' },
    ],
    responses: {
      200: {
        description: 'events `message` with T11 as data, and `heartbeat`',
        content: { 'text/event-stream': { schema: definition('digitalTwin.publish.exchangeData.request') } },
      },
      default: refused,
    },
  },
};

const keysPath = {
  get: {
    summary: 'Who the node is and by which keys it is known',
    responses: { 200: { description: 'a JWKS with id, name and endpoint beside it', content: json({ type: 'object' }) } },
  },
};

const viewOf = (summary: string) => ({
  get: {
    summary,
    description: "Read-only, for applications of the node's own agency.",
    parameters: [
      { name: 'limit', in: 'query', required: false, schema: { type: 'integer', minimum: 1, maximum: 500, default: 50 }, description: 'objects of a page' },
      { name: 'cursor', in: 'query', required: false, schema: { type: 'string' }, description: '`next` of the page before' },
    ],
    responses: {
      200: {
        description: 'a page: objects as messages carry them, by id',
        content: json({
          type: 'object',
          required: ['objects', 'total', 'next'],
          properties: { objects: { type: 'array', items: { type: 'object' } }, total: { type: 'integer' }, next: { type: ['string', 'null'] } },
        }),
      },
      default: refused,
    },
  },
});

const viewPaths = {
  '/dtf/twins': viewOf('The twins that are registered here; of a node that is no registry, its own'),
  '/dtf/features': viewOf('The features that are registered here; of a node that is no registry, its own'),
  '/dtf/federations': viewOf('The federations that the node started or was invited to, as it knows them'),
  '/dtf/connections': viewOf('The connections under agreements of the node'),
};

const origin = 'Built on the published skeleton of ITU-T Y.4605; every message is our design. Made from the catalogue.';

/** The subprotocol and its messages are those of HTTP: one JSON message a frame. */
export const describeSockets = (catalogue: Readonly<Record<string, Row>>) => {
  const rows = saidToNodes(catalogue);
  const frame = (name: string, schema: unknown, summary: string) => [name, { name, summary, contentType: 'application/json', payload: schema }] as const;
  const said = rows.map(([name, { label, purpose }]) => frame(`${name}.request`, definition(`${name}.request`), `${label}: ${purpose}`));
  const answers = rows.flatMap(([name, { label, messageType }]) =>
    messageType === 'request' ? [frame(`${name}.reply`, definition(`${name}.reply`), `the answer to ${label}`)] : [],
  );
  const others = [
    frame('acknowledgement', definition('acknowledgement'), 'a notice was heard'),
    frame('failure', definition('failure'), 'a refusal'),
    frame('problem', problem, 'what was no message at all gets the problem alone (RFC 9457), without a header'),
  ];
  const streamed = frame('digitalTwin.publish.exchangeData.request', definition('digitalTwin.publish.exchangeData.request'), 'T11, one a frame');
  const refer = (channel: string, frames: readonly (readonly [string, unknown])[]) =>
    frames.map(([name]) => ({ $ref: `#/channels/${channel}/messages/${name}` }));
  return {
    asyncapi: '3.0.0',
    info: { title: 'The information exchange of an agency node, over WebSocket', version: '1.0', description: `Subprotocol \`dtf.v1\`. ${origin}` },
    channels: {
      messages: {
        address: '/dtf/messages',
        description: 'Questions go from who opened the socket, answers come back in any order, each with the `correlationId` of what it answers.',
        messages: Object.fromEntries([...said, ...answers, ...others]),
      },
      events: {
        address: '/dtf/events?subscription={subscription}',
        description:
          'The stream of a subscription (T10). The request has `Authorization: Bearer` with a pass signed by the subscriber, and `Last-Event-ID` to go on. A ping is a heartbeat: its payload is the sequence that was reached.',
        parameters: { subscription: { description: 'as T10 gave it' } },
        messages: Object.fromEntries([streamed]),
      },
    },
    operations: {
      hear: { action: 'receive', channel: { $ref: '#/channels/messages' }, messages: refer('messages', said) },
      answer: { action: 'send', channel: { $ref: '#/channels/messages' }, messages: refer('messages', [...answers, ...others]) },
      publish: { action: 'send', channel: { $ref: '#/channels/events' }, messages: refer('events', [streamed]) },
    },
    components,
  };
};

export const describeBindings = (catalogue: Readonly<Record<string, Row>>) => {
  const paths: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
    '/dtf/messages': messagesPath(saidToNodes(catalogue)),
    '/dtf/events': eventsPath,
    ...viewPaths,
    '/.well-known/jwks.json': keysPath,
  };
  return {
    openapi: '3.1.0',
    info: {
      title: 'The information exchange of an agency node',
      version: '1.0',
      description: origin,
    },
    paths,
    components,
  };
};
