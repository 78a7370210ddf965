/**
 * Link: whether a partner answers under the key that is pinned for it, how long that takes, and what its clock says.
 */
import { limits } from '@cityweave/core';
import type { Peer } from '../exchange/peer.ts';
import { pinOf } from '../trust/pin.ts';
import type { Sighting } from './clock-difference.ts';
import { broken, type Finding } from './finding.ts';
import type { Stage } from './stage.ts';

const inWords = ({ latencyMs, clockAheadMs }: Sighting): string => {
  const within = Math.ceil(Math.abs(clockAheadMs) + latencyMs / 2);
  return `answers in ${latencyMs.toFixed(1)} ms, clocks agree within ${within} ms${within > limits.clockDoubtfulMs ? `: ${limits.clockToleranceMs} ms are tolerated` : ''}`;
};

const keyInWords = ({ records }: Stage, { id }: Peer): string => {
  const pin = pinOf(records, id);
  return pin ? `under the key pinned ${pin.pinnedAt}` : 'under the key that it was introduced with';
};

/** What the last answer tells of the link that it came over. */
export const answered = (stage: Stage, peer: Peer, about: Finding['about'] = 'link'): Finding => {
  const seen = stage.seen();
  if (!seen) return { about, subject: peer.id, outcome: 'sound', says: 'answers' };
  const outcome = Math.abs(seen.clockAheadMs) > limits.clockDoubtfulMs ? 'doubtful' : 'sound';
  return { about, subject: peer.id, outcome, says: `${inWords(seen)}, ${keyInWords(stage, peer)}`, ...seen };
};

export const examineLink = async (stage: Stage, peer: Peer): Promise<Finding> => {
  const objects = [{ kind: 'digitalTwin' as const, id: stage.self.id }] satisfies [object];
  const content = { parameters: { echo: stage.deps.ids.uuid() }, objects };
  const told = await stage.ask(peer, 'digitalTwin.probe.digitalTwin', content, { timeoutMs: limits.probeTimeoutMs, signal: stage.signal });
  if (told.ok) return answered(stage, peer);
  const found = broken({ about: 'link', subject: peer.id }, told.problem);
  return { ...found, says: `${found.says}, at ${peer.address}` };
};
