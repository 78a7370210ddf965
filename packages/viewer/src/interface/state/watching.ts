/**
 * Watching: how the federation stands, followed while the page is open. Who falls silent and who is back is said in words.
 */
import type { Status } from '../../graphql/answers.ts';
import { follow } from '../../graphql/follow.ts';
import { queries } from '../../graphql/queries.ts';
import { currentWords } from '../words/words.ts';
import { announce } from './announcing.ts';
import { readColumnsAgain } from './columns.ts';
import { agencyName, learnFederation, useKnown } from './known.ts';
import { endpoint } from './learning.ts';
import { isPaused, onGoingOn } from './pausing.ts';
import { person } from './person.ts';
import { readAgain } from './reading.ts';
import { movedBetween, silencesOf, withFiguresOf } from './silence.ts';

const { getState: get, setState: set } = useKnown;

const sayMoves = (silent: readonly string[], back: readonly string[]): void => {
  const { say, list } = currentWords();
  const names = (ids: readonly string[]): string => list(ids.map((id) => agencyName(get(), id)));
  if (silent.length > 0) announce(say('saidSilent', { n: silent.length, names: names(silent) }));
  if (back.length > 0) announce(say('saidBack', { n: back.length, names: names(back) }));
};

/** What was asked while somebody was silent is worth asking again; not before a pause ends. */
let isHealing = false;

const heal = (federation: string): void => {
  if (!isHealing || isPaused()) return;
  isHealing = false;
  set({ healed: get().healed + 1 });
  readColumnsAgain();
  void learnFederation(federation);
};

const told = (federation: string, { federationStatus }: Status): void => {
  const { members, connections } = federationStatus.federation;
  const { silences: before, offlineSince } = get();
  const silences = silencesOf({ members, connections });
  const { silent, back } = movedBetween(before, silences);
  set({ members, connections: isPaused() ? withFiguresOf(get().connections, connections) : connections, silences, offlineSince: undefined });
  sayMoves(silent, back);
  isHealing ||= back.length > 0 || offlineSince !== undefined;
  heal(federation);
};

const lost = (): void => {
  if (get().offlineSince !== undefined) return;
  set({ offlineSince: new Date().toISOString() });
  announce(currentWords().say('saidOffline'));
};

/** Counts, and how old the oldest value of each agency is, are read again so often. */
const learnEveryMs = 20_000;

export const watchFederation = (federation: string): (() => void) => {
  const stop = new AbortController();
  void follow({
    endpoint,
    document: queries.status,
    variables: { federation, lang: person.get().lang },
    signal: stop.signal,
    hear: (heard) => (heard.type === 'told' ? told(federation, heard.value) : lost()),
  });
  const leaves = [readAgain(learnEveryMs, () => learnFederation(federation)), onGoingOn(() => heal(federation))];
  return () => {
    for (const leave of leaves) leave();
    stop.abort();
  };
};
