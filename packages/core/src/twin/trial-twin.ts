/**
 * Small twins for the tests of core: an agency and a key, and only what a test is about.
 */
import { AgencyId, ObjectOfInterestId, TermId, TwinId } from '../ground/id.ts';
import { instantOfMs } from '../ground/instant.ts';
import type { TwinRow } from './query.ts';
import type { Twin } from './twin.ts';

export const agencyIdOfName = (name: string): AgencyId => AgencyId.parse(`urn:dtf:agency:${name}.town.example`);

export const twinIdOfName = (agency: string, key: string): TwinId => TwinId.parse(`urn:dtf:twin:${agency}.town.example:register/${key}`);

export const termOf = (term: string): TermId => TermId.parse(term);

type Given = {
  readonly kind: string;
  readonly name?: string | undefined;
  readonly at?: readonly [number, number] | undefined;
  readonly height?: number | undefined;
  readonly storeys?: number | undefined;
  readonly object?: string | undefined;
  /** seconds after the beginning */
  readonly observed?: number | undefined;
};

const valuesOf = ({ height, storeys }: Given): Twin['values'] => ({
  ...(height !== undefined && { 'city:height': { value: height, unit: 'm' } }),
  ...(storeys !== undefined && { 'city:storeys': { value: storeys } }),
});

export const trialTwin = (id: TwinId, given: Given): Twin => {
  const at = instantOfMs(Date.UTC(2026, 4, 4) + (given.observed ?? 0) * 1000);
  const agency = AgencyId.parse(`urn:dtf:agency:${id.split(':')[3]}`);
  return {
    id,
    agency,
    kind: termOf(given.kind),
    name: given.name === undefined ? {} : { en: given.name },
    ...(given.object !== undefined && { objectOfInterest: ObjectOfInterestId.parse(given.object) }),
    ...(given.at && { position: [given.at[0], given.at[1]] }),
    provenance: { observedAt: at, recordedAt: at, source: agency },
    values: valuesOf(given),
    version: 1,
    createdAt: at,
    updatedAt: at,
  };
};

export const trialRow = (id: TwinId, given: Given, sameAs: readonly TwinId[] = []): TwinRow => ({
  twin: trialTwin(id, given),
  ...(sameAs.length > 0 && { sameAs: [...sameAs] }),
});
