/**
 * Log line: one message of the exchange: when, who to whom, what, under which agreement, how it ended, and whether that can be relied on.
 */
import type { Logged } from '../../graphql/answers.ts';
import { agencyName, useKnown } from '../state/known.ts';
import { Name } from '../words/name.tsx';
import { useWords } from '../words/words.ts';

type LogLineProps = {
  readonly id: string;
  readonly entry: Logged;
  readonly top: number;
  readonly place: number;
  readonly isActive: boolean;
  readonly onTake: () => void;
};

const success = 'DTF-000';

/** A twin is told by its agency. */
const agencyOf = (twin: string): string => `urn:dtf:agency:${twin.split(':')[3] ?? twin}`;
const localOf = (urn: string): string => urn.split(':').slice(4).join(':');

export const LogLine = ({ id, entry, top, place, isActive, onTake }: LogLineProps) => {
  const { say, instant, number } = useWords();
  const known = useKnown();
  const { at, from, to, verb, object, messages, agreement, code, verified } = entry;
  return (
    <div
      id={id}
      role="option"
      className={`log-line${isActive ? ' active' : ''}`}
      aria-selected={isActive}
      aria-posinset={place}
      aria-setsize={-1}
      style={{ transform: `translateY(${top}px)` }}
      onClick={onTake}
    >
      <span className="soft">{instant(at)}</span>
      <span>{say('fromTo', { from: agencyName(known, agencyOf(from)), to: agencyName(known, agencyOf(to)) })}</span>
      <code>
        {verb}.{object}
        {messages > 1 && ` × ${number(messages)}`}
      </code>
      <span className="soft">
        {agreement && <Name text={say('underAgreement', { name: localOf(agreement) })} />} {verified ? say('verified') : say('notSealed')}
      </span>
      {code !== success && <strong className="warn">{say('refusedWith', { code })}</strong>}
    </div>
  );
};
