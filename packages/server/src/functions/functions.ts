/**
 * The functions that this program knows, by the names of the node file.
 */
import { exposure } from './exposure.ts';
import type { CityFunction } from './function.ts';
import { shortestRoute } from './shortest-route.ts';

export const cityFunctions: Readonly<Record<'shortestRoute' | 'exposure', CityFunction>> = { shortestRoute, exposure };
