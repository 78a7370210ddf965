/**
 * Past twin: a twin as it was at a moment, made of the samples that held then.
 */
import type { TwinId } from '../../ground/id.ts';
import type { Twin, TwinInput } from '../twin.ts';
import { type Reading, valueOf } from '../value.ts';
import { isBy, later, type Moment, placeSeries, type Sample, standingTimes, twinSeries } from './history.ts';

const readingIn = ({ observedAt, recordedAt, said }: Sample): Reading | undefined => said && { ...said, observedAt, recordedAt };

type Frame = Pick<TwinInput, 'agency' | 'kind' | 'name' | 'altIds' | 'objectOfInterest'>;
type Place = Pick<TwinInput, 'position' | 'footprint'>;

/** What held at one moment, one sample of each series at most; `first` is the first sample of the twin's own series. */
export type Held = { readonly held: readonly Sample[]; readonly first: Sample | undefined };

/** A twin that was spoken of before it was described is described as it first was. */
const frameOf = ({ held, first }: Held): Sample | undefined => {
  const frame = held.find(({ series }) => series === twinSeries);
  return frame || !held.some(({ said }) => said) ? frame : first;
};

/** A twin as it was; undefined where it was not there. `version` is that of now: a past state cannot be changed. */
export const twinOfSamples = (id: TwinId, moment: Held, standing: Pick<Twin, 'version' | 'createdAt'> | undefined): Twin | undefined => {
  const { held } = moment;
  const frame = frameOf(moment);
  if (!frame?.said) return undefined;
  // branding: written by placeValue and twinValue
  const place = held.find(({ series }) => series === placeSeries)?.said?.value as Place | undefined;
  const { value, unit, datum, ...provenance } = frame.said;
  const readings = held.flatMap((sample) => (sample.series.startsWith('@') ? [] : [[sample.series, readingIn(sample)] as const]));
  return {
    id,
    ...(value as Frame),
    ...place,
    provenance: { ...provenance, observedAt: frame.observedAt, recordedAt: frame.recordedAt },
    values: Object.fromEntries(readings.flatMap(([term, reading]) => (reading ? [[term, reading]] : []))),
    version: standing?.version ?? 1,
    createdAt: standing?.createdAt ?? frame.recordedAt,
    updatedAt: held.reduce((latest, { recordedAt }) => later(latest, recordedAt), frame.recordedAt),
  };
};

/** `twinOfSamples` where nothing was ever said but what the twin says itself: of that, what held by then. */
export const unchangedTwinAt = ({ shaped: _, position, footprint, ...twin }: Twin, moment: Moment): Twin | undefined => {
  const { provenance } = twin;
  const held = Object.entries(twin.values).filter(([term]) => isBy(standingTimes(twin, term), moment));
  const isDescribed = isBy(provenance, moment);
  if (held.length === 0 && !isDescribed) return undefined;
  const values = held.map(([term, reading]) => [term, valueOf(reading, provenance)] as const);
  return {
    ...twin,
    ...(isDescribed && position && { position }),
    ...(isDescribed && footprint && { footprint }),
    provenance: { ...provenance, flag: provenance.flag ?? 'MEASURED' },
    values: Object.fromEntries(values),
    updatedAt: values.reduce((latest, [, { recordedAt }]) => later(latest, recordedAt), provenance.recordedAt),
  };
};
