/**
 * Gone: with which version a twin or a link ended, by the twin's id or by that which is made of the link's ends.
 * Whatever is made anew goes on from there, so that a version that was read stands for one content only. Forgotten with the last of what was said.
 */
import { numberOf, type Writing } from '../sqlite/sqlite-file.ts';

/** 0 where nothing is known of it. */
export const lastVersion = (to: Writing, id: string): number => numberOf(to.statement('goneVersion').get(id), 'version');

export const noteGone = (to: Writing, id: string, version: number): number => {
  to.statement('putGone').run(id, version);
  return version;
};
