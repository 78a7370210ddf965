/**
 * Opening: all that a first picture of a scene begins with, part after part in one answer: its document, and of its layers what that picture needs.
 */
import { problem } from '../ground/problem.ts';
import { fail, ok, type Result } from '../ground/result.ts';

/** The order is that of the bytes: the document (gzip, JSON), a stretch of a layer's archive, or the kinds of its rows (gzip). */
export const openingParts = ['scene', 'archive', 'kinds'] as const;

export type OpeningPart = {
  readonly what: (typeof openingParts)[number];
  /** number of the layer; 0 for the document */
  readonly layer: number;
  /** bytes from the beginning of the archive; 0 for what is whole */
  readonly offset: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
};

const headBytes = 16;

export const encodeOpeningPart = ({ what, layer, offset, bytes }: OpeningPart): Uint8Array<ArrayBuffer> => {
  const part = new Uint8Array(headBytes + bytes.length);
  const head = new DataView(part.buffer);
  for (const [at, value] of [openingParts.indexOf(what), layer, offset, bytes.length].entries()) head.setUint32(at * 4, value, true);
  part.set(bytes, headBytes);
  return part;
};

const refused = (found: string) => fail(problem('malformed', { subject: 'opening', found, accepted: `whole parts: ${openingParts.join(', ')}` }));

/** The parts share the bytes that they are read from. */
export const decodeOpening = (given: Uint8Array<ArrayBuffer>): Result<readonly OpeningPart[]> => {
  const [view, parts]: [DataView, OpeningPart[]] = [new DataView(given.buffer, given.byteOffset, given.byteLength), []];
  for (let at = 0; at < given.length; ) {
    if (at + headBytes > given.length) return refused('cut off');
    const number = (place: number): number => view.getUint32(at + place * 4, true);
    const [what, layer, offset, from] = [openingParts[number(0)], number(1), number(2), at + headBytes];
    if (what === undefined) return refused(`part ${number(0)}`);
    at = from + number(3);
    if (at > given.length) return refused('cut off');
    parts.push({ what, layer, offset, bytes: given.subarray(from, at) });
  }
  return ok(parts);
};
