/**
 * Semantic dictionary (SD-FE, Y.4489 8.2.2): the dictionaries that the registry keeps, for whoever asks.
 */
import { fail, ok, problem, type Request } from '@cityweave/core';
import type { Done } from '../exchange/answer.ts';
import type { RegistryRoom } from './entry.ts';

/** Those named, or all where none is named. */
export const retrieveDictionaries = (
  room: RegistryRoom,
  { objects }: Request<'registry.retrieve.semanticDictionary'>,
): Done<'registry.retrieve.semanticDictionary'> => {
  const { dictionaries } = room.vocabulary();
  const missing = objects.find(({ id }) => !dictionaries.some((dictionary) => dictionary.id === id));
  if (missing) return fail(problem('unknownDictionary', { subject: missing.id, accepted: dictionaries.map(({ id }) => id).join(', ') }));
  const wanted = objects.length === 0 ? dictionaries : dictionaries.filter((dictionary) => objects.some(({ id }) => id === dictionary.id));
  return ok({ reply: { parameters: {}, objects: wanted.map(({ id, ...attributes }) => ({ kind: 'semanticDictionary' as const, id, attributes })) } });
};
