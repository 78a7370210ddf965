/**
 * Gone: with which version a twin or a link ended, by the twin's id or by that which is made of the link's ends.
 * Whatever is made anew goes on from there, so that a version that was read stands for one content only. Forgotten with the last of what was said.
 */
import type { Working } from '../neo4j/working-set.ts';

/** 0 where nothing is known of it. */
export const lastVersion = ({ own, below }: Working, id: string): number => own.gone.get(id) ?? below.gone.get(id) ?? 0;

export const noteGone = ({ own }: Working, id: string, version: number): number => {
  own.gone.set(id, version);
  return version;
};
