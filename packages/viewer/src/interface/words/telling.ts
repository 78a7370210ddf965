/**
 * Telling: which names tell a person where they are.
 */

const word = /\p{L}{3}/u;
/** As registers number things: long, in one piece, with digits in it. */
const registerNumber = /(?=\S*\d)\S{12,}/u;

export const isTelling = (name: string): boolean => word.test(name) && !registerNumber.test(name);

const letter = /\p{L}/u;

/** What is called by a number alone is said with what it is: "Flood zone 2". */
export const spokenName = (name: string, kind: string): string => (name === '' || kind === '' || letter.test(name) ? name : `${kind} ${name}`);
