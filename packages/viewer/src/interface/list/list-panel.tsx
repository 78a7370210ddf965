/**
 * List panel: the equal of the scene in texts, as a table or as a tree.
 */
import './list.css';
import { Panel } from '../frame/panel.tsx';
import { isNarrow } from '../state/filter.ts';
import { noFilter, person, usePerson } from '../state/person.ts';
import { useWords } from '../words/words.ts';
import { TwinTable } from './twin-table.tsx';
import { TwinTree } from './twin-tree.tsx';

const About = () => {
  const { say, moment } = useWords();
  const { filter, question, asOf } = usePerson();
  return (
    <p className="soft list-about">
      {asOf !== undefined && `${say('asItWas', { time: moment(asOf) })} `}
      {question !== undefined && (
        <>
          {say('ofTheAnswer')}{' '}
          <button type="button" className="quiet" onClick={() => person.set({ question: undefined })}>
            {say('allTwins')}
          </button>
        </>
      )}
      {isNarrow(filter) && (
        <>
          {say('filtered')}{' '}
          <button type="button" className="quiet" onClick={() => person.set({ filter: noFilter })}>
            {say('noFilter')}
          </button>
        </>
      )}
    </p>
  );
};

export const ListPanel = ({ list }: { readonly list: 'table' | 'tree' }) => {
  const { say } = useWords();
  return (
    <Panel name={say(list)} side="bottom" onClose={() => person.show(undefined)}>
      <About />
      {list === 'table' ? <TwinTable /> : <TwinTree />}
    </Panel>
  );
};
