/**
 * Skip links: the first stops of the tab key, straight to each part of the window.
 */
import { usePerson } from '../state/person.ts';
import { type Key, useWords } from '../words/words.ts';

const goTo = (id: string): void => {
  const target = document.getElementById(id) ?? document.querySelector<HTMLElement>(`.${id}`);
  target?.focus();
};

const parts: readonly (readonly [string, Key])[] = [
  ['search', 'toSearch'],
  ['views', 'toViews'],
  ['stage', 'toScene'],
  ['list', 'toList'],
  ['sources', 'toSources'],
];

export const SkipLinks = () => {
  const { say } = useWords();
  const hasList = usePerson((state) => state.list !== undefined);
  return (
    <nav className="skips" aria-label={say('skipLinks')}>
      {parts
        .filter(([id]) => id !== 'list' || hasList)
        .map(([id, key]) => (
          <button key={id} type="button" className="skip" onClick={() => goTo(id)}>
            {say(key)}
          </button>
        ))}
    </nav>
  );
};
