/**
 * Sparkline: how a value went before, as a line, and in words. Where its agency tells no history there is none.
 */
import { useEffect, useMemo, useState } from 'react';
import type { Said, Sample } from '../../graphql/answers.ts';
import { queries } from '../../graphql/queries.ts';
import { ask } from '../state/learning.ts';
import { usePerson } from '../state/person.ts';
import { toSpark } from '../state/spark.ts';
import { useWords } from '../words/words.ts';

const dayMs = 86_400_000;
const samplesMax = 500;
const box = { width: 200, height: 32 } as const;

type Asked = { readonly federation: string; readonly id: string; readonly term: string; readonly agency: string };

const readFrom = async ({ federation, id, term, agency }: Asked, from: string | undefined, signal: AbortSignal): Promise<readonly Sample[]> => {
  const got = await ask(queries.history, { federation, id, term, first: samplesMax, ...(from !== undefined && { from }) }, signal);
  const kept = got.ok ? (got.value.federation?.twin.twin?.representations ?? []) : [];
  return kept.find((each) => each.agency.id === agency)?.history?.nodes ?? [];
};

/** The last day; where that has no course, all that is known. */
const read = async (asked: Asked, said: string, signal: AbortSignal): Promise<readonly Sample[]> => {
  const lastDay = await readFrom(asked, new Date(Date.parse(said) - dayMs).toISOString(), signal);
  return lastDay.length > 1 ? lastDay : readFrom(asked, undefined, signal);
};

export const Sparkline = ({ id, said }: { readonly id: string; readonly said: Said }) => {
  const { say, instant, quantity } = useWords();
  const federation = usePerson((state) => state.federation);
  const [samples, setSamples] = useState<readonly Sample[]>([]);
  const { term, source, observedAt, unit } = said;
  useEffect(() => {
    const stop = new AbortController();
    if (federation)
      void read({ federation, id, term: term.id, agency: source.id }, observedAt, stop.signal).then((found) => {
        if (!stop.signal.aborted) setSamples(found);
      });
    return () => stop.abort();
  }, [federation, id, term.id, source.id, observedAt]);
  const spark = useMemo(() => toSpark(samples, box), [samples]);
  if (!spark) return null;
  const { path, count, since, min, max } = spark;
  return (
    <figure className="spark">
      <svg className="sparkline" viewBox={`-2 -2 ${box.width + 4} ${box.height + 4}`} preserveAspectRatio="none" aria-hidden="true">
        <path d={path} />
      </svg>
      <figcaption className="soft">{say('historySaid', { n: count, since: instant(since), min: quantity(min, unit), max: quantity(max, unit) })}</figcaption>
    </figure>
  );
};
