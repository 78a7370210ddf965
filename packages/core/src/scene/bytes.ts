/**
 * Bytes: columns of small integers to bytes and back. A reader never runs past its end: it says so when it is asked.
 */

export type ByteWriter = {
  readonly uint: (value: number) => void;
  readonly int: (value: number) => void;
  readonly bytes: () => Uint8Array<ArrayBuffer>;
};

/** Integers go as base-128 groups, least first; a sign as the lowest bit. Values are within ±2^47. */
export const createByteWriter = (): ByteWriter => {
  let buffer = new Uint8Array(1024);
  let length = 0;
  const room = (more: number): void => {
    if (length + more <= buffer.length) return;
    const grown = new Uint8Array(Math.max(buffer.length * 2, length + more));
    grown.set(buffer);
    buffer = grown;
  };
  const uint = (value: number): void => {
    room(8);
    let rest = value;
    for (; rest >= 128; rest = Math.floor(rest / 128)) {
      buffer[length] = (rest % 128) + 128;
      length += 1;
    }
    buffer[length] = rest;
    length += 1;
  };
  return {
    uint,
    int: (value) => uint(value < 0 ? -2 * value - 1 : 2 * value),
    bytes: () => buffer.slice(0, length),
  };
};

export type ByteReader = {
  readonly uint: () => number;
  readonly int: () => number;
  /** true where everything read so far was there */
  readonly isSound: () => boolean;
  readonly isAtEnd: () => boolean;
  readonly left: () => number;
};

const groupsMax = 7;

export const createByteReader = (bytes: Uint8Array): ByteReader => {
  let at = 0;
  let sound = true;
  const uint = (): number => {
    const only = bytes[at] ?? 128;
    if (only < 128) {
      at += 1;
      return only;
    }
    let [value, scale] = [0, 1];
    for (let group = 0; group < groupsMax && at < bytes.length; group += 1) {
      const byte = bytes[at] ?? 0;
      at += 1;
      value += (byte % 128) * scale;
      if (byte < 128) return value;
      scale *= 128;
    }
    sound = false;
    return 0;
  };
  return {
    uint,
    int: () => {
      const value = uint();
      return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
    },
    isSound: () => sound,
    isAtEnd: () => at >= bytes.length,
    left: () => Math.max(0, bytes.length - at),
  };
};
