/**
 * Time bar: the moment that list, table and scene show; without it they show now.
 */
import { useEffect, useState } from 'react';
import { anywhere, localMoment } from '../state/moment.ts';
import { person } from '../state/person.ts';
import { useWords } from '../words/words.ts';
import { MomentBar } from './moment-bar.tsx';

/** Who drags is asked for once they rest. */
const restMs = 400;

export const TimeBar = ({ asOf }: { readonly asOf: string }) => {
  const { say } = useWords();
  const [at, setAt] = useState(() => localMoment(new Date(asOf)));
  useEffect(() => setAt(localMoment(new Date(asOf))), [asOf]);
  useEffect(() => {
    const wanted = anywhere(at);
    if (wanted === asOf) return undefined;
    const timer = setTimeout(() => person.set({ asOf: wanted }), restMs);
    return () => clearTimeout(timer);
  }, [at, asOf]);
  return <MomentBar area="time" name={say('time')} at={at} onMove={setAt} onClose={() => person.set({ asOf: undefined })} />;
};
