/**
 * Time bar: the moment that list, table and scene show; without it they show now.
 */
import { useEffect, useState } from 'react';
import { anywhere } from '../state/moment.ts';
import { person } from '../state/person.ts';
import { useWords } from '../words/words.ts';
import { shownIn } from '../words/zone.ts';
import { MomentBar } from './moment-bar.tsx';

/** Who drags is asked for once they rest. */
const restMs = 400;

export const TimeBar = ({ asOf }: { readonly asOf: string }) => {
  const { say, zone } = useWords();
  const shown = shownIn(zone, Date.parse(asOf));
  const [at, setAt] = useState(shown);
  useEffect(() => setAt(shown), [shown]);
  useEffect(() => {
    if (at === shown) return undefined;
    const timer = setTimeout(() => person.set({ asOf: anywhere(at, zone) }), restMs);
    return () => clearTimeout(timer);
  }, [at, shown, zone]);
  return <MomentBar area="time" name={say('time')} at={at} onMove={setAt} onClose={() => person.set({ asOf: undefined })} />;
};
