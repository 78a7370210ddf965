/**
 * Moment bar: a day and an hour of it, as the clocks show them by which the page tells times.
 */
import './look.css';
import { Icon } from '../frame/icon.tsx';
import { minutesOf, withMinutes } from '../state/moment.ts';
import { useWords } from '../words/words.ts';
import { shownIn } from '../words/zone.ts';

const minutesOfDay = 1_439;
const stepMinutes = 10;

type MomentBarProps = {
  readonly name: string;
  /** where it stands in the window */
  readonly area: 'sun' | 'time';
  /** YYYY-MM-DDTHH:MM by those clocks */
  readonly at: string;
  readonly onMove: (at: string) => void;
  readonly onClose: () => void;
};

export const MomentBar = ({ name, area, at, onMove, onClose }: MomentBarProps) => {
  const { say, moment, zone } = useWords();
  return (
    <section className={`panel moment-bar ${area}`} aria-label={name}>
      <input type="date" aria-label={say('day')} value={at.slice(0, 10)} onChange={({ target }) => target.value && onMove(`${target.value}${at.slice(10)}`)} />
      <input
        type="range"
        aria-label={say('hour')}
        aria-valuetext={moment(at)}
        min={0}
        max={minutesOfDay}
        step={stepMinutes}
        value={minutesOf(at)}
        onChange={({ target }) => onMove(withMinutes(at, Number(target.value)))}
      />
      <output>{moment(at)}</output>
      <button type="button" className="quiet" onClick={() => onMove(shownIn(zone, Date.now()))}>
        {say('now')}
      </button>
      <button type="button" className="plain" aria-label={say('closeNamed', { name })} onClick={onClose}>
        <Icon name="close" />
      </button>
    </section>
  );
};
