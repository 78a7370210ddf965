/**
 * Telling: which names tell a person where they are.
 */

const word = /\p{L}{3}/u;
/** As registers number things: long, in one piece, with digits in it. */
const registerNumber = /(?=\S*\d)\S{12,}/u;

export const isTelling = (name: string): boolean => word.test(name) && !registerNumber.test(name);
