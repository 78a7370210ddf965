/**
 * Told of: of which twins the values of a property were told, where it is not all of them; and, while they are asked for, which agencies have not answered yet.
 */
import type { ToldValues } from '../../scene/staged.ts';
import { agencyName, useKnown } from '../state/known.ts';
import { useWords } from '../words/words.ts';

export const ToldOf = ({ missing, firstTwins }: Pick<ToldValues, 'missing' | 'firstTwins'>) => {
  const { say, list } = useWords();
  const known = useKnown();
  if (missing.length === 0 && firstTwins === undefined) return null;
  return (
    <p className="warn">
      {missing.length > 0 && <bdi>{say('without', { names: list(missing.map((id) => agencyName(known, id))) })}</bdi>}{' '}
      {firstTwins !== undefined && say('ofFirstTwins', { n: firstTwins })}
    </p>
  );
};

/** More names are a number: the line stays a line. */
const namesShown = 4;

export const AskingFor = ({ waitingFor = [] }: { readonly waitingFor?: readonly string[] | undefined }) => {
  const { say, list } = useWords();
  const known = useKnown();
  if (waitingFor.length === 0) return <p className="soft">{say('asking')}</p>;
  const names = waitingFor.slice(0, namesShown).map((id) => agencyName(known, id));
  const more = waitingFor.length - names.length;
  return (
    <p className="soft">
      <bdi>{say('waitingFor', { names: list(more > 0 ? [...names, say('furtherAgencies', { n: more })] : names) })}</bdi>
    </p>
  );
};
