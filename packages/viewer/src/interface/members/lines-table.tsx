/**
 * Lines table: of every line how fast half and nearly all of its answers come, how many there are a minute, and what nobody answered, and why.
 */
import type { LineFigures } from '../../graphql/answers.ts';
import { agencyName, useKnown } from '../state/known.ts';
import { millisecondsOf } from '../words/format.ts';
import { Name } from '../words/name.tsx';
import { useWords } from '../words/words.ts';
import { useLines } from './use-lines.ts';

const Line = ({ line: { agency, latencyP50, latencyP95, messagesPerMinute, lost, errors } }: { readonly line: LineFigures }) => {
  const { seconds, number, say } = useWords();
  const name = agencyName(useKnown(), agency.id);
  const time = (duration: string | null): string => (duration === null ? say('valueNone') : seconds(millisecondsOf(duration)));
  return (
    <tr>
      <th scope="row">
        <Name text={name} />
      </th>
      <td>{time(latencyP50)}</td>
      <td>{time(latencyP95)}</td>
      <td>{number(messagesPerMinute)}</td>
      <td className={lost > 0 ? 'warn' : undefined}>
        {number(lost)} {errors.length > 0 && <Name text={errors.join(' ')} />}
      </td>
    </tr>
  );
};

export const LinesTable = ({ federation }: { readonly federation: string }) => {
  const { say, number } = useWords();
  const lines = useLines(federation);
  // who is alone has nobody to ask
  if (!lines || lines.connections.length === 0) return null;
  return (
    <>
      {lines.health !== null && <p className="soft">{say('health', { share: number(Math.round(lines.health * 100)) })}</p>}
      <table className="lines">
        <caption>{say('lines')}</caption>
        <thead>
          <tr>
            {(['agency', 'halfWithin', 'mostWithin', 'aMinute', 'lost'] as const).map((key) => (
              <th key={key} scope="col">
                {say(key)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {lines.connections.map((line) => (
            <Line key={line.agency.id} line={line} />
          ))}
        </tbody>
      </table>
    </>
  );
};
