/**
 * Conversion: what becomes of one message over a bridge, and of its answer: a question for data into its owner's words and the records back, an invocation likewise;
 * of anything else nothing needs to be understood.
 */
import { type FarContent, type Message, ok, parseReply, parseRequest, type Request, type Result, type RowName } from '@cityweave/core';
import type { LRUCache } from 'lru-cache';
import { sha256 } from '../trust/signature.ts';
import type { AdaptorRoom, BridgeRecord } from './bridge.ts';
import { invocationOver, isAboutFunction } from './function-adaptation.ts';
import { type Conversion, converterOf, type Inward } from './profile-use.ts';
import { type Converted, convertContents, toConsumer, toOwner } from './semantic-adaptation.ts';

export type Converting = {
  readonly room: AdaptorRoom;
  /** what contents became, by what they were: an unchanged interface is converted once */
  readonly converted: LRUCache<string, Converted>;
};

type Passage = { readonly name: RowName; readonly message: Message; readonly bridge: BridgeRecord };

const readName = 'digitalTwin.read.exchangeData';

const convertOnce = ({ room, converted }: Converting, bridge: BridgeRecord, far: readonly FarContent[]): Converted => {
  const { connection, revision } = bridge;
  const key = sha256(`${connection.id} ${revision} ${JSON.stringify(far)}`);
  const known = converted.get(key);
  if (known) return known;
  const made = convertContents(far, converterOf(room, bridge));
  converted.set(key, made);
  return made;
};

type Read = Request<typeof readName>['parameters'];

const readInward =
  (converting: Converting, bridge: BridgeRecord, read: Read) =>
  (answer: Message): Result<Inward> => {
    const told = parseReply(readName, answer);
    if (!told.ok) return told;
    const { attributes } = told.value.objects[0];
    if (!attributes.far) return ok({});
    const { twins, dropped } = convertOnce(converting, bridge, attributes.far);
    const states = attributes.farPast && convertOnce(converting, bridge, attributes.farPast).twins;
    const { vocabulary, deps } = converting.room;
    const made = toConsumer(read, attributes, { twins, states, vocabulary: vocabulary(), newId: deps.ids.uuid });
    return made.ok ? ok({ converted: { action: { parameters: made.value.parameters }, objects: made.value.objects }, dropped }) : made;
  };

const asItIs: Conversion = { inward: () => ok({}) };

const readingOver = (converting: Converting, message: Message, bridge: BridgeRecord): Result<Conversion> => {
  const parsed = parseRequest(readName, message);
  if (!parsed.ok) return parsed;
  const { parameters: read } = parsed.value;
  // which twins are known by an identifier is asked without values: nothing to convert
  if (read.identify) return ok(asItIs);
  const outward = { action: { parameters: toOwner(read, bridge.profile) }, objects: [] };
  return ok({ outward, budgetMs: read.budgetMs, inward: readInward(converting, bridge, read) });
};

export const conversionOf = (converting: Converting, { name, message, bridge }: Passage): Result<Conversion> => {
  if (name === readName) return readingOver(converting, message, bridge);
  return isAboutFunction(name) ? invocationOver(name, message, bridge) : ok(asItIs);
};
