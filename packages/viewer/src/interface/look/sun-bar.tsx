/**
 * Sun bar: the day and the hour whose sun shines on the city.
 */
import { person } from '../state/person.ts';
import { useWords } from '../words/words.ts';
import { MomentBar } from './moment-bar.tsx';

export const SunBar = ({ sun }: { readonly sun: string }) => {
  const { say } = useWords();
  return <MomentBar area="sun" name={say('sun')} at={sun} onMove={(next) => person.set({ sun: next })} onClose={() => person.set({ sun: undefined })} />;
};
