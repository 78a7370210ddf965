/**
 * Log: what the agencies of a federation said to one another, as a list of which only a part is drawn, by keyboard as by wheel. Opened where somebody wants it.
 */
import './log.css';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react';
import { movedBy } from '../list/keys.ts';
import { useWords } from '../words/words.ts';
import { LogLine } from './log-line.tsx';
import { type Log, useLog } from './use-log.ts';

const linePixels = 92;
const aheadLines = 10;

const useLines = ({ entries, state, more }: ReturnType<typeof useLog>) => {
  const box = useRef<HTMLDivElement>(null);
  const lines = useVirtualizer({ count: entries.length, getScrollElement: () => box.current, estimateSize: () => linePixels, overscan: 4 });
  const last = lines.getVirtualItems().at(-1)?.index ?? 0;
  // older ones are asked for where the end of those at hand comes near
  useEffect(() => {
    if (state === 'more' && last >= entries.length - aheadLines) more();
  }, [state, last, entries.length]);
  return { box, lines };
};

const LogState = ({ log: { entries, state } }: { readonly log: Log }) => {
  const { say } = useWords();
  const isEmpty = entries.length === 0 && (state === 'all' || state === 'more');
  return (
    <p className="soft" role="status">
      {state === 'asking' && say('asking')}
      {state === 'refused' && say('listRefused')}
      {isEmpty && say('nothingSaid')}
    </p>
  );
};

const Lines = ({ log }: { readonly log: ReturnType<typeof useLog> }) => {
  const { say } = useWords();
  const { entries } = log;
  const [at, setAt] = useState(0);
  const { box, lines } = useLines(log);
  const id = useId();
  const key = (event: KeyboardEvent): void => {
    const next = movedBy(event.key, at, entries.length);
    if (next === undefined) return;
    event.preventDefault();
    setAt(next);
    lines.scrollToIndex(next);
  };
  return (
    <div ref={box} className="log" role="listbox" tabIndex={0} aria-label={say('exchangeLog')} aria-activedescendant={`${id}-${at}`} onKeyDown={key}>
      <div className="rows" role="presentation" style={{ height: lines.getTotalSize() }}>
        {lines.getVirtualItems().map(({ index, start }) => {
          const entry = entries[index];
          const line = { id: `${id}-${index}`, top: start, place: index + 1, isActive: index === at, onTake: () => setAt(index) };
          return entry && <LogLine key={entry.n} entry={entry} {...line} />;
        })}
      </div>
    </div>
  );
};

const Opened = ({ federation }: { readonly federation: string }) => {
  const log = useLog(federation);
  return (
    <>
      <LogState log={log} />
      {log.entries.length > 0 && <Lines log={log} />}
    </>
  );
};

export const ExchangeLog = ({ federation }: { readonly federation: string }) => {
  const { say } = useWords();
  const [isOpen, setOpen] = useState(false);
  return (
    <section aria-label={say('exchangeLog')}>
      <button type="button" className="quiet" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        {say('exchangeLog')}
      </button>
      {isOpen && <Opened federation={federation} />}
    </section>
  );
};
