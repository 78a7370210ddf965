/**
 * Sources: who said it: one line that tells all, and a line an agency with what it gave, how old, and why not.
 */
import type { Source } from '../../graphql/answers.ts';
import { DrawnInPart } from '../look/drawn-in-part.tsx';
import { useKnown } from '../state/known.ts';
import { usePosed } from '../state/posing.ts';
import { toSourcesLine } from '../state/sources-line.ts';
import { Name } from '../words/name.tsx';
import { type Key, useWords } from '../words/words.ts';

const statusKeys = {
  ANSWERED: 'sourceAnswered',
  PARTIAL: 'sourcePartial',
  WITHHELD: 'sourceWithheld',
  NOT_ASKED: 'sourceNotAsked',
  LATE: 'sourceLate',
  FAILED: 'sourceFailed',
} as const satisfies Readonly<Record<Source['status'], Key>>;

const Line = ({ source }: { readonly source: Source }) => {
  const { say, age, instant } = useWords();
  const silence = useKnown(({ silences }) => silences.get(source.agency.id));
  const { agency, status, rows = 0, reason } = source;
  return (
    <li className={`source ${status.toLowerCase()}`}>
      <Name className="name" text={agency.name} />
      <span>
        {say(statusKeys[status])}
        {rows > 0 && `, ${say('twinCount', { n: rows })}`}
        {source.age && `, ${say('oldestValue', { age: age(source.age) })}`}
        {silence && <strong className="warn">, {say('silentSince', { time: instant(silence.lastSeen) })}</strong>}
        <DrawnInPart agency={agency.id} />
        {reason && (
          <span className="soft">
            {' '}
            <Name text={reason} />
          </span>
        )}
      </span>
    </li>
  );
};

export const Sources = () => {
  const { say, seconds, age, list } = useWords();
  const answer = usePosed((state) => state.answer);
  const { sources: ofAll, silences } = useKnown();
  const sources = answer ? answer.sources : ofAll;
  if (sources.length === 0) return null;
  const { answered, asked, oldest, missing } = toSourcesLine(sources, [...silences.keys()]);
  return (
    <section className="panel sources-bar" aria-label={say('sources')}>
      <details>
        <summary id="sources">
          {say('sourcesAnswered', { answered, n: asked })}
          {answer && `, ${seconds(answer.ms)}`}
          {oldest && `, ${say('oldestValue', { age: age(oldest) })}`}
          {missing.length > 0 && (
            <strong className="warn">
              {' '}
              <bdi>{say('without', { names: list(missing) })}</bdi>
            </strong>
          )}
        </summary>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and the keyboard has to reach its end */}
        <ul tabIndex={0} aria-label={say('sources')}>
          {sources.map((source) => (
            <Line key={source.agency.id} source={source} />
          ))}
        </ul>
      </details>
    </section>
  );
};
