/**
 * Panel: a part of the window with a name and a way out. It takes the focus when somebody opens it, and gives it back.
 */
import { type ReactNode, useEffect, useId, useRef } from 'react';
import { flushSync } from 'react-dom';
import { useWords } from '../words/words.ts';
import { focusHolder, focusScene } from './focus-holder.ts';
import { Icon } from './icon.tsx';

type PanelProps = {
  readonly name: string;
  readonly side: 'start' | 'end' | 'bottom';
  readonly onClose: () => void;
  readonly children: ReactNode;
  readonly title?: ReactNode;
  readonly id?: string;
  /** another one: what is shown is about something else, and the focus goes there again */
  readonly about?: string | undefined;
};

/** Whoever walks through the scene goes on there. */
export const isInScene = (): boolean => document.activeElement?.matches('.stage') === true;

/** Whether it has the focus now: what is hidden takes none. */
const takesFocus = (element: HTMLElement): boolean => {
  element.focus();
  return document.activeElement === element;
};

/** What had the focus before, where it is still there to take it. */
const useFocus = (about: string | undefined) => {
  const heading = useRef<HTMLHeadingElement>(null);
  const before = useRef<Element | undefined>(undefined);
  // the focus moves when the panel is about something else
  useEffect(() => {
    if (heading.current?.closest('section')?.contains(document.activeElement) || isInScene()) return;
    const holder = focusHolder();
    if (!holder) return;
    before.current ??= holder;
    heading.current?.focus({ preventScroll: true });
  }, [about]);
  const giveBack = (): void => {
    const { current } = before;
    if (!(current instanceof HTMLElement && takesFocus(current))) focusScene();
  };
  return { heading, giveBack };
};

export const Panel = ({ name, side, onClose, children, title, id, about }: PanelProps) => {
  const { say } = useWords();
  const { heading, giveBack } = useFocus(about);
  const titleId = useId();
  // what this panel hid has to be there again before it takes the focus
  const leave = (): void => {
    flushSync(onClose);
    giveBack();
  };
  return (
    <section
      className={`panel ${side}`}
      aria-label={name}
      {...(id && { id })}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.stopPropagation();
        leave();
      }}
    >
      <header className="panel-head">
        <h2 id={titleId} ref={heading} tabIndex={-1}>
          {title ?? name}
        </h2>
        <button type="button" className="plain" aria-label={say('closeNamed', { name })} onClick={leave}>
          <Icon name="close" />
        </button>
      </header>
      <div className="panel-body">{children}</div>
    </section>
  );
};
