/**
 * Sources: who said it: one line that tells all, and a line an agency with what it gave, how old, and why not.
 */
import type { Source } from '../graphql/answers.ts';

const words: Readonly<Record<Source['status'], string>> = {
  ANSWERED: 'answered',
  PARTIAL: 'answered in part',
  WITHHELD: 'keeps some of it back',
  NOT_ASKED: 'not asked',
  LATE: 'was too late',
  FAILED: 'did not answer',
};

const sentence = (sources: readonly Source[], ms: number | undefined): string => {
  const asked = sources.filter(({ status }) => status !== 'NOT_ASKED');
  const answered = asked.filter(({ status }) => status === 'ANSWERED' || status === 'WITHHELD');
  return `${answered.length} of ${asked.length} agencies${ms === undefined ? '' : `, ${(ms / 1000).toFixed(1)} s`}`;
};

export const Sources = ({ sources, ms }: { readonly sources: readonly Source[]; readonly ms: number | undefined }) => {
  if (sources.length === 0) return null;
  const missing = sources.filter(({ status }) => status === 'LATE' || status === 'FAILED');
  return (
    <details className="panel sources">
      <summary aria-live="polite">
        {sentence(sources, ms)}
        {missing.length > 0 && (
          <span className="conflict">
            {' '}
            without <bdi>{missing.map(({ agency }) => agency.name).join(', ')}</bdi>
          </span>
        )}
      </summary>
      <ul>
        {sources.map(({ agency, status, rows, reason }) => (
          <li key={agency.id}>
            <bdi>{agency.name}</bdi>: {words[status]}
            {rows !== undefined && rows > 0 && `, ${rows.toLocaleString()} twins`}
            {reason && (
              <span className="soft">
                {' '}
                (<bdi>{reason}</bdi>)
              </span>
            )}
          </li>
        ))}
      </ul>
    </details>
  );
};
