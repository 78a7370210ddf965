/**
 * ParsedOnce: a record that did not change is not parsed again, nor a list gone through. Records and lists of them come from their store as the same object until one
 * is written.
 */
import type { z } from 'zod';

/** What a schema makes of a record, or undefined where it does not fit; asked again with the same object it answers the same. */
export const parsedOnce = <T>(schema: z.ZodType<T>): ((raw: unknown) => T | undefined) => {
  const known = new WeakMap<object, { readonly parsed: T | undefined }>();
  return (raw) => {
    if (typeof raw !== 'object' || raw === null) return schema.safeParse(raw).data;
    const found = known.get(raw) ?? { parsed: schema.safeParse(raw).data };
    known.set(raw, found);
    return found.parsed;
  };
};

/** What is made of a list; asked again with the same list it answers the same. */
export const madeOnce = <L extends object, T>(make: (listed: L) => T): ((listed: L) => T) => {
  const known = new WeakMap<L, { readonly made: T }>();
  return (listed) => {
    const found = known.get(listed) ?? { made: make(listed) };
    known.set(listed, found);
    return found.made;
  };
};
