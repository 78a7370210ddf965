/**
 * Worth: what a value is worth, wherever it is shown: how it came to be, what of it is out of order, how good it is.
 */
import type { Said } from '../../graphql/answers.ts';
import { useInUnit } from '../state/in-unit.ts';
import { usePerson } from '../state/person.ts';
import { flagText, watchedText } from '../state/said.ts';
import { useWords } from '../words/words.ts';

export type Worthy = Pick<Said, 'value' | 'unit' | 'flag' | 'age' | 'quality'> & { readonly term: { readonly id: string } };

const Quality = ({ quality }: Pick<Said, 'quality'>) => {
  const { say, number } = useWords();
  if (!quality) return null;
  const { accuracy, completeness, confidence } = quality;
  const percent = (share: number): string => `${number(Math.round(share * 100))} %`;
  return (
    <>
      {accuracy !== null && <span>{say('accuracy', { value: percent(accuracy) })}</span>}
      {confidence !== null && <span>{say('confidence', { value: percent(confidence) })}</span>}
      {completeness !== null && <span>{say('completeness', { value: percent(completeness) })}</span>}
    </>
  );
};

export const Worth = ({ said }: { readonly said: Worthy }) => {
  const words = useWords();
  const watch = usePerson((state) => (state.watch?.term === said.term.id ? state.watch : undefined));
  const inUnit = useInUnit(watch?.unit, watch && said.unit);
  const flag = flagText(said, words);
  const watched = watchedText(said, { watch, inUnit }, words);
  return (
    <span className="worth">
      {flag && <span className="flag">{flag}</span>}
      {watched && <strong className="warn">{watched}</strong>}
      <Quality quality={said.quality} />
    </span>
  );
};
