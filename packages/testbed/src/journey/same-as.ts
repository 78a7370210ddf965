/**
 * SameAs: what an agency of a test city says: that its twin is the same thing as another agency's.
 */
import { agencyOf, authorityOf, linkIdOf, sameAs, TwinId } from '@cityweave/core';
import { systemDeps } from '@cityweave/server';
import { present, type TestCity } from '../city.ts';
import { authorityOfTest } from '../city-files.ts';

export const thingOf = (name: string, key: string): TwinId => TwinId.parse(`urn:dtf:twin:${authorityOfTest(name)}:things/${key}`);

export const saySame = async ({ city }: TestCity, from: TwinId, to: TwinId): Promise<void> => {
  const at = systemDeps().clock.now();
  const source = agencyOf(from);
  const link = { id: linkIdOf(from, sameAs, to), kind: sameAs, from, to, source, recordedAt: at };
  await present(city.node(authorityOf(source)), source).store.apply([{ op: 'putLink', link }], { at });
};
