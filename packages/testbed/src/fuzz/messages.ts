/**
 * Messages: what is said to a node of what was once really said: changed and signed anew, or with its text or its bytes damaged.
 */
import type { Making } from './case.ts';
import { mutateBytes, mutateText, mutateValue } from './mutate.ts';
import { type Recorded, valuesOf } from './subject.ts';

/** A message, and the node that it is for. */
export type Said = { readonly to: string; readonly body: Buffer | string };

export const somethingSaid = ({ subject, random }: Making): Recorded => random.pick(subject.said);

export const signedAnew = (making: Making): Said => {
  const { to, value } = somethingSaid(making);
  const changed = mutateValue(making.random, value, valuesOf(making.subject));
  return { to, body: making.subject.signed(changed, `urn:uuid:${making.random.uuid()}`) };
};

export const badText = (making: Making): Said => {
  const { to, value } = somethingSaid(making);
  return { to, body: mutateText(making.random, JSON.stringify(value)) };
};

export const badBytes = (making: Making): Said => {
  const { to, value } = somethingSaid(making);
  return { to, body: mutateBytes(making.random, JSON.stringify(value)) };
};
