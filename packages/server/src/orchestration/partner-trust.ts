/**
 * Trust in a partner, from evidence: agreements that were kept to, duties that are overdue, and promises that it said itself it could not keep.
 */
import { agencyOf, type Instant, keptTo, type ProblemKind, type Trust, type TwinId } from '@cityweave/core';
import type { Ask } from '../exchange/ask.ts';
import { agreements, type Room } from './room.ts';

/** What an owner says when it does not keep to the terms that it accepted. */
const breaches: readonly ProblemKind[] = ['tooOld', 'qualityTooLow'];

type Breach = { readonly kind: ProblemKind; readonly at: Instant };

const noun = 'breach';

/** How far a partner was found true. */
export const trustIn =
  ({ records, self, deps }: Pick<Room, 'records' | 'self' | 'deps'>) =>
  (twin: TwinId): Trust => {
    if (agencyOf(twin) === self.agency) return 'kept';
    if (records.get(noun, twin) !== undefined) return 'broken';
    const between = agreements.all(records).filter(({ terms: { parties } }) => parties.provider === twin || parties.consumer === twin);
    return keptTo(between, { partner: twin, now: deps.clock.now() });
  };

/** Asks as before, and remembers of each partner the last breach that it owned up to. */
export const remembering =
  ({ records, deps, ask }: Pick<Room, 'records' | 'deps' | 'ask'>): Ask =>
  async (peer, ...rest) => {
    const told = await ask(peer, ...rest);
    if (!told.ok && breaches.includes(told.problem.kind)) {
      const breach: Breach = { kind: told.problem.kind, at: deps.clock.now() };
      records.put(noun, peer.id, breach);
    }
    return told;
  };
