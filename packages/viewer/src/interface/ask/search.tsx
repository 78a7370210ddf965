/**
 * Search: one field over all agencies. What is found is chosen with the pointer or with the arrow keys, as in any combobox.
 */
import { type KeyboardEvent, useEffect, useId, useMemo, useRef, useState } from 'react';
import { useReached } from '../bonds/reaching.ts';
import { Icon } from '../frame/icon.tsx';
import { useDrawn } from '../state/drawn.ts';
import { type FoundOption, matchingKinds, matchingQuestions, meantIn, searchLimits, toGroups } from '../state/found.ts';
import { useKnown } from '../state/known.ts';
import { useLearning } from '../state/learning.ts';
import { noFilter, person, usePerson } from '../state/person.ts';
import { useWords } from '../words/words.ts';
import { FoundList } from './found-list.tsx';
import { useFound } from './use-found.ts';

const open = (option: FoundOption): void => {
  if (option.type === 'question') person.pose(option.question.name);
  else if (option.type === 'kind') person.set({ filter: { ...noFilter, kinds: [option.kind.id] }, panel: 'filter' });
  else person.set({ selected: option.twin.id, frame: option.twin.id });
};

const steps: Readonly<Record<string, (at: number, count: number) => number>> = {
  ArrowDown: (at, count) => (at + 1) % count,
  ArrowUp: (at, count) => (at <= 0 ? count : at) - 1,
};

const useOptions = (text: string) => {
  const federation = usePerson((state) => state.federation);
  const questions = useLearning((state) => state.questions);
  const known = useKnown((state) => state.groups);
  const drawn = useDrawn((state) => state.drawn);
  const { finding, again } = useFound(federation, text);
  const groups = useMemo(
    () => toGroups({ questions: matchingQuestions(questions, text), kinds: matchingKinds(known, text, drawn), twins: finding.twins }),
    [questions, known, drawn, finding, text],
  );
  return { finding, again, groups, options: groups.flatMap((group) => group.options) };
};

type Field = {
  readonly text: string;
  readonly isOpen: boolean;
  /** key of the active option: the list may come to stand otherwise around it */
  readonly held: string | undefined;
  /** the first that this search finds is taken */
  readonly isWanted: boolean;
};
const closed: Field = { text: '', isOpen: false, held: undefined, isWanted: false };

/** What the field holds, whether its list is open, and which option is the active one. */
const useField = () => {
  const [field, setField] = useState(closed);
  const { finding, again, groups, options } = useOptions(field.text);
  const leave = (): void => setField(({ text }) => ({ ...closed, text }));
  const take = (option: FoundOption): void => {
    setField(closed);
    open(option);
  };
  const at = options.findIndex((option) => option.key === field.held);
  const meant = field.held !== undefined || finding.state === 'found' ? meantIn(options, field.held) : undefined;
  // who presses Enter before anything is found means the first that will be, of this search and of no later one
  useEffect(() => {
    if (!field.isWanted || finding.state === 'asking') return;
    if (meant) take(meant);
    else setField((before) => ({ ...before, isWanted: false }));
  }, [field.isWanted, finding.state, meant]);
  const key = (event: KeyboardEvent): void => {
    const step = steps[event.key];
    if (step && options.length > 0) {
      event.preventDefault();
      setField({ ...field, isOpen: true, held: options[step(at, options.length)]?.key, isWanted: false });
    } else if (event.key === 'Enter' && meant) take(meant);
    else if (event.key === 'Enter') {
      if (finding.state === 'refused') again();
      setField({ ...field, isOpen: true, held: undefined, isWanted: finding.state === 'asking' || finding.state === 'refused' });
    } else if (event.key === 'Escape') setField(field.isOpen ? { ...closed, text: field.text } : closed);
  };
  return { field, setField, finding, again, groups, options, at, leave, take, key };
};

export const Search = () => {
  const { say } = useWords();
  const name = useKnown(({ federation }) => federation?.name);
  const { field, setField, finding, again, groups, options, at, leave, take, key } = useField();
  const { text, isOpen } = field;
  const listId = useId();
  useReached();
  const show = (): void => setField({ ...field, isOpen: true });
  const input = useRef<HTMLInputElement>(null);
  // the button goes as soon as it is pressed, and the keyboard stays where the options are taken
  const askAgain = (): void => {
    input.current?.focus();
    again();
  };
  return (
    <search className="panel search" onBlur={({ currentTarget, relatedTarget }) => currentTarget.contains(relatedTarget) || leave()}>
      <Icon name="search" />
      <input
        ref={input}
        id="search"
        type="text"
        role="combobox"
        aria-label={name ? say('searchNamed', { name }) : say('search')}
        aria-expanded={isOpen}
        aria-controls={listId}
        aria-autocomplete="list"
        {...(options[at] && { 'aria-activedescendant': `${listId}-${at}` })}
        placeholder={say('searchHint')}
        maxLength={searchLimits.charactersMax}
        autoComplete="off"
        spellCheck={false}
        dir="auto"
        value={text}
        onFocus={show}
        onClick={show}
        onChange={({ target }) => setField({ ...closed, text: target.value, isOpen: true })}
        onKeyDown={key}
      />
      <FoundList id={listId} hidden={!isOpen} groups={groups} at={at} finding={finding} onTake={take} onAgain={askAgain} />
    </search>
  );
};
