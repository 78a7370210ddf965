/**
 * Use lines: how fast and how surely the lines of a federation answer, asked again while somebody looks at them.
 */
import { useEffect, useState } from 'react';
import type { Lines } from '../../graphql/answers.ts';
import { queries } from '../../graphql/queries.ts';
import { ask } from '../state/learning.ts';

const againMs = 5_000;

export const useLines = (federation: string): Lines | undefined => {
  const [lines, setLines] = useState<Lines>();
  useEffect(() => {
    const stop = new AbortController();
    const look = async (): Promise<void> => {
      const told = document.hidden ? undefined : await ask(queries.lines, { federation }, stop.signal);
      if (stop.signal.aborted) return;
      if (told?.ok && told.value.federation) setLines(told.value.federation);
      timer = setTimeout(() => void look(), againMs);
    };
    let timer: ReturnType<typeof setTimeout> | undefined;
    void look();
    return () => {
      stop.abort();
      clearTimeout(timer);
    };
  }, [federation]);
  return lines;
};
