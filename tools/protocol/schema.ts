/**
 * JSON Schema 2020-12 of every message, from the catalogue: the contract for somebody who writes a node in another language.
 */
import { z } from 'zod';

/** What the schema needs to know of core: handed in, for tools import nothing of the product. */
export type Envelope = { readonly header: z.ZodObject; readonly component: z.ZodObject; readonly result: z.ZodObject };

export type CatalogueRow = {
  readonly role: string;
  readonly verb: string;
  readonly object: string;
  readonly messageType: string;
  readonly request: { readonly shape: { readonly parameters: z.ZodType; readonly objects: z.ZodType } };
  readonly reply: { readonly shape: { readonly parameters: z.ZodType; readonly objects: z.ZodType } };
};

const partners = ['digitalTwin', 'federatedDigitalTwin', 'registry', 'communicationAdaptor'] as const;

/** The roles at both ends: what applications ask stands apart from what twins ask one another. */
const endsOf = ({ role, messageType }: CatalogueRow, component: z.ZodObject) => {
  const isAsked = role === 'application' && messageType === 'request';
  return {
    source: component.extend({ role: isAsked ? z.literal('application') : z.enum(partners) }),
    destination: component.extend({ role: z.literal(isAsked ? 'digitalTwin' : role) }),
  };
};

/** Parameters may be left out of a message where none of them is needed. */
const parametersOf = (parameters: z.ZodType): z.ZodType => (parameters.safeParse({}).success ? parameters.optional() : parameters);

const requestOf = (row: CatalogueRow, { header, component }: Envelope): z.ZodType =>
  z.looseObject({
    header: header.extend({ ...endsOf(row, component), messageType: z.literal(row.messageType) }),
    data: z.looseObject({
      action: z.looseObject({ verb: z.literal(row.verb), object: z.literal(row.object), parameters: parametersOf(row.request.shape.parameters) }),
      objects: row.request.shape.objects,
    }),
  });

const answerHeader = ({ header }: Envelope): z.ZodType =>
  header.extend({ messageType: z.literal('response'), correlationId: header.shape['messageId'] ?? z.string() });

const replyOf = (row: CatalogueRow, envelope: Envelope): z.ZodType =>
  z.looseObject({
    header: answerHeader(envelope),
    data: z.looseObject({
      action: z.looseObject({
        verb: z.literal(row.verb),
        object: z.literal(row.object),
        parameters: parametersOf(row.reply.shape.parameters),
        result: envelope.result.extend({ status: z.enum(['success', 'partial', 'accepted']) }),
      }),
      objects: row.reply.shape.objects,
    }),
  });

/** A refusal looks the same whatever was asked. */
const failure = (envelope: Envelope): z.ZodType =>
  z.looseObject({
    header: answerHeader(envelope),
    data: z.looseObject({
      action: z.looseObject({ verb: z.string(), object: z.string(), result: envelope.result.extend({ status: z.literal('failure') }) }),
      objects: z.array(z.unknown()).max(0),
    }),
  });

/** So does what a notice is answered by who has heard it. */
const acknowledgement = (rows: readonly CatalogueRow[], envelope: Envelope): z.ZodType => {
  const verbs = rows.flatMap(({ messageType, verb }) => (messageType === 'notification' ? [verb] : []));
  return z.looseObject({
    header: answerHeader(envelope),
    data: z.looseObject({
      action: z.looseObject({ verb: z.enum(verbs), object: z.string(), result: envelope.result.extend({ status: z.literal('success') }) }),
      objects: z.array(z.unknown()).max(0),
    }),
  });
};

const messagesOf = (catalogue: Readonly<Record<string, CatalogueRow>>, envelope: Envelope): Readonly<Record<string, z.ZodType>> =>
  Object.fromEntries([
    ...Object.entries(catalogue).flatMap(([name, row]): readonly (readonly [string, z.ZodType])[] => [
      [`${name}.request`, requestOf(row, envelope)],
      ...(row.messageType === 'request' ? [[`${name}.reply`, replyOf(row, envelope)] as const] : []),
    ]),
    ['acknowledgement', acknowledgement(Object.values(catalogue), envelope)] as const,
    ['failure', failure(envelope)] as const,
  ]);

type Members = Readonly<Record<string, unknown>>;

export const schemaOfMessages = (catalogue: Readonly<Record<string, CatalogueRow>>, envelope: Envelope): Members => {
  const messages = messagesOf(catalogue, envelope);
  const whole = z.toJSONSchema(z.object(messages), { target: 'draft-2020-12', io: 'input', unrepresentable: 'any', reused: 'ref' });
  const text = JSON.stringify({ $defs: { ...whole.$defs, ...whole.properties } });
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'urn:cityweave:schema:messages',
    title: 'Messages of the information exchange',
    description:
      'One definition a message: role, verb, object, then request or reply; what a notice is answered, and refusals, are of one form each. Made from the catalogue; sizes of filters are bounded beside it.',
    anyOf: Object.keys(messages).map((name) => ({ $ref: `#/$defs/${name}` })),
    ...JSON.parse(text),
  };
};
