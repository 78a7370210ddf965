/**
 * How known: which of the values of a property are wanted by how they came about: measured, calculated, carried on, or known to be missing.
 */
import { type Flag, valueFlags } from '../../graphql/answers.ts';
import type { ToldValues } from '../../scene/staged.ts';
import { useMeantFlags } from '../bonds/meaning.ts';
import { type PropertyRange, person } from '../state/person.ts';
import { flagName } from '../state/said.ts';
import { useWords } from '../words/words.ts';

type HowKnownProps = { readonly range: PropertyRange; readonly column: ToldValues };

/** Where all came about alike there is nothing to choose. */
export const HowKnown = ({ range, column }: HowKnownProps) => {
  const words = useWords();
  const { say, number } = words;
  const counts = useMeantFlags(column);
  const { flags = [] } = range;
  const choices = valueFlags.filter((flag) => counts.has(flag) || flags.includes(flag));
  if (choices.length < 2 && flags.length === 0) return null;
  const toggle = (flag: Flag): void => {
    const next = valueFlags.filter((each) => (each === flag) !== flags.includes(each));
    person.range(range.term, { ...range, flags: next.length > 0 ? next : undefined });
  };
  return (
    <fieldset className="how-known">
      <legend>{say('howKnown')}</legend>
      {choices.map((flag) => (
        <label key={flag} className="check">
          <input type="checkbox" checked={flags.includes(flag)} onChange={() => toggle(flag)} />
          <span className="name">{flagName(flag, words)}</span>
          <span className="soft">{number(counts.get(flag) ?? 0)}</span>
        </label>
      ))}
    </fieldset>
  );
};
