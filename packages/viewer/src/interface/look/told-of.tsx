/**
 * Told of: of which twins the values of a property were told, where it is not all of them.
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
