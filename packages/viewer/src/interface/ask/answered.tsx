/**
 * Answered: what a question found, counted and grouped by agency and kind, beside the scene in which it is lit.
 */
import { createContext, useContext, useEffect, useMemo, useState } from 'react';
import type { PlaceRow } from '../../graphql/answers.ts';
import { focusHeading } from '../frame/focus-holder.ts';
import { type Answer, agencyOf, type Counted, type FoundTwin, type Section, whyNothing } from '../state/answer.ts';
import { isNarrow } from '../state/filter.ts';
import { agencyName, kindLabel, useKnown } from '../state/known.ts';
import { noFilter, person, usePerson } from '../state/person.ts';
import { usePosed } from '../state/posing.ts';
import { usePlaces } from '../where/use-places.ts';
import { Where } from '../where/where.tsx';
import { Name } from '../words/name.tsx';
import { spokenName } from '../words/telling.ts';
import { useWords } from '../words/words.ts';

type Part = { readonly agency: string; readonly kind: string; readonly twins: readonly FoundTwin[] };

/** So many more are listed each time somebody asks for more; all are lit, counted and in the table. */
const listedStep = 500;

const agencyOfTwin = ({ id, agencies: [first] }: FoundTwin): string => first ?? agencyOf(id) ?? '';

const partsOf = ({ twins }: Pick<Section, 'twins'>): ReadonlyMap<string, readonly Part[]> => {
  const byAgency = Map.groupBy(twins, agencyOfTwin);
  return new Map(
    [...byAgency].map(([agency, own]) => [
      agency,
      [...Map.groupBy(own, ({ kind }) => kind ?? '')].map(([kind, found]): Part => ({ agency, kind, twins: found })),
    ]),
  );
};

/** As the answer itself counts them, where it does: of how many in all. */
const countedOf = (counts: readonly Counted[], agency: string, kind?: string): { readonly count: number; readonly of: number } | undefined => {
  const own = counts.filter((each) => each.agency === agency && (kind === undefined || each.kind === kind));
  if (own.length === 0) return undefined;
  return { count: own.reduce((sum, each) => sum + each.count, 0), of: own.reduce((sum, each) => sum + each.of, 0) };
};

/** Where each is that is listed, once it is known. */
const Places = createContext<ReadonlyMap<string, PlaceRow>>(new Map());

const TwinButton = ({ twin }: { readonly twin: FoundTwin }) => {
  const isChosen = usePerson((state) => state.selected === twin.id);
  const groups = useKnown((state) => state.groups);
  const place = useContext(Places).get(twin.id);
  const hover = (row: string | undefined) => person.set({ hovered: row });
  return (
    <li>
      <button
        type="button"
        className="row"
        aria-current={isChosen}
        onClick={() => person.set({ selected: twin.id, frame: twin.id })}
        onPointerEnter={() => hover(twin.id)}
        onPointerLeave={() => hover(undefined)}
        onFocus={() => hover(twin.id)}
        onBlur={() => hover(undefined)}
      >
        <Name className="name" text={spokenName(twin.name, twin.kind === undefined ? '' : kindLabel({ groups }, twin.kind))} />
        {place && <Where className="soft where" twin={place} />}
      </button>
    </li>
  );
};

const TwinList = ({ twins }: Pick<Part, 'twins'>) => (
  <ul>
    {twins.map((twin) => (
      <TwinButton key={twin.id} twin={twin} />
    ))}
  </ul>
);

const KindPart = ({ part, counts }: { readonly part: Part; readonly counts: readonly Counted[] }) => {
  const { say } = useWords();
  const groups = useKnown((state) => state.groups);
  const counted = countedOf(counts, part.agency, part.kind);
  return (
    <details open={part.twins.length <= 12}>
      <summary>
        <Name text={part.kind === '' ? say('kindUnknown') : kindLabel({ groups }, part.kind)} />{' '}
        <span className="soft">{counted ? say('countOf', { count: counted.count, of: counted.of }) : say('twinCount', { n: part.twins.length })}</span>
      </summary>
      <TwinList twins={part.twins} />
    </details>
  );
};

const AgencyPart = ({ agency, parts, counts }: { readonly agency: string; readonly parts: readonly Part[]; readonly counts: readonly Counted[] }) => {
  const { say, instant } = useWords();
  const known = useKnown();
  const counted = countedOf(counts, agency);
  const silence = known.silences.get(agency);
  const listed = parts.reduce((sum, { twins }) => sum + twins.length, 0);
  return (
    <section>
      <h3>
        <Name text={agencyName(known, agency)} /> <span className="soft">{say('twinCount', { n: counted?.count ?? listed })}</span>
        {silence && <span className="warn"> {say('lastKnown', { time: instant(silence.lastSeen) })}</span>}
      </h3>
      {parts.map((part) =>
        part.kind === '' && parts.length === 1 ? <TwinList key="" twins={part.twins} /> : <KindPart key={part.kind} part={part} counts={counts} />,
      )}
    </section>
  );
};

/** As many in all as may be listed, in the order of the answer. */
const bounded = ({ sections }: Answer, most: number): readonly Section[] => {
  let left = most;
  return sections.map((section) => {
    const twins = section.twins.slice(0, left);
    left -= twins.length;
    return { ...section, twins };
  });
};

/** `siteKinds` as people write it. */
const wordsOf = (path: string): string => path.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();

/** What every list is called where a question gives it no name of its own. */
const unnamed = 'twins';

type SectionProps = { readonly section: Section; readonly counts: readonly Counted[]; readonly named: boolean };

/** A question may ask for several lists: each has its name and its number. Counts are told of the whole. */
const SectionPart = ({ section, counts, named }: SectionProps) => {
  const { say } = useWords();
  return (
    <>
      {named && (
        <p className="list-name">
          <Name text={section.path === unnamed ? say('found') : wordsOf(section.path)} />{' '}
          <span className="soft">{say('twinCount', { n: section.total ?? section.twins.length })}</span>
        </p>
      )}
      {[...partsOf(section)].map(([agency, own]) => (
        <AgencyPart key={agency} agency={agency} parts={own} counts={named ? [] : counts} />
      ))}
    </>
  );
};

/** Of which time the answer is, where somebody looks at another than now. */
const Time = () => {
  const { say, moment } = useWords();
  const asOf = usePosed((state) => state.asOf);
  const lookedAt = usePerson((state) => state.asOf);
  if (asOf !== undefined) return <p className="soft">{say('asItWas', { time: moment(asOf) })}</p>;
  return lookedAt === undefined ? null : <p className="soft">{say('answerNow')}</p>;
};

const idsOf = (sections: readonly Section[]): readonly string[] => [...new Set(sections.flatMap(({ twins }) => twins.map(({ id }) => id)))];
const removeFilter = (button: Element): void => {
  focusHeading(button);
  person.set({ filter: noFilter });
};

/** The list is the answer; the scene shows of it what the filter leaves. */
const Filtered = () => {
  const { say } = useWords();
  if (!usePerson(({ filter }) => isNarrow(filter))) return null;
  return (
    <p className="soft">
      {say('answerFiltered')}{' '}
      <button type="button" className="quiet" onClick={({ currentTarget }) => removeFilter(currentTarget)}>
        {say('noFilter')}
      </button>
    </p>
  );
};

type AnsweredProps = { readonly answer: Answer; readonly asking: boolean /** somebody chose them */; readonly hasPlaces: boolean };

export const Answered = ({ answer, asking, hasPlaces }: AnsweredProps) => {
  const { say } = useWords();
  const total = Math.max(answer.ids.length, ...answer.sections.map((section) => section.total ?? 0));
  const [listed, setListed] = useState(listedStep);
  useEffect(() => setListed(listedStep), [answer.question]);
  const sections = useMemo(() => bounded(answer, listed), [answer, listed]);
  const asOf = usePosed((state) => state.asOf);
  const places = usePlaces(
    useMemo(() => idsOf(sections), [sections]),
    asOf,
  );
  return (
    <div className="answered" aria-busy={asking}>
      <p className="total">
        <strong>{say('twinCount', { n: total })}</strong> {asking && <span className="soft">{say('asking')}</span>}
      </p>
      <Time />
      <Filtered />
      {total === 0 && (
        <p className="soft">
          {say(whyNothing(answer.sources))} {hasPlaces && say('chooseElsewhere')}
        </p>
      )}
      {total > listed && (
        <p className="soft">
          {say('firstListed', { n: Math.min(listed, answer.ids.length) })}{' '}
          <button type="button" className="quiet" onClick={() => person.set({ list: 'table' })}>
            {say('openTable')}
          </button>
        </p>
      )}
      <Places value={places}>
        {sections.map((section) => (
          <SectionPart key={section.path} section={section} counts={answer.counts} named={sections.length > 1} />
        ))}
      </Places>
      {answer.ids.length > listed && (
        <button type="button" className="quiet" onClick={() => setListed(listed + listedStep)}>
          {say('listMore', { n: Math.min(listedStep, answer.ids.length - listed) })}
        </button>
      )}
    </div>
  );
};
