/**
 * The only place that throws: what is checked here can only be wrong by a bug of our own.
 */

export function assert(condition: unknown, claim: string): asserts condition {
  if (!condition) throw new Error(`broken promise: ${claim}`);
}

/** Closes a switch over a union: adding a member without a case does not compile. */
export const unreachable = (value: never): never => {
  throw new Error(`unreachable: ${JSON.stringify(value)}`);
};
