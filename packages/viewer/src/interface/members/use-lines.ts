/**
 * Use lines: how fast and how surely the lines of a federation answer, asked again while somebody looks at them.
 */
import { useEffect, useState } from 'react';
import type { Lines } from '../../graphql/answers.ts';
import { queries } from '../../graphql/queries.ts';
import { ask } from '../state/learning.ts';
import { readAgain } from '../state/reading.ts';

const againMs = 5_000;

export const useLines = (federation: string): Lines | undefined => {
  const [lines, setLines] = useState<Lines>();
  useEffect(() => {
    const read = async (signal: AbortSignal): Promise<void> => {
      const told = await ask(queries.lines, { federation }, signal);
      if (!signal.aborted && told.ok && told.value.federation) setLines(told.value.federation);
    };
    const first = new AbortController();
    void read(first.signal);
    const leave = readAgain(againMs, read);
    return () => {
      first.abort();
      leave();
    };
  }, [federation]);
  return lines;
};
