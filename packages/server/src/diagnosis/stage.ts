/**
 * Stage: what the diagnosis works with: the node's file, what it remembers (which is only read), and its voice.
 */
import type { Speaking, SpeakingRoom } from '../node-room.ts';
import type { SeenProtocol } from './clock-difference.ts';

export type Stage = SpeakingRoom &
  Speaking &
  Pick<SeenProtocol, 'seen'> & {
    /** where the node keeps what it remembers */
    readonly directory: string;
    /** whether a process holds that folder now */
    readonly running: boolean;
  };
