/**
 * Speaking: the language that the person chose, from the first catalogue on.
 */
import { speak } from '../words/words.ts';
import { person } from './person.ts';
import { start } from './start.ts';

/** The first catalogue is under way while the rest of the page is. */
const first = speak(start.lang ?? person.get().lang);

/** Resolves when the page can say something. */
export const readyToSpeak = (): Promise<void> => first;

export const speakAsChosen = (): (() => void) => {
  let { lang } = person.get();
  return person.follow((next) => {
    if (next.lang === lang) return;
    lang = next.lang;
    void speak(lang);
  });
};
