/**
 * Said: what a screen reader is told as it happens. It is put there by hand: React draws the line once, whatever is said.
 */
import { useEffect, useRef } from 'react';
import { useSaid } from '../state/announcing.ts';

export const Said = () => {
  const line = useRef<HTMLParagraphElement>(null);
  useEffect(() => {
    // the same sentence is said again where it is another element
    const say = (text: string): void => {
      const said = document.createElement('span');
      said.textContent = text;
      line.current?.replaceChildren(said);
    };
    say(useSaid.getState().text);
    return useSaid.subscribe(({ text }) => say(text));
  }, []);
  return <p ref={line} className="unseen" role="status" aria-live="polite" />;
};
