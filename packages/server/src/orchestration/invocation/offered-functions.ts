/**
 * Offered functions: what this node computes for others by itself, by the id under which it is offered.
 */
import { featureIdOf } from '@cityweave/core';
import type { CityFunction } from '../../functions/function.ts';
import { cityFunctions } from '../../functions/functions.ts';
import type { Room } from '../room.ts';

export const offeredFunctions = (room: Pick<Room, 'node' | 'self'>): ReadonlyMap<string, CityFunction> =>
  new Map(room.node.functions.map((name) => [featureIdOf(room.self.authority, cityFunctions[name].kind), cityFunctions[name]]));
