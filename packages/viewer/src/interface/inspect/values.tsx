/**
 * Values: each property of a twin: what stands, and side by side what other agencies say, with unit, age and quality.
 */
import type { MergedSaid, Said, WholeTwin } from '../../graphql/answers.ts';
import { useKnown } from '../state/known.ts';
import { usePerson } from '../state/person.ts';
import { agedAt, whenText } from '../state/said.ts';
import { isKnownTerm, termText } from '../state/terms.ts';
import { Name } from '../words/name.tsx';
import { type Key, useWords } from '../words/words.ts';
import { Sparkline } from './sparkline.tsx';
import { Worth } from './worth.tsx';

/** The name of the file or feed, without its version. */
const fileIn = (origin: string): string => origin.split(' ')[0] ?? origin;

const SaidValue = ({ said: told, stands }: { readonly said: Said; readonly stands: boolean }) => {
  const words = useWords();
  const { say, quantity, instant } = words;
  const said = agedAt(
    told,
    usePerson((state) => state.asOf),
  );
  const silence = useKnown(({ silences }) => silences.get(said.source.id));
  return (
    <div className={stands ? 'said stands' : 'said'}>
      <Name className="value" text={quantity(said.value, said.unit)} {...(said.unit && { hint: said.unit })} />
      <div className="soft provenance">
        <Name text={said.source.name} {...(said.origin && { hint: said.origin })} />
        <time dateTime={said.observedAt} title={instant(said.observedAt)}>
          {whenText(said, silence, words)}
        </time>
        {said.via && <span className="via">{say('overAdaptor', { name: said.via.name })}</span>}
        <Worth said={said} />
        {said.origin && <Name text={fileIn(said.origin)} hint={said.origin} />}
      </div>
    </div>
  );
};

const ruleKeys: Readonly<Record<string, Key>> = { AUTHORITATIVE: 'ruleAuthority', NEWEST: 'ruleNewest', QUALITY: 'ruleQuality' };

const Row = ({ id, merged: { winner, alternatives, conflict, rule } }: { readonly id: string; readonly merged: MergedSaid }) => {
  const { say } = useWords();
  const why = ruleKeys[rule];
  return (
    <tr className={conflict ? 'disagrees' : undefined}>
      <th scope="row">
        <Name text={termText(winner.term)} hint={winner.term.id} />
        {conflict && <div className="warn">{say('disagree')}</div>}
        {alternatives.length > 0 && why && <div className="soft">{say(why)}</div>}
      </th>
      <td>
        <div className="side-by-side">
          {[winner, ...alternatives].map((said, at) => (
            <SaidValue key={`${said.source.id} ${said.origin ?? ''} ${said.observedAt}`} said={said} stands={at === 0} />
          ))}
        </div>
        {typeof winner.value === 'number' && <Sparkline id={id} said={winner} />}
      </td>
    </tr>
  );
};

const Table = ({ id, rows, caption }: { readonly id: string; readonly rows: readonly MergedSaid[]; readonly caption: string }) => (
  <table className="values">
    <caption className="unseen">{caption}</caption>
    <tbody>
      {rows.map((merged) => (
        <Row key={merged.winner.term.id} id={id} merged={merged} />
      ))}
    </tbody>
  </table>
);

/** What a dictionary knows stands first; columns that only their agency names come behind. */
export const Values = ({ twin }: { readonly twin: WholeTwin }) => {
  const { say } = useWords();
  const [known, own] = [true, false].map((isWanted) => twin.properties.filter(({ winner: { term } }) => isKnownTerm(term) === isWanted));
  if (twin.properties.length === 0) return <p className="soft">{say('noProperties')}</p>;
  return (
    <>
      {known && known.length > 0 && <Table id={twin.id} rows={known} caption={say('values')} />}
      {own && own.length > 0 && (
        <details open={known?.length === 0}>
          <summary>{say('ownColumns', { n: own.length })}</summary>
          <Table id={twin.id} rows={own} caption={say('ownColumns', { n: own.length })} />
        </details>
      )}
    </>
  );
};
