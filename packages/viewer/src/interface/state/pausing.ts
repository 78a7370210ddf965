/**
 * Pausing: whoever wants to read in peace holds what changes by itself. Who falls silent is said all the same; once it goes on, the newest is there at once. No part of a link: who opens it sees what is so then.
 */
import { create } from 'zustand';

const usePausing = create<{ readonly since: string | undefined }>()(() => ({ since: undefined }));

/** Since when what changes by itself is held; undefined: it is not. */
export const usePausedSince = (): string | undefined => usePausing((state) => state.since);
export const isPaused = (): boolean => usePausing.getState().since !== undefined;

export const pause = (): void => usePausing.setState({ since: new Date().toISOString() });
export const goOn = (): void => usePausing.setState({ since: undefined });

export const onGoingOn = (run: () => void): (() => void) =>
  usePausing.subscribe((now, before) => {
    if (before.since !== undefined && now.since === undefined) run();
  });
