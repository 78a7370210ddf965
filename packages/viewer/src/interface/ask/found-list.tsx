/**
 * Found list: questions and twins that a search found, grouped, as options of the search field.
 */
import { useEffect } from 'react';
import { titleOf } from '../../graphql/questions.ts';
import type { FoundGroup, FoundOption } from '../state/found.ts';
import { Where } from '../where/where.tsx';
import { plainText } from '../words/format.ts';
import { Name } from '../words/name.tsx';
import { spokenName } from '../words/telling.ts';
import { useWords } from '../words/words.ts';
import type { Finding } from './use-found.ts';

type FoundListProps = {
  readonly id: string;
  readonly hidden: boolean;
  readonly groups: readonly FoundGroup[];
  readonly at: number;
  readonly finding: Finding;
  readonly onTake: (option: FoundOption) => void;
  readonly onAgain: () => void;
};

const OptionText = ({ option }: { readonly option: FoundOption }) => {
  const { say } = useWords();
  if (option.type === 'question') return <Name className="name" text={titleOf(option.question).title} />;
  const [name, more] =
    option.type === 'kind'
      ? [option.kind.label, option.kind.count === undefined ? '' : say('twinCount', { n: option.kind.count })]
      : [spokenName(option.twin.name, option.twin.kind.label), option.twin.kind.label];
  return (
    <>
      <Name className="name" text={name} />
      <Name className="soft" text={more} />
      {option.type === 'twin' && <Where className="soft where" twin={option.twin} />}
    </>
  );
};

type OptionProps = Pick<FoundListProps, 'onTake'> & { readonly option: FoundOption; readonly id: string; readonly isActive: boolean };

const Option = ({ option, id, isActive, onTake }: OptionProps) => {
  useEffect(() => {
    if (isActive) document.getElementById(id)?.scrollIntoView({ block: 'nearest' });
  }, [isActive, id]);
  return (
    <div id={id} className="row" role="option" aria-selected={isActive} onPointerDown={(event) => event.preventDefault()} onClick={() => onTake(option)}>
      <OptionText option={option} />
    </div>
  );
};

const Outcome = ({ finding, count }: { readonly finding: Finding; readonly count: number }) => {
  const { say, list } = useWords();
  const text = {
    idle: '',
    asking: say('searching'),
    refused: say('searchRefused'),
    found: count > 0 ? say('foundCount', { n: count }) : say(finding.isWhole ? 'nothingFound' : 'nothingFoundThere'),
  }[finding.state];
  return (
    <p className={count > 0 && finding.state === 'found' ? 'unseen' : 'row soft'} role="status" hidden={text === ''}>
      {text}
      {finding.missing.length > 0 && ` ${say('searchedWithout', { names: list(finding.missing) })}`}
    </p>
  );
};

export const FoundList = ({ id, hidden, groups, at, finding, onTake, onAgain }: FoundListProps) => {
  const { say } = useWords();
  const options = groups.flatMap((group) => group.options);
  const nameOf = ({ name, key }: FoundGroup): string => (name === undefined ? say(key === 'kinds' ? 'kinds' : 'questions') : plainText(name));
  return (
    <div className="found" hidden={hidden}>
      <div id={id} role="listbox" aria-label={say('found')}>
        {groups.map((group) => (
          <div key={group.key} role="group" aria-label={nameOf(group)}>
            <p className="group" aria-hidden="true">
              <Name text={nameOf(group)} />
            </p>
            {group.options.map((option) => {
              const index = options.indexOf(option);
              return <Option key={option.key} id={`${id}-${index}`} option={option} isActive={index === at} onTake={onTake} />;
            })}
          </div>
        ))}
      </div>
      <Outcome finding={finding} count={options.length} />
      {finding.state === 'refused' && (
        <button type="button" className="quiet again" onClick={onAgain}>
          {say('tryAgain')}
        </button>
      )}
    </div>
  );
};
