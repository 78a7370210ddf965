/**
 * ParsedOnce: a record that did not change is not parsed again. Records come from their store as the same object until they are written.
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
