/**
 * Key path: the beginnings of an id by which the index of words knows where a twin stands in the order of ids: its source, and the beginnings of its key.
 * Ids that begin with the same path stand side by side. A mark tells one place of it with those just before, so that few ids have it, and the index knows not so many marks
 * however many ids there are.
 */
/** What follows in a longer key is not known to the index. */
export const keyPlacesMax = 16;

/** A mark tells so many places at most. */
const markPlaces = 3;

/** In the text of words beside words and steps: the source of an id, and which characters stand in a place of its key and before it. No word begins so. */
const sourceMark = (source: string): string => `_u${source}`;
const placeMark = (key: string, at: number): string => `_${String.fromCharCode(97 + at)}${key.slice(Math.max(0, at + 1 - markPlaces), at + 1)}`;

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

/** The source, and the key as far as the index knows it. */
const partsOf = (id: string) => {
  const at = keyAt(id);
  return { source: sourceMark(id.slice(id.startsWith(scheme) ? scheme.length : 0, at)), key: id.slice(at, at + keyPlacesMax) };
};

const placesOf = (key: string): readonly number[] => Array.from({ length: key.length }, (_, at) => at);

/** All that the index is told of an id. */
export const marksOfId = (id: string): readonly string[] => {
  const { source, key } = partsOf(id);
  return [source, ...placesOf(key).map((at) => placeMark(key, at))];
};

/** 32 bits that look like chance, and are the same for the same id always: as MurmurHash3 mixes its last ones. */
const mixed = (id: string): number => {
  let bits = 0;
  for (let at = 0; at < id.length; at += 1) bits = Math.imul(bits ^ id.charCodeAt(at), 0x01000193);
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
};

/** Marks of chance, from that on which one twin of sixteen has to that of one in four million; each is had by a quarter of those that have the one before. */
export const chanceMarks: readonly string[] = Array.from({ length: 10 }, (_, at) => `_l${at}`);

/** Whoever has such a mark is one of so many, wherever its id stands: by few of them can be told how the ids of many part. */
export const chanceMarksOf = (id: string): readonly string[] => {
  const quarters = Math.floor(Math.clz32(mixed(id)) / 2);
  return chanceMarks.slice(0, Math.max(0, quarters - 1));
};

/** A beginning as the index is asked for it, by as many marks as it takes, that of its end last; of none there is nothing to ask. */
export const marksOf = (beginning: string): readonly string[] => {
  if (beginning === '') return [];
  const { source, key } = partsOf(beginning);
  const places = placesOf(key).filter((at) => (key.length - 1 - at) % markPlaces === 0);
  return [source, ...places.map((at) => placeMark(key, at))];
};
