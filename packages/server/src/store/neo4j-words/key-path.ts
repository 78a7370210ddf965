/**
 * Key path: the beginnings of an id by which the index of words knows where a twin stands in the order of ids: its source, and the beginnings of its key.
 * Ids that begin with the same path stand side by side. A mark tells one place of it, so that the index knows few marks however many ids there are.
 */
/** What follows in a longer key is not known to the index. */
export const keyPlacesMax = 16;

/** In the text of words beside those of names and steps: the source of an id, and which character stands in a place of its key. No word has such a beginning. */
const sourceMark = (source: string): string => `_u${source}`;
const placeMark = (at: number, character: string): string => `_${String.fromCharCode(97 + at)}${character}`;

const scheme = 'urn:dtf:twin:';

/** Where the key begins: behind the source, or where an id ends that names none. */
const keyAt = (id: string): number => {
  const slash = id.indexOf('/');
  return slash < 0 ? id.length : slash + 1;
};

/** How many marks an id has: that of its source, and one for each place of its key. */
export const marksIn = (id: string): number => 1 + Math.min(keyPlacesMax, id.length - keyAt(id));

/** So many marks of an id as its beginning; undefined where it has fewer. */
export const beginningOf = (id: string, marks: number): string | undefined => {
  if (marks === 0) return '';
  return marks > marksIn(id) ? undefined : id.slice(0, keyAt(id) + marks - 1);
};

/** A beginning as it is told to the index; of none there is nothing to tell. */
export const marksOf = (beginning: string): readonly string[] => {
  if (beginning === '') return [];
  const key = keyAt(beginning);
  const source = sourceMark(beginning.slice(beginning.startsWith(scheme) ? scheme.length : 0, key));
  return [source, ...Array.from({ length: marksIn(beginning) - 1 }, (_, at) => placeMark(at, beginning.charAt(key + at)))];
};
