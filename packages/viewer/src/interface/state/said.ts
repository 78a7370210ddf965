/**
 * Said: how a value came to be and how old it is, in words, wherever it is shown.
 */
import type { Flag, Said } from '../../graphql/answers.ts';
import { secondsOfDuration } from '../words/format.ts';
import type { Key, Words } from '../words/words.ts';
import type { InUnit } from './in-unit.ts';
import type { Watch } from './person.ts';
import type { Silence } from './silence.ts';

const flagKeys = {
  CARRIED: 'flagCarried',
  INTERPOLATED: 'flagInterpolated',
  MEASURED: undefined,
  MISSING: 'flagMissing',
  SIMULATED: 'flagSimulated',
} as const satisfies Readonly<Record<Said['flag'], Key | undefined>>;

export const flagName = (flag: Flag, { say }: Pick<Words, 'say'>): string => say(flagKeys[flag] ?? 'flagMeasured');

/** Undefined of what was measured: nothing is to be said of that. */
export const flagText = ({ flag }: Pick<Said, 'flag'>, { say }: Pick<Words, 'say'>): string | undefined => flagKeys[flag] && say(flagKeys[flag]);

/** As old as it was at the moment that is looked at; undefined: now. */
export const agedAt = <S extends Pick<Said, 'age' | 'observedAt'>>(said: S, asOf: string | undefined): S =>
  asOf === undefined ? said : { ...said, age: `PT${Math.max(0, Math.round((Date.parse(asOf) - Date.parse(said.observedAt)) / 1_000))}S` };

/** A file that names no time is as old as it is; what it tells may be older. */
export const whenText = (
  said: Pick<Said, 'age' | 'isFileDate' | 'observedAt'>,
  silence: Silence | undefined,
  { say, age, instant, day }: Pick<Words, 'say' | 'age' | 'instant' | 'day'>,
): string => {
  if (silence) return say('lastKnown', { time: instant(silence.lastSeen) });
  return said.isFileDate ? say('fileOf', { day: day(said.observedAt) }) : say('ageOf', { age: age(said.age) });
};

type Watched = { readonly watch: Watch | undefined /** in that of the bounds */; readonly inUnit: InUnit };

/** What is out of order about a value that is watched, as the city shows it; undefined of any other. */
export const watchedText = (
  { term, value, unit, age }: Pick<Said, 'value' | 'unit' | 'age'> & { readonly term: { readonly id: string } },
  { watch, inUnit }: Watched,
  { say }: Pick<Words, 'say'>,
): string | undefined => {
  if (watch?.term !== term.id) return undefined;
  const { least = -Infinity, most = Infinity, staleAfter = Infinity } = watch;
  const number = typeof value === 'number' ? inUnit(value, unit) : undefined;
  if (number !== undefined && (number < least || number > most)) return say('inAlarm');
  return (secondsOfDuration(age) ?? 0) > staleAfter ? say('isStale') : undefined;
};
