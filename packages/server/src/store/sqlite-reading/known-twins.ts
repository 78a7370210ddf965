/**
 * Known twins: what was parsed before is not fetched, carried and parsed again. A twin is known by the change that wrote it last, of which there is one only,
 * so that what is known is never out of date. Readers' threads see in shared memory which changes those are.
 */
import type { Twin } from '@cityweave/core';

/** Places for twins of one store: where two changes have the same place, the later asked for is known. */
export const knownTwinsMax = 8_192;
/** Larger twins, by the average of an answer, are told every time. */
export const knownBytesMax = 4_096;

/** What readers see: at the place of a change, which of those that have this place is known; 0 where none is. */
export type KnownChanges = Int32Array;

const placeOf = (seq: number): number => seq % knownTwinsMax;
const turnOf = (seq: number): number => Math.floor(seq / knownTwinsMax) + 1;

/** A change without number is that of a twin which was moved here, or written by an earlier version. */
export const isKnown = (known: KnownChanges | undefined, seq: number): boolean => seq > 0 && known?.[placeOf(seq)] === turnOf(seq);

/** Twins on their way from a reader: their changes in order, negative for those that are in the text, a JSON list in UTF-8. */
export type ToldTwins = { readonly seqs: Float64Array; readonly text: Uint8Array };

/** Twins that were read where they are asked for: as those on their way, but parsed. */
export type ReadTwins = Pick<ToldTwins, 'seqs'> & { readonly told: readonly Twin[]; readonly bytes: number };

export type KnownTwins = {
  readonly changes: KnownChanges;
  /** those that were told, among those that were known; undefined where one that was known then is no longer */
  readonly together: (read: ReadTwins) => readonly Twin[] | undefined;
  /** the same, of twins on their way */
  readonly twinsOf: (told: ToldTwins) => readonly Twin[] | undefined;
};

export const createKnownTwins = (): KnownTwins => {
  const changes = new Int32Array(new SharedArrayBuffer(knownTwinsMax * Int32Array.BYTES_PER_ELEMENT));
  const seen = new Int32Array(knownTwinsMax);
  const twins: (Twin | undefined)[] = Array.from({ length: knownTwinsMax });
  /** What is asked for a second time is kept: a walk over everything keeps nothing. */
  const note = (seq: number, twin: Twin): void => {
    const [place, turn] = [placeOf(seq), turnOf(seq)];
    if (seen[place] === turn) {
      twins[place] = twin;
      changes[place] = turn;
    }
    seen[place] = turn;
  };
  const together: KnownTwins['together'] = ({ seqs, told, bytes }) => {
    const known = seqs.length > told.length ? Array.from(seqs, (seq) => (isKnown(changes, seq) ? twins[placeOf(seq)] : undefined)) : [];
    const worthKeeping = bytes <= told.length * knownBytesMax;
    let next = 0;
    const found: Twin[] = [];
    for (const [index, seq] of seqs.entries()) {
      const twin = seq > 0 ? known[index] : told[next];
      if (!twin) return undefined;
      if (!(seq > 0)) next += 1;
      if (seq < 0 && worthKeeping) note(-seq, twin);
      found.push(twin);
    }
    return found;
  };
  const twinsOf: KnownTwins['twinsOf'] = ({ seqs, text }) => {
    const told = text.length === 0 ? [] : JSON.parse(Buffer.from(text.buffer, text.byteOffset, text.length).toString());
    return together({ seqs, told, bytes: text.length });
  };
  return { changes, together, twinsOf };
};
