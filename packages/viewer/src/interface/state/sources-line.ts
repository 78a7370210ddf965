/**
 * Sources line: how many agencies answered of how many that were asked, how old the oldest value is, and who is missing.
 */
import type { Source } from '../../graphql/answers.ts';
import { plainText, secondsOfDuration } from '../words/format.ts';

export type SourcesLine = {
  readonly answered: number;
  readonly asked: number;
  /** as an ISO 8601 duration */
  readonly oldest: string | undefined;
  readonly missing: readonly string[];
};

/** Those that may have more than they told: nothing is known of what they did not. */
export const untoldIn = (sources: readonly Pick<Source, 'agency' | 'status'>[]): readonly string[] =>
  sources.filter(({ status }) => status === 'FAILED' || status === 'LATE' || status === 'PARTIAL').map(({ agency }) => agency.id);

/** Names of those that were asked and gave nothing. */
export const missingIn = (sources: readonly Pick<Source, 'agency' | 'status'>[]): readonly string[] =>
  sources.filter(({ status }) => status === 'FAILED' || status === 'LATE').map(({ agency }) => agency.name);

/** What a silent agency gave before it fell silent still counts as given; it is named as missing all the same. */
export const toSourcesLine = (sources: readonly Source[], silent: readonly string[]): SourcesLine => {
  const asked = sources.filter(({ status }) => status !== 'NOT_ASKED');
  const isMissing = ({ status, agency }: Source): boolean => status === 'LATE' || status === 'FAILED' || silent.includes(agency.id);
  const ages = asked.flatMap(({ age }) => age ?? []).sort((a, b) => (secondsOfDuration(b) ?? 0) - (secondsOfDuration(a) ?? 0));
  return {
    answered: asked.filter((source) => !isMissing(source) && source.status !== 'PARTIAL').length,
    asked: asked.length,
    oldest: ages[0],
    missing: sources.filter(isMissing).map(({ agency }) => plainText(agency.name, 80)),
  };
};
