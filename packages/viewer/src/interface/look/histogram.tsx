/**
 * Histogram: bars of equal steps over which a range is brushed; two sliders say and set the same.
 */
import { type PointerEvent, useRef } from 'react';
import { type Bin, type Histogram as Counted, stepOf } from '../state/histogram.ts';
import { type PropertyRange, person } from '../state/person.ts';
import { useWords } from '../words/words.ts';

type HistogramProps = { readonly label: string; readonly range: PropertyRange; readonly histogram: Counted; readonly unit: string | undefined };

const [width, height] = [280, 64];

const Bars = ({ histogram, from, to }: { readonly histogram: Counted; readonly from: number; readonly to: number }) => {
  const most = Math.max(...histogram.bins.map(({ count }) => count));
  const each = width / histogram.bins.length;
  const isIn = (bin: Bin): boolean => bin.to >= from && bin.from <= to;
  return histogram.bins.map((bin, at) => {
    const tall = bin.count === 0 ? 0 : Math.max(2, (bin.count / most) * height);
    return <rect key={bin.from} className={isIn(bin) ? 'in' : 'out'} x={at * each} y={height - tall} width={Math.max(1, each - 1)} height={tall} />;
  });
};

/** The value below the pointer. */
const valueAt = ({ clientX, currentTarget }: PointerEvent<SVGSVGElement>, { min, max }: Counted): number => {
  const { left, width: wide } = currentTarget.getBoundingClientRect();
  return min + Math.max(0, Math.min(1, (clientX - left) / wide)) * (max - min);
};

const useBrush = (histogram: Counted, brush: (from: number, to: number) => void) => {
  const start = useRef<number | undefined>(undefined);
  const end = (): void => {
    start.current = undefined;
  };
  return {
    onPointerDown: (event: PointerEvent<SVGSVGElement>) => {
      event.currentTarget.setPointerCapture(event.pointerId);
      start.current = valueAt(event, histogram);
    },
    onPointerMove: (event: PointerEvent<SVGSVGElement>) => {
      if (start.current === undefined) return;
      const now = valueAt(event, histogram);
      brush(Math.min(start.current, now), Math.max(start.current, now));
    },
    onPointerUp: end,
    onPointerCancel: end,
  };
};

type SliderProps = {
  readonly name: string;
  readonly value: number;
  readonly histogram: Counted;
  readonly text: string;
  readonly onChange: (value: number) => void;
};

const Slider = ({ name, value, histogram, text, onChange }: SliderProps) => (
  <label className="slider">
    <span>{name}</span>
    <input
      type="range"
      min={histogram.min}
      max={histogram.max}
      step="any"
      value={value}
      aria-valuetext={text}
      onChange={({ target }) => onChange(Number(target.value))}
    />
    <output>{text}</output>
  </label>
);

export const Histogram = ({ label, range, histogram, unit }: HistogramProps) => {
  const { say, quantity } = useWords();
  const { from = histogram.min, to = histogram.max } = range;
  const step = stepOf(histogram);
  const round = (value: number): number => Number((Math.round(value / step) * step).toPrecision(12));
  const set = (least: number, most: number): void => {
    const [low, high] = [round(least), round(most)];
    person.range(range.term, {
      ...{ term: range.term, flags: range.flags },
      ...(unit !== undefined && { unit }),
      // who goes to the end means all there is, not what lies within a rounded number
      ...(low > round(histogram.min) && { from: low }),
      ...(high < round(histogram.max) && { to: high }),
    });
  };
  const brush = useBrush(histogram, set);
  const text = (value: number): string => quantity(round(value), unit);
  return (
    <>
      <svg className="histogram" viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" aria-hidden="true" {...brush}>
        <Bars histogram={histogram} from={from} to={to} />
      </svg>
      <p className="unseen">{say('histogramSaid', { name: label, known: histogram.known, min: text(histogram.min), max: text(histogram.max) })}</p>
      <Slider name={say('atLeast')} value={from} histogram={histogram} text={text(from)} onChange={(value) => set(Math.min(value, to), to)} />
      <Slider name={say('atMost')} value={to} histogram={histogram} text={text(to)} onChange={(value) => set(from, Math.max(value, from))} />
    </>
  );
};
