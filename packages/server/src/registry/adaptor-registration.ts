/**
 * Registration of communication adaptors, and finding one that bridges two ends (R13).
 */
import {
  type AdaptorNeed,
  addMs,
  type Bridges,
  type CommunicationAdaptor,
  canBridge,
  compareText,
  fail,
  fittingMessage,
  type Instant,
  limits,
  ok,
  problem,
  type Request,
  type TwinId,
} from '@cityweave/core';
import type { AskedBy, Done } from '../exchange/answer.ts';
import { forgetOver } from '../store/forgetting.ts';
import { checkSize, type RegistryRoom, registeredNow } from './entry.ts';
import { askerOf, askPeers, once, toldCut } from './peer-registries.ts';

type AdaptorEntry = { readonly revision: number; readonly attributes: CommunicationAdaptor; readonly leaseUntil: Instant };

const noun = 'registry.adaptor';

// branding below: only this file writes the noun
const entryOf = ({ records }: RegistryRoom, id: string): AdaptorEntry | undefined => records.get(noun, id) as AdaptorEntry | undefined;

/** Those whose lease has been over for long go. */
export const forgetAdaptors = ({ records, deps }: Pick<RegistryRoom, 'records' | 'deps'>): void => {
  const now = deps.clock.now();
  forgetOver(records, { noun, isOver: ({ value }) => (value as AdaptorEntry).leaseUntil < now, partnerOf: ({ id }) => id }, now);
};

/** An adaptor goes with its twin. */
const adaptorsNow = (room: RegistryRoom): readonly { readonly id: TwinId; readonly entry: AdaptorEntry }[] => {
  const now = room.deps.clock.now();
  const all = room.records.list(noun).map(({ id, value }) => ({ id: id as TwinId, entry: value as AdaptorEntry }));
  return all.filter(({ id, entry }) => entry.leaseUntil >= now && registeredNow(room, id).ok);
};

/** The adaptor is a role of a node that is registered as a twin: both have its id. */
export const registerAdaptor = (
  room: RegistryRoom,
  { parameters, objects: [{ id, attributes }] }: Request<'registry.register.communicationAdaptor'>,
  by: AskedBy,
): Done<'registry.register.communicationAdaptor'> => {
  if (by.sender !== id) return fail(problem('ownedByOther', { subject: id, accepted: by.sender }));
  const registered = registeredNow(room, id);
  if (!registered.ok) return registered;
  const sized = checkSize(id, attributes);
  if (!sized.ok) return sized;
  const leaseMs = (parameters.leaseSeconds ?? limits.leaseSecondsDefault) * 1000;
  const value: AdaptorEntry = { revision: (entryOf(room, id)?.revision ?? 0) + 1, attributes, leaseUntil: addMs(room.deps.clock.now(), leaseMs) };
  return ok({ reply: { parameters: {}, objects: [{ kind: 'communicationAdaptor', id, revision: value.revision }] }, save: [{ noun, id, value }] });
};

const roomIn = ({ capacity }: CommunicationAdaptor): number => capacity.connections - capacity.used;

const bridging = (room: RegistryRoom, need: AdaptorNeed) => adaptorsNow(room).filter(({ entry }) => canBridge(entry.attributes, need));

/** Those registered here and at the peers, those with most room first; as many as fit. */
export const discoverAdaptors = async (
  room: RegistryRoom,
  { parameters }: Request<'registry.discover.communicationAdaptor'>,
  by: AskedBy,
): Promise<Done<'registry.discover.communicationAdaptor'>> => {
  const own = bridging(room, parameters).map(({ id, entry: { revision, attributes } }) => ({
    kind: 'communicationAdaptor' as const,
    id,
    revision,
    attributes,
  }));
  const asker = await askerOf(room, by, parameters.forwarding);
  const { replies, cut } = await askPeers(room, { name: 'registry.discover.communicationAdaptor', parameters, asker });
  const found = once([...own, ...replies.flatMap(({ objects }) => objects)]);
  const sorted = found.toSorted((a, b) => roomIn(b.attributes) - roomIn(a.attributes) || compareText(a.id, b.id));
  return ok({ reply: { parameters: toldCut(cut), objects: [...fittingMessage(sorted, limits.messageObjectsMax)] } });
};

/** Whether some adaptor that is registered now lies between two ends. */
export const adaptorBridges =
  (room: RegistryRoom): Bridges =>
  (from, to) =>
    bridging(room, { protocols: [from.protocol, to.protocol], formats: [from.format, to.format] }).length > 0;
