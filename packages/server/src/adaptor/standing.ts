/**
 * Standing of a bridge: what the messages that are passed on tell of it. The adaptor alone says how a bridge stands; its ends hear it (A4), and its consumer what went over it (A6).
 */
import { type CommunicationState, limits, type Problem, type Request, type Result } from '@cityweave/core';
import { followOwner } from './adaptation-process.ts';
import { type AdaptorRoom, alongside, type BridgeRecord, bridgeOf, type Figures, moveBridge, savedBridge } from './bridge.ts';
import type { PassedOn } from './protocol-adaptation.ts';
import { endPeer, type Telling } from './telling.ts';

export type Desk = { readonly room: AdaptorRoom; readonly figures: Figures; readonly telling: Telling };

/** What nobody waits for. */
export const unawaited = ({ room }: Desk, work: Promise<unknown>): void =>
  void work.catch((cause) => (room.signal.aborted ? undefined : room.events.defect('adaptor', cause)));

/** A6: what went over it, for the consumer. */
export const report = async ({ room, figures }: Desk, bridge: BridgeRecord): Promise<void> => {
  const { id, federationId } = bridge.connection;
  const content = { parameters: {}, objects: [{ kind: 'communicationStatus' as const, id, attributes: figures.of(bridge) }] };
  await room.ask(
    endPeer(bridge.consumer),
    'digitalTwin.report.communicationStatus',
    content as Request<'digitalTwin.report.communicationStatus'>, // branding: a list of one
    { federationId, timeoutMs: limits.probeTimeoutMs, signal: room.signal },
  );
};

const lost: readonly Problem['kind'][] = ['unreachable', 'timedOut', 'interrupted', 'malformed', 'badSignature', 'keyNotTrusted'];

/** Where a bridge stands after a message between its ends was answered, or was not; one that was never open is opened by a message of its own. */
const stateAfter = ({ connection: { state } }: BridgeRecord, outcome: Result<unknown>, isOwn: boolean): CommunicationState => {
  if (outcome.ok) return isOwn || state !== 'ADAPTING' ? 'CONNECTED' : state;
  return state === 'CONNECTED' && lost.includes(outcome.problem.kind) ? 'INTERRUPTED' : state;
};

type Seen = { readonly outcome: Result<unknown>; readonly isOwn: boolean };

/** Both ends know that it stands before the first answer comes over it; of a break the consumer hears. Whom that did not reach is told again with the next message. */
const stand = async (desk: Desk, bridge: BridgeRecord, { outcome, isOwn }: Seen): Promise<void> => {
  const { room, figures, telling } = desk;
  if (bridge.connection.state === 'CLOSING') return;
  const to = stateAfter(bridge, outcome, isOwn);
  const moved = moveBridge(bridge, to, room.deps.clock.now());
  if (!moved.ok || to === bridge.connection.state) return telling.again(bridge);
  const ends = to === 'CONNECTED' ? [bridge.consumer, bridge.owner] : [bridge.consumer];
  const kept = { ...moved.value, figures: figures.of(moved.value), untold: ends.map((end) => end.id) };
  room.records.putAll([savedBridge(kept)]);
  const told = telling.tell(kept, outcome.ok ? undefined : outcome.problem.kind);
  if (to === 'CONNECTED') await told;
  unawaited(desk, report(desk, kept));
};

/** What was passed on tells of every bridge between the same two ends. */
export const watch =
  (desk: Desk): PassedOn =>
  async ({ connection: { id } }, outcome) => {
    const { room } = desk;
    const over = bridgeOf(room, id);
    if (!over) return;
    if (!outcome.ok && outcome.problem.kind === 'unreachable') unawaited(desk, followOwner(room, over));
    await Promise.all(alongside(room, over).map((bridge) => stand(desk, bridge, { outcome, isOwn: bridge.connection.id === id })));
  };
