/**
 * A row of the catalogue: one message, who says it to whom, what it carries and what answers it.
 */
import { z } from 'zod';
import type { AgreementState } from '../federation/agreement.ts';
import type { CommunicationState } from '../federation/communication.ts';
import type { FederationState } from '../federation/federation.ts';
import { Instant } from '../ground/instant.ts';
import { openObject } from '../ground/json.ts';
import { LanguageMap, textIn } from '../ground/language.ts';
import { limits } from '../ground/limits.ts';
import type { ProblemKind } from '../ground/problem.ts';
import type { RegistryEntryState } from '../twin/digital-twin.ts';
import type { FunctionRunState } from './function/function-run.ts';

/** The role under which a message is looked up: that of its addressee; what applications ask of a twin stands apart. */
export type AddressedRole = 'registry' | 'digitalTwin' | 'communicationAdaptor' | 'application';

/** Where what a message is about must stand at whoever answers it, by the name of its lifecycle. */
export type AllowedStates = {
  readonly 'registry entry'?: readonly RegistryEntryState[];
  readonly agreement?: readonly AgreementState[];
  readonly federation?: readonly FederationState[];
  readonly connection?: readonly CommunicationState[];
  readonly 'function run'?: readonly FunctionRunState[];
};

/** As what any message may be refused, whatever its row: because of its form, its time, its sender or whoever hears it. */
export const refusalsOfAll: readonly ProblemKind[] = [
  'malformed',
  'missing',
  'unsupportedVersion',
  'unsupportedFormat',
  'unknownMessageType',
  'unknownKind',
  'unknownVerb',
  'notMyRole',
  'unknownDestination',
  'expired',
  'clocksDiffer',
  'replayed',
  'tooLarge',
  'invalid',
  'badId',
  'notAuthenticated',
  'keyNotTrusted',
  'badSignature',
  'notAuthorised',
  'overloaded',
  'unavailable',
  'timedOut',
  'upstreamTimedOut',
  'qosNotAttainable',
  'internal',
];

/** What stands against a use of data or functions by its agreement: not in force, its federation paused or not yet begun, its owner closed, another purpose. */
export const usingRefusals = ['notInForce', 'notAllowedInState', 'inMaintenance', 'purposeNotPermitted'] as const satisfies readonly ProblemKind[];

/** Nothing but members that a later version may add. */
export const nothing = openObject({});

const content = <P extends z.ZodType, O extends z.ZodType>(parameters: P, objects: O) => z.object({ parameters, objects });
export type Content = ReturnType<typeof content<z.ZodType, z.ZodType>>;

export type Row = {
  readonly role: AddressedRole;
  readonly verb: string;
  readonly object: string;
  /** the number in the catalogue of the reference; several rows may share one */
  readonly label: string;
  /** the functional entities at both ends */
  readonly from: string;
  readonly to: string;
  readonly purpose: string;
  /** a change is answered once by message id and its answer is kept; a read is answered anew */
  readonly effect: 'read' | 'change';
  readonly messageType: 'request' | 'notification';
  readonly bytesMax: number;
  readonly request: Content;
  readonly reply: Content;
  /** `notAllowedInState` is the answer anywhere else */
  readonly allowed: AllowedStates;
  /** the refusals that are this message's own, beside those of every message */
  readonly refusals: readonly ProblemKind[];
};

type Given<RP extends z.ZodType, RO extends z.ZodType, AP extends z.ZodType, AO extends z.ZodType, E extends Row['effect']> = Pick<
  Row,
  'label' | 'from' | 'to' | 'purpose' | 'refusals'
> & {
  readonly effect: E;
  readonly request: { readonly parameters?: RP; readonly objects?: RO };
  readonly reply: { readonly parameters?: AP; readonly objects?: AO };
  readonly messageType?: 'request' | 'notification';
  readonly allowed?: AllowedStates;
};

type Nothing = typeof nothing;
const noObjects = z.array(z.unknown()).max(0);
type NoObjects = typeof noObjects;

/** At most as many objects as a message may carry. */
export const many = <O extends z.ZodType>(object: O) => z.array(object).max(limits.messageObjectsMax);
export const one = <O extends z.ZodType>(object: O) => z.tuple([object]);

const schemaOr = <S extends z.ZodType, D extends z.ZodType>(given: S | undefined, otherwise: D): S | D => given ?? otherwise;

/** A row without its key, which the table it stands in gives. */
export const row = <
  E extends Row['effect'],
  RP extends z.ZodType = Nothing,
  RO extends z.ZodType = NoObjects,
  AP extends z.ZodType = Nothing,
  AO extends z.ZodType = NoObjects,
>(
  given: Given<RP, RO, AP, AO, E>,
) => ({
  ...given,
  messageType: given.messageType ?? 'request',
  allowed: given.allowed ?? {},
  request: content<RP, RO>(schemaOr(given.request.parameters, nothing) as RP, schemaOr(given.request.objects, noObjects) as RO), // branding: absent is what the type parameter defaults to
  reply: content<AP, AO>(schemaOr(given.reply.parameters, nothing) as AP, schemaOr(given.reply.objects, noObjects) as AO),
});

/** How long the asker will wait, less a margin for the way; clocks differ, so an instant could not carry it. */
export const budget = { budgetMs: z.number().min(0).max(limits.answerMaxMs).optional() };

const words = z.string().max(limits.textCharactersMax);

/** Why something is said, for people: one text, or one in each of several languages, of which English is kept, else the first. */
export const Reason = z.union([words, LanguageMap.transform((texts) => textIn(texts)).pipe(words)]);

export const answerBy = { answerBy: Instant.optional() };
