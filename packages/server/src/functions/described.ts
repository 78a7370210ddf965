/**
 * Described: inputs that somebody else describes by a JSON Schema, as what they are checked by.
 */
import type { JsonSchema, Result } from '@cityweave/core';
import { z } from 'zod';
import type { CityFunction, Computing } from './function.ts';

/** A function that somebody else computes, as its owner describes it. */
export type DescribedFunction = CityFunction & {
  readonly schemas: { readonly inputs: JsonSchema; readonly outputs: JsonSchema };
  /** follows what its system works on already */
  readonly resume?: (job: string, computing: Computing) => Promise<Result<object>>;
};

/** A description that says more than can be checked here lets everything through: whoever described it checks it again. */
export const checkedBy = (schema: JsonSchema): z.ZodType => {
  try {
    return z.fromJSONSchema(schema);
  } catch {
    return z.record(z.string(), z.json());
  }
};
