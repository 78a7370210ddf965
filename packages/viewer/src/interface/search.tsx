/**
 * Search: one field over all agencies, and the saved questions as cards below it.
 */
import { useEffect, useState } from 'react';
import type { TwinRow } from '../graphql/answers.ts';
import type { Ask } from '../graphql/client.ts';
import { queries } from '../graphql/queries.ts';
import { type Question, titleOf } from '../graphql/questions.ts';

type SearchProps = {
  readonly ask: Ask;
  readonly federation: string;
  readonly name: string;
  readonly questions: readonly Question[];
  readonly onPose: (question: Question) => void;
  readonly onOpen: (id: string) => void;
};

const pauseMs = 200;
const foundMax = 20;
const textMax = 200;

const useFound = ({ ask, federation }: Pick<SearchProps, 'ask' | 'federation'>, text: string): readonly TwinRow[] | undefined => {
  const [found, setFound] = useState<readonly TwinRow[]>();
  useEffect(() => {
    setFound(undefined);
    if (text.trim().length < 2) return undefined;
    const stop = new AbortController();
    const lang = 'en';
    const timer = setTimeout(() => {
      void ask(queries.twins, { federation, filter: { text }, first: foundMax, terms: [], lang }, stop.signal).then((answer) => {
        if (!stop.signal.aborted) setFound(answer.ok ? (answer.value.federation?.twins.nodes ?? []) : []);
      });
    }, pauseMs);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [ask, federation, text]);
  return found;
};

export const Search = ({ ask, federation, name, questions, onPose, onOpen }: SearchProps) => {
  const [text, setText] = useState('');
  const [open, setOpen] = useState(false);
  const found = useFound({ ask, federation }, text);
  const matching = questions.filter((question) => titleOf(question).title.toLowerCase().includes(text.trim().toLowerCase()));
  const leave = (): void => {
    setText('');
    setOpen(false);
  };
  return (
    <search className="panel search" style={{ zIndex: 2 }}>
      <input
        type="search"
        aria-label={`Search ${name}`}
        placeholder={name ? `Search ${name}: a name, an address, a number` : 'Search'}
        maxLength={textMax}
        value={text}
        onFocus={() => setOpen(true)}
        onChange={({ target }) => setText(target.value)}
        onKeyDown={({ key }) => key === 'Escape' && leave()}
      />
      {open && (
        <ul className="found">
          {matching.slice(0, 4).map((question) => (
            <li key={question.name}>
              <button
                type="button"
                className="row"
                onClick={() => {
                  leave();
                  onPose(question);
                }}
              >
                <span aria-hidden="true">?</span>
                <bdi className="name">{titleOf(question).title}</bdi>
              </button>
            </li>
          ))}
          {found?.map(({ id, name: called, kind, representations }) => (
            <li key={id}>
              <button
                type="button"
                className="row"
                onClick={() => {
                  leave();
                  onOpen(id);
                }}
              >
                <bdi className="name">{called.slice(0, textMax)}</bdi>
                <bdi className="soft">{`${kind.label} · ${representations.map(({ agency }) => agency.name).join(', ')}`}</bdi>
              </button>
            </li>
          ))}
          {found?.length === 0 && <li className="row soft">Nothing in the federation is called so.</li>}
          {text === '' && (
            <li>
              <button type="button" className="row soft" onClick={leave}>
                Close
              </button>
            </li>
          )}
        </ul>
      )}
    </search>
  );
};
