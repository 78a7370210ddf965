/**
 * Frame (RFC 6455): bytes as a client puts them on a socket, also those that no client should, and what a server's bytes say.
 */
export const opcodes = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

export type Framed = {
  readonly opcode: number;
  readonly payload: Buffer;
  readonly isLast?: boolean;
  /** the three bits that nobody may set */
  readonly reserved?: number;
  readonly isMasked?: boolean;
  /** what it says of its length, where that is not true */
  readonly claims?: bigint;
};

const mask = Buffer.from([0x5a, 0x01, 0xff, 0x80]);

const lengthBytes = (length: bigint, flag: number): Buffer => {
  if (length < 126n) return Buffer.from([flag | Number(length)]);
  const long = length > 0xffffn;
  const bytes = Buffer.alloc(long ? 9 : 3);
  bytes[0] = flag | (long ? 127 : 126);
  if (long) bytes.writeBigUInt64BE(length, 1);
  else bytes.writeUInt16BE(Number(length), 1);
  return bytes;
};

export const frame = ({ opcode, payload, isLast = true, reserved = 0, isMasked = true, claims = BigInt(payload.length) }: Framed): Buffer => {
  const first = Buffer.from([(isLast ? 0x80 : 0) | (reserved << 4) | opcode]);
  const length = lengthBytes(claims, isMasked ? 0x80 : 0);
  if (!isMasked) return Buffer.concat([first, length, payload]);
  return Buffer.concat([first, length, mask, payload.map((byte, at) => byte ^ (mask[at % mask.length] ?? 0))]);
};

export type Read = { readonly opcode: number; readonly payload: Buffer; readonly rest: Buffer };

/** The first frame that a server sent; undefined while it has not come whole. */
export const readFrame = (bytes: Buffer): Read | undefined => {
  const short = (bytes[1] ?? 0) & 0x7f;
  const head = { 126: 4, 127: 10 }[short] ?? 2;
  if (bytes.length < head) return undefined;
  const length = short === 126 ? bytes.readUInt16BE(2) : short === 127 ? Number(bytes.readBigUInt64BE(2)) : short;
  if (bytes.length < head + length) return undefined;
  return { opcode: (bytes[0] ?? 0) & 0x0f, payload: bytes.subarray(head, head + length), rest: bytes.subarray(head + length) };
};
