/**
 * Past answering: the history of a twin from what its owner's system said at other times, each state converted to a twin; as a page of samples, or in a grid of slots.
 */
import type { TwinId } from '../../ground/id.ts';
import { addMs, msOfDuration } from '../../ground/instant.ts';
import { compareSamples, type HistoryQuery, type Sample, type SamplePage } from '../../twin/past/history.ts';
import { alignSamples } from '../../twin/past/slots.ts';
import { thinSamples } from '../../twin/past/thinning.ts';
import type { TwinPage, TwinQuery, TwinRow } from '../../twin/query.ts';
import type { Term, Vocabulary } from '../../twin/semantic-dictionary.ts';
import type { Twin } from '../../twin/twin.ts';
import { valueOf } from '../../twin/value.ts';

/** Such a system does not say when it learnt something: that is taken to be when it was true. */
const samplesOf = (state: Twin): readonly Sample[] =>
  Object.entries(state.values).map(([series, reading]) => {
    const { observedAt, recordedAt: _, ...said } = valueOf(reading, state.provenance);
    return { series, observedAt, recordedAt: observedAt, said };
  });

const isAsked = (sample: Sample, { series, from, to, known }: HistoryQuery): boolean =>
  (series === undefined || sample.series === series) &&
  (from === undefined || sample.observedAt >= from) &&
  (to === undefined || sample.observedAt <= to) &&
  (known === undefined || sample.recordedAt <= known);

/** In the order of history, each once: of two that are equal there the later given stands. */
const inOrder = (samples: readonly Sample[]): readonly Sample[] => {
  const byKey = new Map(samples.map((sample) => [`${sample.series} ${sample.observedAt}`, sample]));
  return [...byKey.values()].sort(compareSamples);
};

const pageOf = (all: readonly Sample[], { first, after, everyMs }: HistoryQuery): SamplePage => {
  const samples = everyMs === undefined ? all : thinSamples(all, everyMs);
  const rest = samples.filter((sample) => after === undefined || compareSamples(sample, after) > 0);
  const told = rest.slice(0, first);
  const last = rest.length > told.length ? told.at(-1) : undefined;
  return { samples: told, ...(last && { next: { series: last.series, observedAt: last.observedAt, recordedAt: last.recordedAt } }) };
};

type Asked = Pick<TwinQuery, 'align'> & { readonly history: HistoryQuery };

const toldOf = (samples: readonly Sample[], { history, align }: Asked, term: Term | undefined): Pick<TwinRow, 'history' | 'slots' | 'slotsBeyond'> => {
  const { from, to } = history;
  return align && from && to ? alignSamples(samples, align, { from, to, term }) : { history: pageOf(samples, history) };
};

/** What was said before, in any order. */
type Stated = { readonly states: readonly Twin[]; readonly vocabulary: Vocabulary };

/** The page with the history of its twins. Slots look at what came before their first as well, as far as it was told. */
export const withStates = (page: TwinPage, { states, vocabulary }: Stated, asked: Asked): TwinPage => {
  const byTwin = new Map<TwinId, Sample[]>();
  const { from: _, ...unbegun } = asked.history;
  const wanted = asked.align ? unbegun : asked.history;
  for (const state of states) {
    const samples = samplesOf(state).filter((sample) => isAsked(sample, wanted));
    byTwin.set(state.id, [...(byTwin.get(state.id) ?? []), ...samples]);
  }
  const term = vocabulary.term(asked.history.series ?? '');
  return { ...page, rows: page.rows.map((row) => ({ ...row, ...toldOf(inOrder(byTwin.get(row.twin.id) ?? []), asked, term) })) };
};

/** What the owner is asked for: from so long before the first slot that what is carried into it is known. */
export const periodAsked = ({ history: { from, to }, align }: Asked): Pick<HistoryQuery, 'from' | 'to'> => {
  const back = from && align ? (align.maxAge === undefined ? undefined : addMs(from, -(msOfDuration(align.maxAge) ?? 0))) : from;
  return { ...(back && { from: back }), ...(to && { to }) };
};
