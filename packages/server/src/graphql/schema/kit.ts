/**
 * What the files of the schema share while it is built: the builder, the kinds that become types, the inputs.
 */
import type { Vocabulary } from '@cityweave/core';
import type { TypedKinds } from '../typed-kinds.ts';
import type { Builder } from './builder.ts';
import type { Inputs } from './inputs.ts';

export type Kit = { readonly builder: Builder; readonly vocabulary: Vocabulary; readonly typed: TypedKinds; readonly inputs: Inputs };

export const langText = 'Language wanted (BCP 47), as "de"; else the main language, else English, else the first there is.';
export const deadlineText = 'Time of the whole answer, whatever members do: PT0.001S to PT30S. What is not there by then is missing, and its source says so.';

type QueryField = Parameters<Parameters<Builder['queryFields']>[0]>[0];

/** Both times of a moment of the past. */
export const momentArgs = (t: Pick<QueryField, 'arg'>) => ({
  asOf: t.arg({ type: 'DateTime', description: 'As it was then; now where absent. Its version is that of now, as the past cannot be changed.' }),
  knownAt: t.arg({ type: 'DateTime', description: 'As far as its agency knew then; now where absent.' }),
});
