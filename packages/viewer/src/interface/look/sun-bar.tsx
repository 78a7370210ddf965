/**
 * Sun bar: the day and the hour whose sun shines on the city.
 */
import { Icon } from '../frame/icon.tsx';
import { localMoment, minutesOf, withMinutes } from '../state/moment.ts';
import { person } from '../state/person.ts';
import { useWords } from '../words/words.ts';

const minutesOfDay = 1_439;
const stepMinutes = 10;

export const SunBar = ({ sun }: { readonly sun: string }) => {
  const { say, moment } = useWords();
  const set = (next: string): void => person.set({ sun: next });
  return (
    <section className="panel sun-bar" aria-label={say('sun')}>
      <input type="date" aria-label={say('day')} value={sun.slice(0, 10)} onChange={({ target }) => target.value && set(`${target.value}${sun.slice(10)}`)} />
      <input
        type="range"
        aria-label={say('hour')}
        aria-valuetext={moment(sun)}
        min={0}
        max={minutesOfDay}
        step={stepMinutes}
        value={minutesOf(sun)}
        onChange={({ target }) => set(withMinutes(sun, Number(target.value)))}
      />
      <output>{moment(sun)}</output>
      <button type="button" className="quiet" onClick={() => set(localMoment(new Date()))}>
        {say('now')}
      </button>
      <button type="button" className="plain" aria-label={say('closeNamed', { name: say('sun') })} onClick={() => person.set({ sun: undefined })}>
        <Icon name="close" />
      </button>
    </section>
  );
};
