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
