/**
 * Property: what is said of one property of a twin in a list: its value, what it is worth, how old it is, whose it is, and whether others say otherwise.
 */
import type { TwinRow } from '../../graphql/answers.ts';
import { Worth } from '../inspect/worth.tsx';
import { useKnown } from '../state/known.ts';
import { usePerson } from '../state/person.ts';
import { agedAt, whenText } from '../state/said.ts';
import { Name } from '../words/name.tsx';
import { useWords } from '../words/words.ts';

export const Property = ({ twin, term }: { readonly twin: TwinRow; readonly term: string }) => {
  const words = useWords();
  const { say, quantity } = words;
  const silences = useKnown((state) => state.silences);
  const asOf = usePerson((state) => state.asOf);
  const found = twin.properties.find(({ winner }) => winner.term.id === term);
  if (!found) return <span className="soft">{say('valueNone')}</span>;
  const winner = agedAt(found.winner, asOf);
  return (
    <>
      <Name text={quantity(winner.value, winner.unit)} /> <Worth said={winner} />
      <span className="soft">
        {whenText(winner, silences.get(winner.source.id), words)} · <Name text={winner.source.name} />
      </span>
      {found.conflict && <strong className="warn"> {say('disagree')}</strong>}
    </>
  );
};
