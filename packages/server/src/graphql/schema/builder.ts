/**
 * The schema builder: what every field is given, and the names by which types refer to one another.
 */
import type { Instant, Json } from '@cityweave/core';
import SchemaBuilder from '@pothos/core';
import type { Context } from '../room.ts';
import { scalars } from './scalars.ts';
import type { Interfaces, Objects } from './shapes.ts';

type Same<T> = { readonly Input: T; readonly Output: T };

type Scalars = { ID: Same<string>; DateTime: Same<Instant>; Duration: Same<string>; GeoJSON: Same<object>; JSON: Same<Json>; URI: Same<string> };

export type Types = { Context: Context; Scalars: Scalars; Objects: Objects; Interfaces: Interfaces; DefaultFieldNullability: false };

export const createBuilder = () => {
  const builder = new SchemaBuilder<Types>({ defaultFieldNullability: false });
  for (const [name, scalar] of scalars) builder.addScalarType(name, scalar);
  return builder;
};

export type Builder = ReturnType<typeof createBuilder>;
