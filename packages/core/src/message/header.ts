/**
 * Header area: who says which message to whom, and when. That a message has a header area and a data area is published; the fields are our design.
 */
import { z } from 'zod';
import { AdaptationStep } from '../federation/adaptation/profile.ts';
import { AgreementId, DictionaryId, FederationId, MessageId, TermId } from '../ground/id.ts';
import { Instant } from '../ground/instant.ts';
import { canonicalJson, openObject } from '../ground/json.ts';
import { limits } from '../ground/limits.ts';

export const protocolVersion = '1.0';

export const ComponentRole = z.enum(['digitalTwin', 'federatedDigitalTwin', 'registry', 'communicationAdaptor', 'application']);
export type ComponentRole = z.infer<typeof ComponentRole>;

export const ComponentRef = openObject({ id: z.string().min(1).max(limits.idCharactersMax), role: ComponentRole, endpoint: z.string().optional() });
export type ComponentRef = z.infer<typeof ComponentRef>;

export const MessageType = z.enum(['request', 'response', 'notification']);
export type MessageType = z.infer<typeof MessageType>;

/** Detached JWS (Ed25519) over the canonical JSON of the message without `via` and `security.signature`. */
export const Security = z.looseObject({
  scheme: z.enum(['none', 'jws']),
  keyId: z.string().optional(),
  signature: z.string().optional(),
  /** what the data asked for will be used for, where that is narrower than the agreement's purpose */
  purpose: TermId.optional(),
  /** the person or organization that it is asked for, where that is not the sender */
  onBehalfOf: z.string().min(1).max(limits.idCharactersMax).optional(),
  /** under which it is said, where the data area does not name it */
  agreementId: AgreementId.optional(),
});
export type Security = z.infer<typeof Security>;

/** An adaptor that the message passed, and what it did to it. Not signed by the sender: whoever passes a message on adds its own. */
export const Hop = z.looseObject({
  adaptorId: z.string().min(1).max(limits.idCharactersMax),
  at: Instant,
  profileId: z.string().max(limits.idCharactersMax).optional(),
  steps: z.array(AdaptationStep),
  /** SHA-256 of the canonical data area as its sender signed it */
  digest: z.string().optional(),
  /** what the adaptor made of that data area; absent where it passed it on as it was */
  converted: z.looseObject({ action: z.looseObject({}), objects: z.array(z.unknown()).max(limits.messageObjectsMax) }).optional(),
  /** detached JWS of the adaptor over the message's id and this entry without it */
  keyId: z.string().optional(),
  signature: z.string().optional(),
});
export type Hop = z.infer<typeof Hop>;

/**
 * 0: at most once, never repeated and refused when it comes again. 1: at least once, repeated under its id until it is answered; a change is done once all the
 * same. 2: exactly once, its answer is kept, a read's as well.
 */
export const Qos = z.literal([0, 1, 2]);
export type Qos = z.infer<typeof Qos>;

/** How urgent it is to its sender. */
export const Priority = z.enum(['low', 'normal', 'high', 'emergency']);
export type Priority = z.infer<typeof Priority>;

const accepted = 'the header area: an object with protocolVersion, messageId, messageType, source, destination, timestamp and contentFormat';

/** Members that this version does not know are kept and passed on. */
export const Header = z.looseObject(
  {
    protocolVersion: z.literal(protocolVersion),
    messageId: MessageId,
    messageType: MessageType,
    source: ComponentRef,
    destination: ComponentRef,
    timestamp: Instant,
    contentFormat: z.literal('application/json'),
    /** the message answered */
    correlationId: MessageId.optional(),
    conversationId: z.string().max(limits.idCharactersMax).optional(),
    federationId: FederationId.optional(),
    /** its place in the stream, or among the notices of the conversation, that it belongs to: of these the newest stands */
    sequence: z.int().min(0).optional(),
    expiresAt: Instant.optional(),
    /** 1 where absent */
    qos: Qos.optional(),
    /** normal where absent; of a sender's changes that wait the most urgent is answered first */
    priority: Priority.optional(),
    /** the dictionaries, with their versions, whose terms the data area uses */
    semanticContext: z
      .array(openObject({ id: DictionaryId, version: z.string().max(limits.termCharactersMax) }))
      .max(limits.dictionariesMax)
      .optional(),
    /** W3C trace context, as `traceparent` has it: repeated in the answer, passed on to what the message causes, and kept in the exchange logs */
    trace: z.string().max(limits.termCharactersMax).optional(),
    via: z.array(Hop).max(limits.hopsMax).optional(),
    security: Security.optional(),
  },
  { error: accepted },
);
export type Header = z.infer<typeof Header>;

const traceForm = /^00-([0-9a-f]{32})-[0-9a-f]{16}-([0-9a-f]{2})$/;

/** True of a `traceparent` of version 00 that names a trace. */
export const isTrace = (text: string): boolean => traceForm.test(text) && !text.startsWith(`00-${'0'.repeat(32)}`);

/** What a message says of the trace of what caused it: the same trace, and the message itself as the next parent. */
export const traceOf = (cause: string, messageId: MessageId): string => {
  const [, trace, flags] = traceForm.exec(cause) ?? [];
  return trace === undefined ? cause : `00-${trace}-${messageId.replaceAll('-', '').slice(-16)}-${flags}`;
};

/** RFC 8785 of an adaptor's entry without its signature, bound to the message that it stands in: what the adaptor signs. */
export const hopText = (messageId: MessageId, { signature: _, ...hop }: Hop): string => canonicalJson({ ...hop, messageId });

/** With the entry of an adaptor: the message itself stays as its sender signed it. */
export const withHop = <M extends { readonly header: Header }>(message: M, hop: Hop): M => ({
  ...message,
  header: { ...message.header, via: [...(message.header.via ?? []), hop] },
});

type WithData = { readonly data: { readonly action: object; readonly objects: readonly unknown[] } };

/** The message as whoever trusts the adaptor reads it: converted where it was converted. */
export const asConverted = <M extends WithData>(message: M, { converted }: Hop): M =>
  converted ? { ...message, data: { ...converted, action: { ...message.data.action, ...converted.action }, objects: converted.objects } } : message;
