/**
 * Standing: the first question of the page, by itself, so that the scene need not wait for the texts of all others.
 */
import type { Standing } from './answers.ts';
import { createDocument } from './client.ts';
import text from './queries/standing.graphql?raw';

export const standing = createDocument<{ readonly lang: string }, Standing>(text);
