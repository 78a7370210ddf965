/**
 * Telling: which names tell a person where they are, and which way something lies.
 */

const word = /\p{L}{3}/u;
/** As registers number things: long, in one piece, with digits in it. */
const registerNumber = /(?=\S*\d)\S{12,}/u;

/** It has a number of a register in it. */
export const isNumbered = (name: string): boolean => registerNumber.test(name);

export const isTelling = (name: string): boolean => word.test(name) && !isNumbered(name);

const letter = /\p{L}/u;

/** What is called by a number alone is said with what it is: "Flood zone 2". */
export const spokenName = (name: string, kind: string): string => (name === '' || kind === '' || letter.test(name) ? name : `${kind} ${name}`);

const keyCharactersMax = 12;
/** Characters at the beginning and at the end of a longer one: keys of one source often begin alike. */
const [keyBegin, keyEnd] = [4, 6] as const;

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

/** What nobody tells the name of is called by its source and its key there, of a long one both ends: "parcels 4d4e…3f34aa". */
export const readableId = (id: string): string => {
  const [, source, key] = /^urn:dtf:[^:]+:[^:]+:([^/]+)\/(.+)$/s.exec(id) ?? [];
  if (source === undefined || key === undefined) return id;
  const whole = [...decoded(key)];
  const short = whole.length > keyCharactersMax ? [...whole.slice(0, keyBegin), '…', ...whole.slice(-keyEnd)] : whole;
  return `${decoded(source).replaceAll('-', ' ')} ${short.join('')}`;
};

const ways = ['wayNorth', 'wayNorthEast', 'wayEast', 'waySouthEast', 'waySouth', 'waySouthWest', 'wayWest', 'wayNorthWest'] as const;

/** The nearest of eight. */
export const wayOf = (heading: number): (typeof ways)[number] => ways[Math.round((((heading % 360) + 360) % 360) / 45) % ways.length] ?? 'wayNorth';
