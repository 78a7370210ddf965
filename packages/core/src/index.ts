/**
 * The public names of the standard, in reading order.
 */
export { assert, unreachable } from './ground/assert.ts';
export * from './ground/id.ts';
export * from './ground/instant.ts';
export * from './ground/json.ts';
export * from './ground/language.ts';
export * from './ground/lifecycle.ts';
export * from './ground/limits.ts';
export * from './ground/place.ts';
export * from './ground/problem.ts';
export * from './ground/quantity.ts';
export * from './ground/result.ts';
export * from './twin/link.ts';
export * from './twin/query.ts';
export * from './twin/twin.ts';
export * from './twin/value.ts';
export * from './twin/city-dictionary.ts';
export * from './twin/semantic-dictionary.ts';
