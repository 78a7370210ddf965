/**
 * Questions: the saved questions as cards; the one that is posed with its places, what it found, and a way back.
 */
import { type Question, titleOf } from '../../graphql/questions.ts';
import { Panel } from '../frame/panel.tsx';
import { useLearning } from '../state/learning.ts';
import { person, usePerson } from '../state/person.ts';
import { placesOf } from '../state/places.ts';
import { usePosed } from '../state/posing.ts';
import { Name } from '../words/name.tsx';
import { useWords } from '../words/words.ts';
import { Answered } from './answered.tsx';
import { PlaceChoice } from './place-choice.tsx';

const Card = ({ question }: { readonly question: Question }) => {
  const { say } = useWords();
  const { title, more } = titleOf(question);
  return (
    <li>
      <button type="button" className="card" onClick={() => person.pose(question.name)}>
        <strong>
          <Name text={title} />
        </strong>
        {more && <Name className="soft" text={more} />}
        {placesOf(question).length > 0 && <span className="soft">{say('cardPlaces')}</span>}
      </button>
    </li>
  );
};

const Outcome = ({ hasPlaces }: { readonly hasPlaces: boolean }) => {
  const { say } = useWords();
  const { answer, problem, asking } = usePosed();
  if (problem !== undefined)
    return (
      <p className="warn">
        {say('questionRefused')} <Name text={problem} />
      </p>
    );
  if (answer) return <Answered answer={answer} asking={asking} hasPlaces={hasPlaces} />;
  return <p className="soft">{say('asking')}</p>;
};

export const Questions = () => {
  const { say } = useWords();
  const questions = useLearning((state) => state.questions);
  const posed = usePerson((state) => state.question);
  const question = questions.find(({ name }) => name === posed?.name);
  const close = (): void => person.open(undefined);
  if (!(question && posed))
    return (
      <Panel name={say('questions')} side="start" onClose={close}>
        {questions.length === 0 ? (
          <p className="soft">{say('noQuestions')}</p>
        ) : (
          <ul className="cards">
            {questions.map((each) => (
              <Card key={each.name} question={each} />
            ))}
          </ul>
        )}
      </Panel>
    );
  const places = placesOf(question);
  return (
    <Panel name={say('answer')} side="start" onClose={close} about={question.name} title={<Name text={titleOf(question).title} />}>
      <button type="button" className="quiet" onClick={() => person.pose(undefined)}>
        {say('allQuestions')}
      </button>
      {places.map((place) => (
        <PlaceChoice key={place.variable} place={place} picked={posed.places[place.variable]} />
      ))}
      <Outcome hasPlaces={places.length > 0} />
    </Panel>
  );
};
