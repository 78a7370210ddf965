/**
 * Sparkline: how a value went before, as a line, and in words. Where its agency tells no history there is none.
 */
import { useEffect, useMemo, useState } from 'react';
import type { Said, Sample } from '../../graphql/answers.ts';
import { queries } from '../../graphql/queries.ts';
import { ask } from '../state/learning.ts';
import { usePerson } from '../state/person.ts';
import { lastDay, oldestTwo, type Stretch, stretchTo, toSpark } from '../state/spark.ts';
import { useWords } from '../words/words.ts';

const box = { width: 200, height: 32 } as const;

/** `asOf`: neither what was observed nor what was told after that is asked for. */
type Asked = { readonly federation: string; readonly id: string; readonly term: string; readonly agency: string; readonly asOf: string | undefined };

const readStretch = async ({ federation, id, term, agency, asOf }: Asked, stretch: Stretch, signal: AbortSignal): Promise<readonly Sample[]> => {
  const got = await ask(queries.history, { federation, id, term, ...(asOf !== undefined && { to: asOf, knownAt: asOf }), ...stretch }, signal);
  const kept = got.ok ? (got.value.federation?.twin.twin?.representations ?? []) : [];
  return kept.find((each) => each.agency.id === agency)?.history?.nodes ?? [];
};

/** The last day; where that has no course, all that is kept. */
const read = async (asked: Asked, until: string, signal: AbortSignal): Promise<readonly Sample[]> => {
  const ofDay = await readStretch(asked, lastDay(until), signal);
  if (ofDay.length > 1) return ofDay;
  const [oldest, next] = await readStretch(asked, oldestTwo, signal);
  return oldest && next ? readStretch(asked, stretchTo(until, oldest.observedAt), signal) : [];
};

export const Sparkline = ({ id, said }: { readonly id: string; readonly said: Said }) => {
  const { say, span, quantity } = useWords();
  const federation = usePerson((state) => state.federation);
  const asOf = usePerson((state) => state.asOf);
  const [samples, setSamples] = useState<readonly Sample[]>([]);
  const { term, source, observedAt, unit } = said;
  useEffect(() => {
    const stop = new AbortController();
    if (federation)
      void read({ federation, id, term: term.id, agency: source.id, asOf }, observedAt, stop.signal).then((found) => {
        if (!stop.signal.aborted) setSamples(found);
      });
    return () => stop.abort();
  }, [federation, id, term.id, source.id, observedAt, asOf]);
  const spark = useMemo(() => toSpark(samples, box), [samples]);
  if (!spark) return null;
  const { path, count, min, max } = spark;
  const [since, until] = span(spark.since, spark.until);
  return (
    <figure className="spark">
      <svg className="sparkline" viewBox={`-2 -2 ${box.width + 4} ${box.height + 4}`} preserveAspectRatio="none" aria-hidden="true">
        <path d={path} />
      </svg>
      <figcaption className="soft">{say('historySaid', { n: count, since, until, min: quantity(min, unit), max: quantity(max, unit) })}</figcaption>
    </figure>
  );
};
